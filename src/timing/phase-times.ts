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
import type { Intersection, Phase } from "../network/network.schema.ts";
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
  const sumOf = (phases: readonly number[] = []): number =>
    phases.reduce((sum, phase) => sum + (split.get(phase) ?? 0), 0);
  const local: { phase: number; ring: number; barrierGroup: number; start: number; split: number }[] = [];
  for (const [ring, groups] of rings.entries()) {
    let groupStart = 0;
    for (const [barrierGroup, phases] of groups.entries()) {
      let clock = groupStart;
      for (const phase of phases) {
        const length = split.get(phase);
        if (length === undefined) continue;
        local.push({ phase, ring, barrierGroup, start: clock, split: length });
        clock += length;
      }
      // All rings cross the barrier with the longest; a ring that is done before rests in red.
      groupStart += Math.max(...rings.map((it) => sumOf(it[barrierGroup])));
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
 * runs through the change interval between them (stage plans do this). Greens that touch or overlap are one interval.
 */
export function buildMovementGreens(
  intersection: Intersection,
  plan: TimingPlan,
  times: readonly PhaseTimes[] = buildPhaseTimes(intersection, plan),
): Map<string, MovementGreens> {
  const slots = listSlots(intersection, times);
  return new Map(intersection.movements.map(({ id }) => [id, greensOfMovement(slots, plan, id)]));
}

/** The same for one movement. */
export function buildGreensOf(
  intersection: Intersection,
  plan: TimingPlan,
  movementId: string,
  times: readonly PhaseTimes[] = buildPhaseTimes(intersection, plan),
): MovementGreens {
  return greensOfMovement(listSlots(intersection, times), plan, movementId);
}

/** A phase's times with its configuration and the place of the phase that follows it in its ring. */
interface Slot {
  readonly time: PhaseTimes;
  readonly phase: Phase;
  readonly next: number;
}

function listSlots(intersection: Intersection, times: readonly PhaseTimes[]): Slot[] {
  return times.map((time, position) => ({
    time,
    phase: getPhase(intersection, time.phase),
    next: nextInRing(times, position),
  }));
}

function greensOfMovement(slots: readonly Slot[], plan: TimingPlan, id: string): MovementGreens {
  const cycle = toTenths(plan.cycleS);
  const greensWhere = (serves: readonly boolean[]): Interval[] => {
    const pieces: { start: number; length: number }[] = [];
    for (const [position, { time, next }] of slots.entries()) {
      if (serves[position] !== true) continue;
      const lengthS = serves[next] === true ? time.splitS : time.greenS;
      if (lengthS > 0) pieces.push({ start: toTenths(time.greenStartS), length: toTenths(lengthS) });
    }
    return unite(pieces, cycle).map((it) => ({
      startS: fromTenths(it.start),
      lengthS: fromTenths(it.length),
    }));
  };
  return {
    protected: greensWhere(slots.map((it) => it.phase.protectedMovements.includes(id))),
    permitted: greensWhere(slots.map((it) => it.phase.permittedMovements.includes(id))),
  };
}

function nextInRing(times: readonly PhaseTimes[], position: number): number {
  const { ring } = known(times[position], "phase times");
  return times[position + 1]?.ring === ring ? position + 1 : times.findIndex((it) => it.ring === ring);
}

/** Unites pieces of a cycle that touch or overlap; starts lie in [0, cycle). */
function unite(
  pieces: readonly { start: number; length: number }[],
  cycle: number,
): { start: number; length: number }[] {
  const sorted = [...pieces].sort((a, b) => a.start - b.start);
  const united: { start: number; length: number }[] = [];
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
function joinOverTheEnd(united: { start: number; length: number }[], cycle: number): typeof united {
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
