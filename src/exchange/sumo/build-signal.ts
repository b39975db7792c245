/** One signal of a net as an intersection, with its lamps and the plan that runs there today. */
import type { Intersection } from "../../network/network.schema.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { Note } from "../import-report.ts";
import type { SumoLinks } from "./build-links.ts";
import { buildStreams } from "./build-movements.ts";
import { findCurrentProgram, listPrograms } from "./current-program.ts";
import { findConflicts } from "./find-conflicts.ts";
import { findStages, type StagePlan } from "./find-stages.ts";
import { buildShippedPhases, type PhasePart, PROGRAM_SEQUENCE } from "./shipped-phases.ts";
import type { SignalParts } from "./signal-parts.ts";
import type { SumoLogic, SumoNet } from "./sumo-net.ts";
import type { PhaseSource, SumoSignal } from "./sumo-street.ts";

export interface BuiltSignal {
  readonly intersection: Intersection;
  readonly signal: SumoSignal;
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

export function buildSignal(parts: SignalParts, context: SignalContext): BuiltSignal {
  const { net, note, intersectionId } = context;
  const programs = listPrograms(net, parts.tlId);
  const lampOf = (index: number): string =>
    programs.flatMap((it) => it.phases.map(({ state }) => state.charAt(index))).join("");
  const { approaches, movements } = buildStreams(parts, { net, links: context.links, lampOf, note });
  const conflicts = findConflicts(
    net,
    movements.map((it) => ({ id: it.movement.id, links: it.links })),
  );
  const current = findCurrentProgram(net, parts.tlId, context.atS);
  const stagePlan = current === undefined ? undefined : findStages(current, new Set());
  if (current === undefined || stagePlan === undefined) throw new Error("not yet");
  const phasePart = buildShippedPhases(stagePlan, {
    tlId: parts.tlId,
    movements,
    crossings: [],
    conflicts,
    note,
  });
  return {
    intersection: {
      id: intersectionId,
      name: parts.tlId.slice(0, 200),
      ...placeOf(parts, net),
      approaches: approaches.map((it) => it.approach),
      movements: movements.map((it) => it.movement),
      crossings: [],
      ...phasePart,
      conflicts: conflicts.pairs,
      intergreens: [],
      controller: { cycleMinS: 30, cycleMaxS: Math.max(180, stagePlan.cycleS), resolutionS: 1 },
    },
    signal: {
      tlId: parts.tlId,
      intersectionId,
      linkCount: parts.linkCount,
      programs: programs.map((it) => ({
        id: it.programId,
        type: it.type,
        offsetS: it.offsetS,
        phases: it.phases,
      })),
      currentProgramId: current.programId,
      waut: net.wauts.get(net.wautOf.get(parts.tlId) ?? ""),
      links: movements.flatMap(({ movement, links }) =>
        links.map(({ linkIndex }) => ({
          index: linkIndex,
          movementId: movement.id,
          crossingId: undefined,
          always: undefined,
        })),
      ),
    },
    todaysPlan: toTimingPlan(intersectionId, { phasePart, stagePlan, logic: current }),
  };
}

/** The middle of the junctions that it controls. */
function placeOf(parts: SignalParts, net: SumoNet): { xM: number; yM: number } {
  const junctions = [...new Set(parts.links.map((it) => it.junctionId))].flatMap(
    (it) => net.junctions.get(it) ?? [],
  );
  const mean = (values: readonly number[]): number =>
    Math.round((values.reduce((sum, it) => sum + it, 0) / Math.max(1, values.length)) * 100) / 100;
  return { xM: mean(junctions.map((it) => it.x)), yM: mean(junctions.map((it) => it.y)) };
}

function toTimingPlan(
  intersectionId: string,
  of: { readonly phasePart: PhasePart; readonly stagePlan: StagePlan; readonly logic: SumoLogic },
): TimingPlan {
  const { stages, cycleS } = of.stagePlan;
  const reference = of.phasePart.offsetReference;
  const startS = stages[reference.phase - 1]?.startS ?? 0;
  const tenths = (timeS: number): number => Math.round(timeS * 10) / 10;
  return {
    intersectionId,
    cycleS,
    sequenceId: PROGRAM_SEQUENCE,
    splits: stages.map((it, at) => ({
      phase: at + 1,
      splitS: tenths(it.greenS + it.yellowS + it.redClearanceS),
    })),
    offsetS: tenths((((of.logic.offsetS + startS) % cycleS) + cycleS) % cycleS) % cycleS,
    offsetReference: reference,
  };
}
