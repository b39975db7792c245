/** What the lamps show at an instant, from the cycle that runs and, once it is known, the one that follows. */
import type { Intersection } from "../network/network.schema.ts";
import type { CrossingRun, PhaseRun } from "./phase-run.ts";

export type PhaseIndication = "green" | "flashingGreen" | "yellow" | "redClearance" | "red";
export type CrossingIndication = "walk" | "clearance" | "dontWalk";
export type MovementIndication = "protected" | "permitted" | "yellow" | "red";

export interface Indications {
  readonly phases: ReadonlyMap<number, PhaseIndication>;
  readonly crossings: ReadonlyMap<string, CrossingIndication>;
  /** Protected outranks permitted, permitted outranks yellow. Flashing green is still right of way. */
  readonly movements: ReadonlyMap<string, MovementIndication>;
}

export type IndicationChange =
  | {
      readonly type: "phase";
      readonly atDs: number;
      readonly phase: number;
      readonly indication: PhaseIndication;
    }
  | {
      readonly type: "crossing";
      readonly atDs: number;
      readonly crossingId: string;
      readonly indication: CrossingIndication;
    }
  | {
      readonly type: "movement";
      readonly atDs: number;
      readonly movementId: string;
      readonly indication: MovementIndication;
    };

export function buildAllRed(intersection: Intersection): Indications {
  return {
    phases: new Map(intersection.phases.map((it) => [it.number, "red"])),
    crossings: new Map(intersection.crossings.map((it) => [it.id, "dontWalk"])),
    movements: new Map(intersection.movements.map((it) => [it.id, "red"])),
  };
}

/** What runs: phases in order of green start within each ring. */
export interface Running {
  readonly phases: readonly PhaseRun[];
  readonly crossings: readonly CrossingRun[];
}

/** `atDs` lies in `current`; `next` is needed from the latch of `current` on. */
export function buildIndications(of: {
  intersection: Intersection;
  current: Running;
  next: Pick<Running, "phases"> | undefined;
  atDs: number;
}): Indications {
  const { current, atDs } = of;
  const phases = new Map<number, PhaseIndication>(of.intersection.phases.map((it) => [it.number, "red"]));
  const movements = new Map<string, MovementIndication>(
    of.intersection.movements.map((it) => [it.id, "red"]),
  );
  const crossings = new Map<string, CrossingIndication>(
    of.intersection.crossings.map((it) => [it.id, "dontWalk"]),
  );
  const show = (movementId: string, indication: MovementIndication): void => {
    if (RANK[indication] > RANK[movements.get(movementId) ?? "red"]) movements.set(movementId, indication);
  };
  for (const run of current.phases) {
    const indication = indicationOf(run, atDs);
    if (indication === "red") continue;
    const { phase } = run.ringPhase;
    phases.set(phase.number, indication);
    const following = findFollowing(run, current, of.next)?.ringPhase.phase;
    const showAs = (
      ids: readonly string[],
      green: "protected" | "permitted",
      idsAfter?: readonly string[],
    ) => {
      for (const id of ids)
        show(id, toMovementIndication(indication, green, idsAfter?.includes(id) === true));
    };
    showAs(phase.protectedMovements, "protected", following?.protectedMovements);
    // A permitted green that becomes protected stays as it is in between: its own signal never closes.
    showAs(phase.permittedMovements, "permitted", [
      ...(following?.permittedMovements ?? []),
      ...(following?.protectedMovements ?? []),
    ]);
  }
  for (const run of current.crossings) {
    if (atDs < run.walkStartDs || atDs >= run.endDs) continue;
    crossings.set(run.crossingId, atDs < run.clearanceStartDs ? "walk" : "clearance");
  }
  return { phases, crossings, movements };
}

/** What differs between two states, phases first, each in the order of the network file. */
export function listChanges(before: Indications, after: Indications, atDs: number): IndicationChange[] {
  return [
    ...differences(before.phases, after.phases).map(
      ([phase, indication]) => ({ type: "phase", atDs, phase, indication }) as const,
    ),
    ...differences(before.crossings, after.crossings).map(
      ([crossingId, indication]) => ({ type: "crossing", atDs, crossingId, indication }) as const,
    ),
    ...differences(before.movements, after.movements).map(
      ([movementId, indication]) => ({ type: "movement", atDs, movementId, indication }) as const,
    ),
  ];
}

const RANK: Readonly<Record<MovementIndication, number>> = { red: 0, yellow: 1, permitted: 2, protected: 3 };

const differences = <K, V>(before: ReadonlyMap<K, V>, after: ReadonlyMap<K, V>): [K, V][] =>
  [...after].filter(([key, value]) => before.get(key) !== value);

function indicationOf(run: PhaseRun, atDs: number): PhaseIndication {
  if (atDs < run.greenStartDs || atDs >= run.endDs) return "red";
  if (atDs < run.flashStartDs) return "green";
  if (atDs < run.yellowStartDs) return "flashingGreen";
  return atDs < run.redClearanceStartDs ? "yellow" : "redClearance";
}

/** The phase that follows in the same ring, if it follows at once: a green that it serves too runs through. */
function findFollowing(
  run: PhaseRun,
  current: Running,
  next: Pick<Running, "phases"> | undefined,
): PhaseRun | undefined {
  const later = current.phases.find((it) => it.ring === run.ring && it.greenStartDs > run.greenStartDs);
  const following = later ?? next?.phases.find((it) => it.ring === run.ring);
  return following?.greenStartDs === run.endDs ? following : undefined;
}

function toMovementIndication(
  phase: Exclude<PhaseIndication, "red">,
  green: "protected" | "permitted",
  runsThrough: boolean,
): MovementIndication {
  if (runsThrough || phase === "green" || phase === "flashingGreen") return green;
  return phase === "yellow" ? "yellow" : "red";
}
