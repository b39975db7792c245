/**
 * The splits of one intersection as a linear problem: what each phase must at least get, and what each lane group can
 * discharge as a linear function of the splits.
 *
 *   vehicles per cycle = s (Σ xₚ − ℓ) + e        over the phases p that serve the lane group
 *
 * s: discharge rate; xₚ: split; ℓ: yellow, red clearance and start-up loss less end gain, once per run of adjacent
 * phases; e: vehicles that leave outside these phases (permitted after protected green, sneakers, turns on red).
 */

/**
 * Where green that no stream needs goes (place-slack.ts); `throughput` is for streets that are full: queues fit their
 * storage as long as possible, then as many vehicles as possible are served (solve-throughput.ts).
 */
export type SlackPolicy = "coordinated" | "leastDelay" | "equal" | "throughput";

export interface SplitProblem {
  readonly intersectionId: string;
  readonly sequenceId: string;
  /** Published splits are whole multiples of it, s. */
  readonly resolutionS: number;
  readonly phases: readonly SplitPhase[];
  /** cells[barrierGroup][ring] = positions in `phases`, in order. */
  readonly cells: readonly (readonly (readonly number[])[])[];
  /** Lane groups with flow that a signal controls. */
  readonly streams: readonly SplitStream[];
}

export interface SplitPhase {
  readonly phase: number;
  readonly minSplitS: number;
  /** The crossing on recall that asks for more than minimum green does, and the least split without it. */
  readonly heldBy?: { readonly crossingId: string; readonly minSplitS: number };
  /** Infinite where the network states no maximum green. */
  readonly maxSplitS: number;
  readonly isCoordinated: boolean;
}

export interface SplitStream {
  readonly movementIds: readonly string[];
  readonly flowVps: number;
  /** s, veh/s. */
  readonly rateVps: number;
  /** e = extraVeh + extraVps · C, vehicles per cycle. */
  readonly extraVeh: number;
  readonly extraVps: number;
  /** ℓ, s. */
  readonly lostS: number;
  /** Positions in `phases`, none twice. */
  readonly phases: readonly number[];
  /** Left over by the green before the period, vehicles; absent: none. */
  readonly initialQueueVeh?: number;
  /** Absent: its queue may grow without limit. */
  readonly storage?: QueueStorage;
}

export interface QueueStorage {
  readonly storageVeh: number;
  /** A longer queue stands in the junction behind; otherwise before other lanes or outside the network. */
  readonly blocksJunction: boolean;
}

export type SplitAnswer = SplitsSolved | SplitsInfeasible;

export interface SplitsSolved {
  readonly kind: "solved";
  /** By position in the problem's phases; each ring's sum is the cycle, s. */
  readonly splitsS: readonly number[];
  /** Every stream can carry this many times its flow, and one of them no more; infinite without flow. */
  readonly reserve: number;
}

export interface SplitsInfeasible {
  readonly kind: "infeasible";
  readonly reason: string;
}

/** What is asked: one cycle length, the degree of saturation that no stream should exceed, and where slack goes. */
export interface SplitQuestion {
  readonly problem: SplitProblem;
  readonly cycleS: number;
  readonly targetDegreeOfSaturation: number;
  readonly slack: SlackPolicy;
}

/** Vehicles of a stream that leave in a cycle in which its phases last `splitS` together. */
export const servedVeh = (stream: SplitStream, splitS: number, cycleS: number): number =>
  stream.rateVps * Math.max(0, splitS - stream.lostS) + stream.extraVeh + stream.extraVps * cycleS;

/** The splits of a stream's phases together, s. */
export function splitOf(stream: SplitStream, splitsS: ArrayLike<number>): number {
  let sumS = 0;
  for (let place = 0; place < stream.phases.length; place++) sumS += splitsS[stream.phases[place] ?? 0] ?? 0;
  return sumS;
}

/** The splits of the phases of one ring and barrier group together, s. */
export function sumOf(cell: readonly number[], splitsS: ArrayLike<number>): number {
  let sumS = 0;
  for (let place = 0; place < cell.length; place++) sumS += splitsS[cell[place] ?? 0] ?? 0;
  return sumS;
}

/** A barrier group lasts as long as its longest ring, s. */
export function lengthOf(rings: readonly (readonly number[])[], splitsS: ArrayLike<number>): number {
  let longestS = 0;
  for (const cell of rings) longestS = Math.max(longestS, sumOf(cell, splitsS));
  return longestS;
}

/** The longest that maximum greens allow a barrier group, s. */
export function mostOfGroup(problem: SplitProblem, rings: readonly (readonly number[])[]): number {
  let mostS = Number.POSITIVE_INFINITY;
  for (const cell of rings) mostS = Math.min(mostS, mostOf(problem, cell));
  return mostS;
}

/** Why no splits fit the cycle, whatever the flows; `undefined` when some do. */
export function describeMisfit(problem: SplitProblem, cycleS: number): string | undefined {
  let leastS = 0;
  let mostS = 0;
  for (const rings of problem.cells) {
    let groupLeastS = 0;
    for (const cell of rings) groupLeastS = Math.max(groupLeastS, leastOf(problem, cell));
    const groupMostS = mostOfGroup(problem, rings);
    if (groupLeastS > groupMostS + ROUNDING_S) {
      return `${nameOf(problem)} minimums need ${inTenths(groupLeastS)} s between two barriers where maximum greens end after ${inTenths(groupMostS)} s`;
    }
    leastS += groupLeastS;
    mostS += groupMostS;
  }
  if (leastS > cycleS + ROUNDING_S) {
    const names = problem.cells.map((rings) => longestBy(rings, (cell) => leastOf(problem, cell)));
    return `${nameOf(problem)} minimums of phases ${listPhases(problem, names)} need ${inTenths(leastS)} s, cycle is ${cycleS} s`;
  }
  if (mostS < cycleS - ROUNDING_S) {
    const names = problem.cells.map((rings) => longestBy(rings, (cell) => -mostOf(problem, cell)));
    return `${nameOf(problem)} maximum greens of phases ${listPhases(problem, names)} end after ${inTenths(mostS)} s, cycle is ${cycleS} s`;
  }
  return undefined;
}

const ROUNDING_S = 1e-9;

const inTenths = (timeS: number): number => Math.round(timeS * 10) / 10;

const nameOf = (problem: SplitProblem): string => `intersection ${problem.intersectionId}:`;

const listPhases = (problem: SplitProblem, cells: readonly (readonly number[])[]): string =>
  cells.map((cell) => cell.map((it) => problem.phases[it]?.phase).join("+")).join(" | ");

function longestBy(
  cells: readonly (readonly number[])[],
  value: (cell: readonly number[]) => number,
): readonly number[] {
  return cells.reduce((best, it) => (value(it) > value(best) ? it : best));
}

/** The least splits of the phases of a cell together, s. */
const leastOf = (problem: SplitProblem, cell: readonly number[]): number => {
  let sumS = 0;
  for (const it of cell) sumS += problem.phases[it]?.minSplitS ?? 0;
  return sumS;
};

/** The longest splits that maximum greens allow the phases of a cell together, s. */
export const mostOf = (problem: SplitProblem, cell: readonly number[]): number => {
  let sumS = 0;
  for (const it of cell) sumS += problem.phases[it]?.maxSplitS ?? 0;
  return sumS;
};
