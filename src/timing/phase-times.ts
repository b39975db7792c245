/**
 * When each phase and each movement has green on the cycle: the one place that turns splits, sequence and offset into
 * times. All arithmetic is in whole tenths of a second, so ring sums are exact.
 *
 * Local time 0 is where the sequence begins (all rings at their first barrier group); `offsetS` places the plan's
 * reference point on the common cycle, and so everything else.
 * A split is green + yellow + red clearance, in that order; vehicle flashing green is the end of the green.
 */
import { assert, known } from "../errors.ts";
import { getPhase, getSequence } from "../network/find.ts";
import type { Intersection } from "../network/network.schema.ts";
import { fromTenths, type Interval, toTenths } from "./cycle.ts";
import type { TimingPlan } from "./plan.schema.ts";

export interface PhaseTimes {
  readonly phase: number;
  readonly ring: number;
  readonly barrierGroup: number;
  /** On the common cycle, in [0, cycle), s. */
  readonly greenStartS: number;
  /** Displayed green, flashing green included, s; negative when the split is too short (the gate blocks that). */
  readonly greenS: number;
  readonly yellowS: number;
  readonly redClearanceS: number;
  readonly splitS: number;
}

export interface MovementGreens {
  readonly protected: readonly Interval[];
  readonly permitted: readonly Interval[];
}

/** The phases of a plan in ring order, each with its times; a phase without a split is omitted from the ring. */
export function buildPhaseTimes(intersection: Intersection, plan: TimingPlan): PhaseTimes[] {
  const cycle = toTenths(plan.cycleS);
  const split = new Map(plan.splits.map((it) => [it.phase, toTenths(it.splitS)]));
  const { rings } = getSequence(intersection, plan.sequenceId);
  const local: { phase: number; ring: number; barrierGroup: number; start: number; split: number }[] = [];
  const barriers = listBarriers(rings, split);
  for (const [ring, groups] of rings.entries()) {
    for (const [barrierGroup, phases] of groups.entries()) {
      let clock = known(barriers[barrierGroup], "barrier");
      for (const phase of phases) {
        const length = split.get(phase);
        if (length === undefined) continue;
        local.push({ phase, ring, barrierGroup, start: clock, split: length });
        clock += length;
      }
    }
  }
  const reference = known(
    local.find((it) => it.phase === plan.offsetReference.phase),
    `reference phase ${plan.offsetReference.phase} in the plan of intersection ${plan.intersectionId}`,
  );
  const shift =
    toTenths(plan.offsetS) - reference.start - referencePointInSplit(intersection, plan, reference.split);
  return local.map((it) => {
    const { yellowS, redClearanceS } = getPhase(intersection, it.phase);
    return {
      phase: it.phase,
      ring: it.ring,
      barrierGroup: it.barrierGroup,
      greenStartS: fromTenths(wrapTenths(it.start + shift, cycle)),
      greenS: fromTenths(it.split - toTenths(yellowS) - toTenths(redClearanceS)),
      yellowS,
      redClearanceS,
      splitS: fromTenths(it.split),
    };
  });
}

/** Where each barrier group begins: all rings cross with the longest; a ring that is done before rests in red. */
function listBarriers(
  rings: readonly (readonly (readonly number[])[])[],
  split: ReadonlyMap<number, number>,
): number[] {
  const longest: number[] = [];
  for (const groups of rings) {
    for (const [barrierGroup, phases] of groups.entries()) {
      let length = 0;
      for (const phase of phases) length += split.get(phase) ?? 0;
      longest[barrierGroup] = Math.max(longest[barrierGroup] ?? 0, length);
    }
  }
  let start = 0;
  return longest.map((length) => {
    start += length;
    return start - length;
  });
}

/** From the start of the reference phase's split to the point that the offset refers to, in tenths of a second. */
function referencePointInSplit(intersection: Intersection, plan: TimingPlan, split: number): number {
  const { yellowS, redClearanceS } = getPhase(intersection, plan.offsetReference.phase);
  switch (plan.offsetReference.point) {
    case "beginGreen":
      return 0;
    case "beginYellow":
      return split - toTenths(yellowS) - toTenths(redClearanceS);
    case "beginRed":
      return split - toTenths(redClearanceS);
  }
}

const wrapTenths = (tenths: number, cycle: number): number => ((tenths % cycle) + cycle) % cycle;

