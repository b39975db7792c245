/**
 * Which detector speaks for which phase, from the network file: a movement calls the phase that it needs, the first one
 * that protects it (the first that permits it where none does), and keeps any phase green that gives it this right. A
 * detector speaks for every movement of its lanes. Detectors at the stop line call; upstream ones extend, and call where
 * a movement has none at the stop line.
 */
import type { Detector, Intersection, Movement } from "../../network/network.schema.ts";

/** A detector as a phase that calls for it sees it. */
export interface Call {
  readonly phase: number;
  /** Phases whose green serves all that this detector calls `phase` for. */
  readonly answeredBy: readonly number[];
}

/** A detector as a green phase sees it. */
export interface Extension {
  readonly detectorId: string;
  readonly isStopLine: boolean;
  /** What it holds the green for; where the next phase serves all of it, there is nothing to hold. */
  readonly movementIds: readonly string[];
}

export interface Wiring {
  readonly callsByDetector: ReadonlyMap<string, readonly Call[]>;
  readonly extensionsByPhase: ReadonlyMap<number, readonly Extension[]>;
  /** For each movement that calls the phase, the detectors that do it; without one of them the phase is blind. */
  readonly callersByPhase: ReadonlyMap<number, readonly (readonly string[])[]>;
}

const FROM_KERB: readonly Movement["turn"][] = ["right", "through", "left", "uTurn"];

/** With an intersection that has the phases of a plan alone: a turn whose arrow is left out calls the green that permits it. */
export function buildWiring(intersection: Intersection, detectors: readonly Detector[]): Wiring {
  const own = detectors.filter((it) => it.type !== "exit");
  const movementsOf = new Map(own.map((it) => [it, listMovements(intersection, it)]));
  const callers = new Map(
    intersection.movements.map(({ id }) => {
      const speaking = own.filter((it) => movementsOf.get(it)?.includes(id) === true);
      const stopLine = speaking.filter((it) => it.type === "stopLine");
      return [id, stopLine.length > 0 ? stopLine : speaking] as const;
    }),
  );
  const homes = new Map(intersection.movements.map(({ id }) => [id, listServing(intersection, id)[0]]));
  return {
    callsByDetector: new Map(
      own.map((it) => [it.id, listCalls(intersection, homes, callersFilter(callers, it))]),
    ),
    extensionsByPhase: new Map(
      intersection.phases.map(({ number }) => [
        number,
        own.flatMap((it): Extension[] => {
          const movementIds = (movementsOf.get(it) ?? []).filter((id) =>
            listServing(intersection, id).includes(number),
          );
          return movementIds.length === 0
            ? []
            : [{ detectorId: it.id, isStopLine: it.type === "stopLine", movementIds }];
        }),
      ]),
    ),
    callersByPhase: new Map(
      intersection.phases.map(({ number }) => [
        number,
        intersection.movements
          .filter((it) => homes.get(it.id) === number && !it.rightTurnOnRed)
          .map((it) => (callers.get(it.id) ?? []).map((detector) => detector.id)),
      ]),
    ),
  };
}

/** The movements that this detector calls for. */
const callersFilter = (
  callers: ReadonlyMap<string, readonly Detector[]>,
  detector: Detector,
): readonly string[] => [...callers].filter(([, its]) => its.includes(detector)).map(([id]) => id);

function listCalls(
  intersection: Intersection,
  homes: ReadonlyMap<string, number | undefined>,
  movementIds: readonly string[],
): Call[] {
  const phases = [...new Set(movementIds.flatMap((id) => homes.get(id) ?? []))];
  return phases.map((phase) => {
    const needed = movementIds.filter((id) => homes.get(id) === phase);
    return {
      phase,
      answeredBy: intersection.phases
        .filter(({ number }) => needed.every((id) => listServing(intersection, id).includes(number)))
        .map((it) => it.number),
    };
  });
}

/** The phases that protect a movement; where none does, those that permit it. */
function listServing({ phases }: Intersection, movementId: string): number[] {
  const guarding = phases.filter((it) => it.protectedMovements.includes(movementId));
  const serving =
    guarding.length > 0 ? guarding : phases.filter((it) => it.permittedMovements.includes(movementId));
  return serving.map((it) => it.number);
}

/** As configured; else by the order of lanes from the kerb. Upstream, a turn bay has no lane yet. */
function listMovements(intersection: Intersection, detector: Detector): readonly string[] {
  if (detector.movementIds !== undefined) return detector.movementIds;
  const approach = intersection.approaches.find((it) => it.linkId === detector.linkId);
  const own = intersection.movements.filter((it) => it.approachId === approach?.id);
  if (detector.type === "stopLine") return own.map((it) => it.id);
  const owners = own
    .filter((it) => it.lanes > 0 && it.storageM === undefined)
    .sort((a, b) => FROM_KERB.indexOf(a.turn) - FROM_KERB.indexOf(b.turn));
  let lane = 0;
  const reached = owners.filter(({ lanes }) => {
    lane += lanes;
    return detector.lanes.some((it) => it > lane - lanes && it <= lane);
  });
  return own
    .filter((it) => reached.some((owner) => owner.id === it.id || owner.id === it.sharesLanesOf))
    .map((it) => it.id);
}
