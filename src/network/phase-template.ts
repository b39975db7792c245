/**
 * Phases and sequences of a standard intersection.
 *
 * NEMA: 2 and 6 are the main street's through phases, 4 and 8 the side street's, 1, 5, 3 and 7 the left turns that
 * oppose them; barrier between main and side street; the four lead/lag sequences of the main left turns.
 * Stages: main through, main left, side through, side left, as far as there is something to serve. Where one of the two
 * through movements is not opposed by a left turn (a T), it stays green while the other street's left turn runs.
 *
 * A crossing runs with the through phase beside it. Who is protected follows: a through movement always is; a turn is
 * when nothing conflicts with it among what may run at the same time, otherwise it is permitted.
 */
import { assert, known } from "../errors.ts";
import { computeChangeTimes } from "./fixed-times.ts";
import {
  type Bound,
  boundOfCrossing,
  type IntersectionSpec,
  oppositeBound,
  turnBound,
} from "./intersection-spec.ts";
import type { Approach, Crossing, Intersection, Movement, Phase, Sequence } from "./network.schema.ts";

export interface PhaseInput {
  readonly spec: IntersectionSpec;
  readonly approaches: readonly Approach[];
  readonly movements: readonly Movement[];
  readonly crossings: readonly Crossing[];
  readonly conflicts: readonly (readonly [string, string])[];
}

export type PhasePart = Pick<Intersection, "phases" | "sequences" | "coordinatedPhases" | "offsetReference">;

/** What a phase serves, before it is known what is protected. */
interface Draft {
  readonly number: number;
  readonly kind: "mainThrough" | "sideThrough" | "left";
  readonly movements: readonly Movement[];
  readonly crossings: readonly Crossing[];
}

export function buildPhases(input: PhaseInput): PhasePart {
  return input.spec.control === "ringBarrier" ? buildDualRing(input) : buildStages(input);
}

/** The bounds of the main street and those of the side street. */
const mainBounds = (spec: IntersectionSpec): readonly [Bound, Bound] =>
  spec.main === "EW" ? ["EB", "WB"] : ["NB", "SB"];
const sideBounds = (spec: IntersectionSpec): readonly [Bound, Bound] =>
  spec.main === "EW" ? ["SB", "NB"] : ["EB", "WB"];

function buildDualRing(input: PhaseInput): PhasePart {
  const { spec } = input;
  const [a, b] = mainBounds(spec);
  const [c, d] = sideBounds(spec);
  const drafts: Draft[] = [
    leftDraft(input, 1, [b]),
    throughDraft(input, { number: 2, kind: "mainThrough", bounds: [a] }),
    leftDraft(input, 3, [d]),
    throughDraft(input, { number: 4, kind: "sideThrough", bounds: [c] }),
    leftDraft(input, 5, [a]),
    throughDraft(input, { number: 6, kind: "mainThrough", bounds: [b] }),
    leftDraft(input, 7, [c]),
    throughDraft(input, { number: 8, kind: "sideThrough", bounds: [d] }),
  ].filter((it) => it.movements.length > 0);
  for (const number of [2, 4, 6, 8]) {
    assert(
      drafts.some((it) => it.number === number),
      `${spec.id} needs four legs for two rings`,
    );
  }
  const served = (numbers: readonly number[]) =>
    numbers.filter((number) => drafts.some((it) => it.number === number));
  const order = (first: readonly number[], second: readonly number[]): number[][][] => [
    [served(first), served([3, 4])],
    [served(second), served([7, 8])],
  ];
  const sequences = [
    { id: "lead-lead", rings: order([1, 2], [5, 6]) },
    { id: "lead-lag", rings: order([1, 2], [6, 5]) },
    { id: "lag-lead", rings: order([2, 1], [5, 6]) },
    { id: "lag-lag", rings: order([2, 1], [6, 5]) },
  ];
  return finish({ input, drafts, sequences, coordinated: [2, 6] });
}

function buildStages(input: PhaseInput): PhasePart {
  const main = throughAndLeft(input, "mainThrough", mainBounds(input.spec));
  const side = throughAndLeft(input, "sideThrough", sideBounds(input.spec));
  const drafts = [...main, ...side].map((it, at) => ({ ...it, number: at + 1 }));
  const numbers = drafts.map((it) => it.number);
  const leftFirst = [...numbers.slice(0, main.length).reverse(), ...numbers.slice(main.length).reverse()];
  const sequences = [
    { id: "through-first", rings: [[numbers]] },
    { id: "left-first", rings: [[leftFirst]] },
  ];
  return finish({ input, drafts, sequences, coordinated: [1] });
}

/** The stages of one street, the empty ones left out. */
function throughAndLeft(
  input: PhaseInput,
  kind: Draft["kind"],
  bounds: readonly Bound[],
): Omit<Draft, "number">[] {
  const through = throughDraft(input, { number: 0, kind, bounds });
  const left = leftDraft(input, 0, bounds);
  const [only, ...others] = left.movements;
  const beside = input.movements.filter(
    (it) => others.length === 0 && it.approachId === only?.approachId && it.turn === "through",
  );
  return [through, { ...left, movements: [...beside, ...left.movements] }].filter(
    (it) => it.movements.length > 0,
  );
}