/**
 * Greens of every movement on the common cycle. Where the next phase of the same ring serves the movement too, its green
 * runs through the change interval between them (stage plans do this); only from protected to permitted it does not.
 * Greens that touch or overlap are one interval.
 */
export function buildMovementGreens(
  intersection: Intersection,
  plan: TimingPlan,
  times: readonly PhaseTimes[] = buildPhaseTimes(intersection, plan),
): Map<string, MovementGreens> {
  const pieces = listPieces(intersection, times);
  const cycle = toTenths(plan.cycleS);
  return new Map(intersection.movements.map(({ id }) => [id, toGreens(pieces.get(id), cycle)]));
}

/** The same for one movement. */
export function buildGreensOf(
  intersection: Intersection,
  plan: TimingPlan,
  movementId: string,
  times: readonly PhaseTimes[] = buildPhaseTimes(intersection, plan),
): MovementGreens {
  return toGreens(listPieces(intersection, times).get(movementId), toTenths(plan.cycleS));
}

/** A stretch of the cycle in tenths of a second. */
interface Piece {
  start: number;
  length: number;
}

interface MovementPieces {
  readonly protected: Piece[];
  readonly permitted: Piece[];
}

/** What each phase gives to each movement that it serves. */
function listPieces(intersection: Intersection, times: readonly PhaseTimes[]): Map<string, MovementPieces> {
  const pieces = new Map<string, MovementPieces>();
  const phases = times.map((it) => getPhase(intersection, it.phase));
  for (const [position, time] of times.entries()) {
    const phase = known(phases[position], "phase");
    const next = known(phases[nextInRing(times, position)], "next phase");
    const add = (right: keyof MovementPieces, served: readonly string[], nextServes: readonly string[]) => {
      for (const id of served) {
        const lengthS = nextServes.includes(id) ? time.splitS : time.greenS;
        if (lengthS <= 0) continue;
        let ofMovement = pieces.get(id);
        if (ofMovement === undefined) {
          ofMovement = { protected: [], permitted: [] };
          pieces.set(id, ofMovement);
        }
        ofMovement[right].push({ start: toTenths(time.greenStartS), length: toTenths(lengthS) });
      }
    };
    add("protected", phase.protectedMovements, next.protectedMovements);
    add("permitted", phase.permittedMovements, [...next.permittedMovements, ...next.protectedMovements]);
  }
  return pieces;
}

const NO_GREENS: MovementGreens = { protected: [], permitted: [] };

const toGreens = (pieces: MovementPieces | undefined, cycle: number): MovementGreens =>
  pieces === undefined
    ? NO_GREENS
    : { protected: toIntervals(pieces.protected, cycle), permitted: toIntervals(pieces.permitted, cycle) };

const toIntervals = (pieces: readonly Piece[], cycle: number): Interval[] =>
  unite(pieces, cycle).map((it) => ({ startS: fromTenths(it.start), lengthS: fromTenths(it.length) }));

function nextInRing(times: readonly PhaseTimes[], position: number): number {
  const { ring } = known(times[position], "phase times");
  return times[position + 1]?.ring === ring ? position + 1 : times.findIndex((it) => it.ring === ring);
}

/** Unites pieces of a cycle that touch or overlap; starts lie in [0, cycle). */
function unite(pieces: readonly Piece[], cycle: number): Piece[] {
  const sorted = [...pieces].sort((a, b) => a.start - b.start);
  const united: Piece[] = [];
  for (const piece of sorted) {
    const last = united.at(-1);
    if (last !== undefined && piece.start <= last.start + last.length) {
      last.length = Math.max(last.length, piece.start + piece.length - last.start);
    } else {
      united.push({ ...piece });
    }
  }
  return joinOverTheEnd(united, cycle);
}

/** The last piece may reach past the end of the cycle into the first ones. */
function joinOverTheEnd(united: Piece[], cycle: number): Piece[] {
  const last = united.at(-1);
  while (last !== undefined && united.length > 1) {
    const first = known(united[0], "first piece");
    const reach = last.start + last.length - cycle;
    if (reach < first.start) break;
    last.length = Math.max(last.length, first.start + first.length + cycle - last.start);
    united.shift();
  }
  for (const piece of united) {
    assert(piece.start >= 0 && piece.start < cycle, `start ${piece.start} of a green outside cycle ${cycle}`);
    piece.length = Math.min(piece.length, cycle);
  }
  return united;
}
