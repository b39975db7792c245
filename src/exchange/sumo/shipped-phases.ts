/**
 * Phases from the stages of a shipped program: one ring, a phase for each stage. 'G' is protected and 'g' permitted. Where
 * a program shows 'G' to two streams of which one has to let the other go first, that one is permitted here, because
 * conflicting streams never both have protected right of way; where nothing that runs conflicts with a 'g', it is
 * protected.
 */
import { known } from "../../errors.ts";
import type { Intersection, Movement, Phase } from "../../network/network.schema.ts";
import type { Note } from "../import-report.ts";
import type { SignalMovement } from "./build-movements.ts";
import type { Conflicts } from "./find-conflicts.ts";
import { LEAST_GREEN_S, type Stage, type StagePlan } from "./find-stages.ts";

export type PhasePart = Pick<Intersection, "phases" | "sequences" | "coordinatedPhases" | "offsetReference">;

export interface PhaseContext {
  readonly tlId: string;
  readonly movements: readonly SignalMovement[];
  /** Link indices of each crossing. */
  readonly crossings: readonly { readonly id: string; readonly linkIndices: readonly number[] }[];
  readonly conflicts: Conflicts;
  readonly note: Note;
}

export const PROGRAM_SEQUENCE = "program";

export function buildShippedPhases({ stages, lacksYellow }: StagePlan, context: PhaseContext): PhasePart {
  const phases = stages.map((stage, at) => buildPhase(stage, at + 1, context));
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
    phases,
    sequences: [{ id: PROGRAM_SEQUENCE, rings: [[phases.map((it) => it.number)]] }],
    coordinatedPhases: [longest + 1],
    offsetReference: { phase: longest + 1, point: "beginGreen" },
  };
}

function buildPhase(stage: Stage, number: number, context: PhaseContext): Phase {
  const letterOf = (it: SignalMovement): string => stage.state.charAt(it.links[0]?.linkIndex ?? -1);
  const green = context.movements.filter((it) => /[Gg]/.test(letterOf(it)));
  const crossings = context.crossings
    .filter((it) => it.linkIndices.some((at) => /[Gg]/.test(stage.state.charAt(at))))
    .map((it) => it.id);
  const right = assignRight({
    priority: green.filter((it) => letterOf(it) === "G").map((it) => it.movement),
    yielding: green.filter((it) => letterOf(it) === "g").map((it) => it.movement),
    crossings,
    conflicts: context.conflicts,
  });
  if (right.demoted.length > 0) {
    context.note({
      severity: "repair",
      node: context.tlId,
      where: "tlLogic",
      sentence: `The program shows 'G' to streams that conflict: ${right.demoted.join(", ")} must let others go first and is permitted here.`,
    });
  }
  return {
    number,
    protectedMovements: right.protectedMovements,
    permittedMovements: right.permittedMovements,
    crossings,
    minGreenS: Math.min(Math.max(LEAST_GREEN_S, Math.round(stage.minDurS ?? 0)), stage.greenS),
    flashingGreenS: 0,
    yellowS: stage.yellowS,
    redClearanceS: stage.redClearanceS,
    recall: "max",
  };
}

export interface Right {
  readonly protectedMovements: string[];
  readonly permittedMovements: string[];
  readonly demoted: string[];
}

/** Who is protected among what is green together. */
export function assignRight(given: {
  readonly priority: readonly Movement[];
  readonly yielding: readonly Movement[];
  readonly crossings: readonly string[];
  readonly conflicts: Conflicts;
}): Right {
  const { conflicts, crossings } = given;
  const demoted = new Set<string>();
  for (const [at, a] of given.priority.entries()) {
    if (crossings.some((it) => conflicts.conflict(a.id, it))) demoted.add(a.id);
    for (const b of given.priority.slice(at + 1)) {
      if (!conflicts.conflict(a.id, b.id) || demoted.has(a.id) || demoted.has(b.id)) continue;
      demoted.add(whoYields(a, b, conflicts).id);
    }
  }
  const protectedIds = new Set(given.priority.map((it) => it.id).filter((it) => !demoted.has(it)));
  const all = [...given.priority, ...given.yielding].map((it) => it.id);
  const promoted = given.yielding
    .map((it) => it.id)
    .filter((id) => [...all, ...crossings].every((other) => !conflicts.conflict(id, other)));
  for (const id of promoted) protectedIds.add(id);
  return {
    protectedMovements: all.filter((it) => protectedIds.has(it)),
    permittedMovements: all.filter((it) => !protectedIds.has(it)),
    demoted: [...demoted],
  };
}

const TURN_RANK = { through: 0, right: 1, left: 2, uTurn: 3 } as const;

function whoYields(a: Movement, b: Movement, conflicts: Conflicts): Movement {
  const aYields = conflicts.yields(a.id, b.id);
  if (aYields !== conflicts.yields(b.id, a.id)) return aYields ? a : b;
  return TURN_RANK[a.turn] > TURN_RANK[b.turn] ? a : b;
}
