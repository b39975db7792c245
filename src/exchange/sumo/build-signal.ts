/** One signal of a net as an intersection, with its lamps, its detectors and the plan that runs there today. */
import type { Intersection, Movement } from "../../network/network.schema.ts";
import { toTenths } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { Note } from "../import-report.ts";
import { type BuiltCrossing, buildCrossings } from "./build-crossings.ts";
import type { SumoLinks } from "./build-links.ts";
import { buildStreams, type SignalMovement, type SignalStreams } from "./build-movements.ts";
import { type ChosenPhases, choosePhases } from "./choose-phases.ts";
import { findCurrentProgram } from "./current-program.ts";
import { describeSignal } from "./describe-signal.ts";
import { type Conflicts, findConflicts } from "./find-conflicts.ts";
import { type FoundStages, findStages } from "./find-stages.ts";
import { createLamps, type Lamps } from "./lamps.ts";
import { buildMadePhases } from "./made-phases.ts";
import { type PlacedDetector, placeDetectors } from "./place-detectors.ts";
import { buildShippedPhases, type PhasePart } from "./shipped-phases.ts";
import type { SignalParts } from "./signal-parts.ts";
import type { SumoLogic, SumoNet } from "./sumo-net.ts";
import type { PhaseSource, SumoSignal } from "./sumo-street.ts";
import { buildTodaysPlan } from "./todays-plan.ts";
import { listUsablePrograms } from "./usable-programs.ts";

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

/** None when no movement has right of way: the signal is to be left out. */
export function buildSignal(parts: SignalParts, context: SignalContext): BuiltSignal | undefined {
  const { net, note, intersectionId } = context;
  const { tlId } = parts;
  const programs = listUsablePrograms(net, parts, note);
  const waut = net.wauts.get(net.wautOf.get(tlId) ?? "");
  const current = findCurrentProgram(programs, waut, context.atS);
  const crossingIndices = new Set(parts.crossings.map((it) => it.linkIndex));
  const found = current === undefined ? undefined : findStages(current, crossingIndices);
  const lamps = createLamps(programs);
  const all = buildStreams(parts, { ...context, lampOf: lamps.historyOf, serves: () => true });
  const wanted = context.phases;
  const { movements } = all;
  const crossingsAt = { crossings: crossingIndices, programs, note };
  const chosen = choosePhases({ tlId, wanted, current, found, movements, ...crossingsAt });
  const serves = (index: number): boolean => isServed(index, lamps, chosen);
  const streams = buildStreams(parts, { ...context, lampOf: lamps.historyOf, serves });
  noteUnserved(all, streams, { tlId, note });
  if (streams.movements.length === 0) return undefined;
  const { crossings, conflicts, phasePart } = buildPhasePart(parts, {
    context,
    streams,
    programs,
    chosen,
    found,
  });
  const intersection: Intersection = {
    id: intersectionId,
    name: tlId.slice(0, 200),
    ...placeOf(parts, net),
    approaches: streams.approaches.map((it) => it.approach),
    movements: streams.movements.map((it) => withTurnOnRed(it, phasePart, net)),
    ...phasePart,
    conflicts,
    intergreens: [],
    controller: controllerOf(chosen, current),
  };
  return {
    intersection,
    todaysPlan: buildTodaysPlan({ intersection, chosen, current, movements: streams.movements, tlId, note }),
    detectors: placeDetectors(net, streams, { tlId, note }),
    signal: describeSignal(parts, { intersectionId, waut, programs, current, streams, crossings, lamps }),
  };
}

/** Phases, and what of crossings and conflicts is left once those without a phase are out. */
function buildPhasePart(
  parts: SignalParts,
  of: {
    readonly context: SignalContext;
    readonly streams: SignalStreams;
    readonly programs: readonly SumoLogic[];
    readonly chosen: ChosenPhases;
    readonly found: FoundStages | undefined;
  },
): {
  readonly crossings: readonly BuiltCrossing[];
  readonly conflicts: Intersection["conflicts"];
  readonly phasePart: PhasePart;
} {
  const { streams, chosen, found } = of;
  const { net, note } = of.context;
  const { tlId } = parts;
  const crossings = buildCrossings(parts, streams.approaches);
  const conflicts = findConflicts(
    net,
    [
      ...streams.movements.map((it) => ({ id: it.movement.id, links: it.links })),
      ...crossings.map((it) => ({ id: it.crossing.id, links: it.links })),
    ],
    of.programs.flatMap((it) => it.phases.map((phase) => phase.state)),
  );
  noteTolerated(conflicts, { tlId, note });
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
      : buildMadePhases({ streams, crossings, conflicts, drivingSide, found });
  const kept = new Set(
    [...phasePart.crossings, ...streams.movements.map((it) => it.movement)].map((it) => it.id),
  );
  return {
    phasePart,
    crossings: crossings.filter((it) => kept.has(it.crossing.id)),
    conflicts: conflicts.pairs.filter((pair) => pair.every((it) => kept.has(it))),
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

function noteTolerated(
  conflicts: Conflicts,
  { tlId, note }: { readonly tlId: string; readonly note: Note },
): void {
  if (conflicts.tolerated.length === 0) return;
  const pairs = conflicts.tolerated.map((it) => it.join(" and ")).join(", ");
  note({
    severity: "warning",
    node: tlId,
    where: "request foes",
    sentence: `The paths of ${pairs} touch, but a program gives both priority at once: they are taken as compatible.`,
  });
}

/** A turn to the near side that no phase serves goes on red after a stop (SUMO's letter 's'). */
function withTurnOnRed({ movement }: SignalMovement, { phases }: PhasePart, net: SumoNet): Movement {
  const isServed = phases.some(
    (it) => it.protectedMovements.includes(movement.id) || it.permittedMovements.includes(movement.id),
  );
  const nearSide = net.isLeftHand ? "left" : "right";
  return isServed || movement.turn !== nearSide ? movement : { ...movement, rightTurnOnRed: true };
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
