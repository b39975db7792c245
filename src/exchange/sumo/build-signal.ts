/** One signal of a net as an intersection, with its lamps, its detectors and the plan that runs there today. */
import type { Intersection, Movement } from "../../network/network.schema.ts";
import { toTenths } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { Note } from "../import-report.ts";
import { buildCrossings } from "./build-crossings.ts";
import type { SumoLinks } from "./build-links.ts";
import { buildStreams, type SignalMovement, type SignalStreams } from "./build-movements.ts";
import { type ChosenPhases, choosePhases } from "./choose-phases.ts";
import { findCurrentProgram, listPrograms } from "./current-program.ts";
import { describeSignal } from "./describe-signal.ts";
import { findConflicts } from "./find-conflicts.ts";
import { findStages } from "./find-stages.ts";
import { createLamps, type Lamps } from "./lamps.ts";
import { buildMadePhases } from "./made-phases.ts";
import { type PlacedDetector, placeDetectors } from "./place-detectors.ts";
import { buildShippedPhases, type PhasePart } from "./shipped-phases.ts";
import type { SignalParts } from "./signal-parts.ts";
import type { SumoLogic, SumoNet } from "./sumo-net.ts";
import type { PhaseSource, SumoSignal } from "./sumo-street.ts";
import { buildTodaysPlan } from "./todays-plan.ts";

export interface BuiltSignal {
  readonly intersection: Intersection;
  readonly signal: SumoSignal;
  readonly detectors: readonly PlacedDetector[];
  readonly todaysPlan: TimingPlan | undefined;
}

export interface SignalContext {
  readonly net: SumoNet;
  readonly links: SumoLinks;
  readonly intersectionId: string;
  readonly phases: PhaseSource;
  readonly atS: number | undefined;
  readonly note: Note;
}

/** The cycles that a controller may run where the net does not say; today's is always among them. */
const CYCLE_MIN_S = 30;
const CYCLE_MAX_S = 180;
/** A network file takes no longer one. */
const CYCLE_LIMIT_S = 300;

export function buildSignal(parts: SignalParts, context: SignalContext): BuiltSignal {
  const { net, note, intersectionId } = context;
  const { tlId } = parts;
  const programs = listPrograms(net, tlId);
  const current = findCurrentProgram(net, tlId, context.atS);
  const stagePlan =
    current === undefined
      ? undefined
      : findStages(current, new Set(parts.crossings.map((it) => it.linkIndex)));
  const lamps = createLamps(programs);
  const all = buildStreams(parts, { ...context, lampOf: lamps.historyOf, serves: () => true });
  const chosen = choosePhases({
    tlId,
    wanted: context.phases,
    current,
    stagePlan,
    movements: all.movements,
    programs,
    note,
  });
  const serves = (index: number): boolean => isServed(index, lamps, chosen);
  const streams = buildStreams(parts, { ...context, lampOf: lamps.historyOf, serves });
  noteUnserved(all, streams, { tlId, note });
  const crossings = buildCrossings(parts, streams.approaches);
  const conflicts = findConflicts(net, [
    ...streams.movements.map((it) => ({ id: it.movement.id, links: it.links })),
    ...crossings.map((it) => ({ id: it.crossing.id, links: it.links })),
  ]);
  const drivingSide = net.isLeftHand ? "left" : "right";
  const phasePart =
    chosen.from === "shipped"
      ? buildShippedPhases(chosen.stagePlan, {
          tlId,
          movements: streams.movements,
          crossings,
          conflicts,
          note,
        })
      : buildMadePhases({ streams, crossings, conflicts, drivingSide, stagePlan, note, tlId });
  const kept = new Set(phasePart.crossings.map((it) => it.id));
  const isKept = (id: string): boolean =>
    kept.has(id) || streams.movements.some((it) => it.movement.id === id);
  const intersection: Intersection = {
    id: intersectionId,
    name: tlId.slice(0, 200),
    ...placeOf(parts, net),
    approaches: streams.approaches.map((it) => it.approach),
    movements: streams.movements.map((it) => withTurnOnRed(it, { phasePart, drivingSide })),
    ...phasePart,
    conflicts: conflicts.pairs.filter((pair) => pair.every(isKept)),
    intergreens: [],
    controller: controllerOf(chosen, current),
  };
  const todaysPlan = buildTodaysPlan({
    intersection,
    chosen,
    current,
    movements: streams.movements,
    tlId,
    note,
  });
  return {
    intersection,
    todaysPlan,
    detectors: placeDetectors(net, streams, { tlId, note }),
    signal: describeSignal(parts, {
      net,
      intersectionId,
      programs,
      current,
      streams,
      crossings: crossings.filter((it) => kept.has(it.crossing.id)),
      lamps,
    }),
  };
}

/** Does the link get right of way: in a stage, by a letter that grants it for good, or, without stages, at all? */
function isServed(index: number, lamps: Lamps, chosen: ChosenPhases): boolean {
  const letters = lamps.lettersOf(index);
  if (letters === "" || /[oO]/.test(letters)) return true;
  if (chosen.from === "conflicts") return /[Ggs]/.test(letters);
  return /s/.test(letters) || chosen.stagePlan.stages.some(({ state }) => /[Gg]/.test(state.charAt(index)));
}

function noteUnserved(
  all: SignalStreams,
  served: SignalStreams,
  { tlId, note }: { readonly tlId: string; readonly note: Note },
): void {
  const ids = new Set(served.movements.flatMap((it) => it.links));
  for (const { movement, links } of all.movements) {
    if (links.some((it) => ids.has(it))) continue;
    note({
      severity: "omitted",
      node: tlId,
      where: `connection, line ${links[0]?.connection.line}`,
      sentence: `${movement.id} never has green in the program that runs: the movement is left out and stays red.`,
    });
  }
}

/** A turn to the near side that no phase serves goes on red after a stop (SUMO's letter 's'). */
function withTurnOnRed(
  { movement }: SignalMovement,
  of: { readonly phasePart: PhasePart; readonly drivingSide: "right" | "left" },
): Movement {
  const isServed = of.phasePart.phases.some(
    (it) => it.protectedMovements.includes(movement.id) || it.permittedMovements.includes(movement.id),
  );
  return isServed || movement.turn !== of.drivingSide ? movement : { ...movement, rightTurnOnRed: true };
}

/** The middle of the junctions that it controls. */
function placeOf(parts: SignalParts, net: SumoNet): { xM: number; yM: number } {
  const ids = new Set(parts.links.map((it) => it.junctionId));
  const junctions = [...ids].flatMap((it) => net.junctions.get(it) ?? []);
  const mean = (values: readonly number[]): number =>
    Math.round((values.reduce((sum, it) => sum + it, 0) / Math.max(1, values.length)) * 100) / 100;
  return { xM: mean(junctions.map((it) => it.x)), yM: mean(junctions.map((it) => it.y)) };
}

function controllerOf(chosen: ChosenPhases, current: SumoLogic | undefined): Intersection["controller"] {
  const cycleS = chosen.from === "shipped" ? chosen.stagePlan.cycleS : CYCLE_MIN_S;
  const isWhole =
    chosen.from === "conflicts" ||
    [...(current?.phases.map((it) => it.durationS) ?? []), current?.offsetS ?? 0].every(
      (it) => toTenths(it) % 10 === 0,
    );
  return {
    cycleMinS: Math.max(20, Math.min(CYCLE_MIN_S, Math.floor(cycleS))),
    cycleMaxS: Math.min(CYCLE_LIMIT_S, Math.max(CYCLE_MAX_S, Math.ceil(cycleS))),
    resolutionS: isWhole ? 1 : 0.1,
  };
}