function leftDraft(input: PhaseInput, number: number, bounds: readonly Bound[]): Draft {
  const movements = bounds.flatMap((bound) =>
    hasOwnLeftPhase(input, bound)
      ? input.movements.filter((it) => it.approachId === bound && it.turn === "left")
      : [],
  );
  return { number, kind: "left", movements, crossings: [] };
}

/** A left turn needs a phase of its own when it has lanes of its own and somebody comes the other way. */
function hasOwnLeftPhase({ movements }: PhaseInput, bound: Bound): boolean {
  return (
    movements.some((it) => it.approachId === bound && it.turn === "left" && it.lanes > 0) &&
    movements.some((it) => it.approachId === oppositeBound(bound))
  );
}

function throughDraft(
  input: PhaseInput,
  { number, kind, bounds }: { number: number; kind: Draft["kind"]; bounds: readonly Bound[] },
): Draft {
  const movements = bounds.flatMap((bound) =>
    input.movements.filter(
      (it) => it.approachId === bound && (it.turn !== "left" || !hasOwnLeftPhase(input, bound)),
    ),
  );
  const crossings = input.crossings.filter((it) => bounds.includes(boundBeside(input, it.id)));
  return { number, kind, movements, crossings };
}

/** The bound whose right turn meets the crossing, or where nobody arrives on that one, the opposite bound. */
function boundBeside(input: PhaseInput, crossingId: string): Bound {
  const beside = turnBound(boundOfCrossing(crossingId), 1);
  return input.movements.some((it) => it.approachId === beside) ? beside : oppositeBound(beside);
}

function finish(parts: {
  input: PhaseInput;
  drafts: readonly Draft[];
  sequences: readonly Sequence[];
  coordinated: readonly number[];
}): PhasePart {
  const { input, drafts, coordinated } = parts;
  const sequences = parts.sequences.filter(
    (it, at) =>
      parts.sequences.findIndex((other) => JSON.stringify(other.rings) === JSON.stringify(it.rings)) === at,
  );
  const rings = known(sequences[0], "sequence").rings;
  return {
    phases: drafts.map((draft) =>
      buildPhase(
        input,
        draft,
        drafts.filter((it) => runTogether(rings, draft.number, it.number)),
      ),
    ),
    sequences,
    coordinatedPhases: coordinated,
    offsetReference: { phase: known(coordinated[0], "coordinated phase"), point: "beginGreen" },
  };
}

/** A phase runs with itself and with those of other rings in its barrier group. */
function runTogether(rings: Sequence["rings"], first: number, second: number): boolean {
  if (first === second) return true;
  return rings.some((ring, at) =>
    ring.some(
      (group, position) =>
        group.includes(first) &&
        rings.some((other, otherAt) => otherAt !== at && other[position]?.includes(second)),
    ),
  );
}

function buildPhase(input: PhaseInput, draft: Draft, together: readonly Draft[]): Phase {
  const { style } = input.spec;
  const isProtected = (movement: Movement) => !yields(input, movement, together);
  const minGreens = {
    mainThrough: style.mainMinGreenS,
    sideThrough: style.sideMinGreenS,
    left: style.leftMinGreenS,
  };
  return {
    number: draft.number,
    protectedMovements: draft.movements.filter(isProtected).map((it) => it.id),
    permittedMovements: draft.movements.filter((it) => !isProtected(it)).map((it) => it.id),
    crossings: draft.crossings.map((it) => it.id),
    minGreenS: minGreens[draft.kind],
    flashingGreenS: style.flashingGreenS,
    ...computePhaseChange(input, draft),
    recall: "max",
  };
}

const RANK: Readonly<Record<Movement["turn"], number>> = { through: 3, right: 2, left: 1, uTurn: 0 };

/** A turn yields to crossings and to movements of higher rank that conflict with it. */
function yields(input: PhaseInput, movement: Movement, together: readonly Draft[]): boolean {
  if (movement.turn === "through") return false;
  const above = together.flatMap((it) => [
    ...it.crossings.map((crossing) => crossing.id),
    ...it.movements.filter((other) => RANK[other.turn] > RANK[movement.turn]).map((other) => other.id),
  ]);
  return input.conflicts.some(
    ([first, second]) =>
      (first === movement.id && above.includes(second)) || (second === movement.id && above.includes(first)),
  );
}

/** The longest yellow and red clearance that a movement needs; right turns, which cross nobody, where there are others. */
function computePhaseChange(input: PhaseInput, draft: Draft): { yellowS: number; redClearanceS: number } {
  const crossing = draft.movements.filter((it) => it.turn !== "right");
  const movements = crossing.length > 0 ? crossing : draft.movements;
  const times = movements.map((movement) => {
    const leg = input.spec.legs.find((it) => it.bound === movement.approachId);
    const entry = known(leg?.entry, `entry of ${movement.approachId}`);
    const approach = known(
      input.approaches.find((it) => it.id === movement.approachId),
      `approach ${movement.approachId}`,
    );
    return computeChangeTimes({
      speedLimitMps: entry.speedLimitMps,
      speed85Mps: entry.speed85Mps,
      gradeRatio: approach.gradeRatio,
      clearanceDistanceM: known(approach.clearanceDistanceM, "clearance distance"),
      turns: movement.turn !== "through",
    });
  });
  return {
    yellowS: Math.max(...times.map((it) => it.yellowS)),
    redClearanceS: Math.max(...times.map((it) => it.redClearanceS)),
  };
}
