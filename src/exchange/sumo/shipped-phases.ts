/**
 * Phases from the stages of a shipped program: one ring, a phase for each stage. 'G' is protected and 'g' permitted. Where
 * a program shows 'G' to two streams of which one has to let the other go first, that one is permitted here, because
 * conflicting streams never both have protected right of way; where nothing that runs conflicts with a 'g', it is
 * protected.
 */
import { known } from "../../errors.ts";
import type { Crossing, Intersection, Phase } from "../../network/network.schema.ts";
import type { Note } from "../import-report.ts";
import { assignRight, levelUnstopped } from "./assign-right.ts";
import type { BuiltCrossing } from "./build-crossings.ts";
import type { SignalMovement } from "./build-movements.ts";
import { isGreen } from "./choose-phases.ts";
import type { Conflicts } from "./find-conflicts.ts";
import { LEAST_GREEN_S, type Stage, type StagePlan } from "./find-stages.ts";

export type PhasePart = Pick<
  Intersection,
  "crossings" | "phases" | "sequences" | "coordinatedPhases" | "offsetReference"
>;

export interface PhaseContext {
  readonly tlId: string;
  readonly movements: readonly SignalMovement[];
  readonly crossings: readonly BuiltCrossing[];
  readonly conflicts: Conflicts;
  readonly note: Note;
}

export const PROGRAM_SEQUENCE = "program";
/** People need at least this to notice the walk signal (MUTCD 4E.06, low volumes). */
const LEAST_WALK_S = 4;

export function buildShippedPhases({ stages, lacksYellow }: StagePlan, context: PhaseContext): PhasePart {
  const places = context.crossings.map((it) => ({ ...it, stage: findStage(stages, it) }));
  const phases = levelUnstopped(
    stages.map((stage, at) => {
      const crossings = places.filter((it) => it.stage === at).map((it) => it.crossing.id);
      return buildPhase(stage, { number: at + 1, crossings, context });
    }),
  );
  const crossings = places.flatMap(({ crossing, stage }) => {
    if (stage !== undefined) return fitCrossing(crossing, known(stages[stage], "stage"), context);
    noteOmitted(crossing, context);
    return [];
  });
  if (lacksYellow) {
    context.note({
      severity: "assumption",
      node: context.tlId,
      where: "tlLogic",
      sentence:
        "The program shows no yellow: the first 3 s of each change are taken as yellow, the rest as red clearance.",
    });
  }
  const longest = stages.reduce(
    (best, it, at) => (it.greenS > known(stages[best], "stage").greenS ? at : best),
    0,
  );
  return {
    crossings,
    phases,
    sequences: [{ id: PROGRAM_SEQUENCE, rings: [[phases.map((it) => it.number)]] }],
    coordinatedPhases: [longest + 1],
    offsetReference: { phase: longest + 1, point: "beginGreen" },
  };
}

/** The longest stage in which people walk: a crossing that stays green over several stages walks once. */
function findStage(stages: readonly Stage[], crossing: BuiltCrossing): number | undefined {
  const walking = stages
    .map((stage, at) => ({ at, greenS: stage.greenS, walks: isGreen(stage.state, crossing) }))
    .filter((it) => it.walks)
    .sort((a, b) => b.greenS - a.greenS);
  return walking[0]?.at;
}

/** Walk as long as fits today's green; one that does not fit at all runs on call, where it shares a phase with vehicles. */
function fitCrossing(
  crossing: Crossing,
  { greenS, walkOnly }: Stage,
  { tlId, note }: PhaseContext,
): Crossing {
  const leftS = Math.floor((greenS - crossing.clearanceS) * 10 + 1e-9) / 10;
  if (leftS >= crossing.walkS) return crossing;
  const fits = leftS >= LEAST_WALK_S;
  note({
    severity: "warning",
    node: tlId,
    where: "tlLogic",
    sentence: fits
      ? `Crossing ${crossing.id} has ${leftS} s of walk, as much as today's green of ${greenS} s leaves beside ${crossing.clearanceS} s of clearance.`
      : `Crossing ${crossing.id} of ${crossing.lengthM} m does not fit today's green of ${greenS} s: ${
          walkOnly ? "its phase must be longer" : "it is served on call, in longer greens only"
        }.`,
  });
  if (fits) return { ...crossing, walkS: leftS };
  return { ...crossing, walkS: LEAST_WALK_S, service: walkOnly ? "recall" : "actuated" };
}

function noteOmitted(crossing: Crossing, { tlId, note }: PhaseContext): void {
  note({
    severity: "omitted",
    node: tlId,
    where: "tlLogic",
    sentence: `Crossing ${crossing.id} has green in no stage of the program: it is left out.`,
  });
}

function buildPhase(
  stage: Stage,
  of: { readonly number: number; readonly crossings: string[]; readonly context: PhaseContext },
): Phase {
  const { movements, conflicts, note, tlId } = of.context;
  const letterOf = (it: SignalMovement): string => stage.state.charAt(it.links[0]?.linkIndex ?? -1);
  const right = assignRight({
    priority: movements.filter((it) => letterOf(it) === "G").map((it) => it.movement),
    yielding: movements.filter((it) => letterOf(it) === "g").map((it) => it.movement),
    crossings: of.crossings,
    conflicts,
  });
  if (right.demoted.length > 0) {
    note({
      severity: "repair",
      node: tlId,
      where: "tlLogic",
      sentence: `The program shows 'G' to streams that conflict: ${right.demoted.join(", ")} must let others go first and is permitted here.`,
    });
  }
  return {
    number: of.number,
    protectedMovements: right.protectedMovements,
    permittedMovements: right.permittedMovements,
    crossings: of.crossings,
    minGreenS: Math.min(Math.max(LEAST_GREEN_S, Math.round(stage.minDurS ?? 0)), Math.floor(stage.greenS)),
    flashingGreenS: 0,
    yellowS: stage.yellowS,
    redClearanceS: stage.redClearanceS,
    recall: "max",
  };
}
