/**
 * When each movement has green, walked out once more for the re-measurement: phases are laid along their rings from the
 * splits and painted, tenth by tenth of a second, on the cycle of each movement that they serve.
 *
 * It shares no code with timing/phase-times.ts, which the search uses; the two must agree on every valid plan.
 * Source: NEMA TS 2 ring and barrier; a split is green, yellow and red clearance, in this order. All rings cross a
 * barrier together. Where the next phase of the ring serves the movement too, its green goes on through the change.
 * Cost: the painted tenths, phases × movements × cycle.
 */
import { known } from "../../errors.ts";
import { getPhase, getSequence } from "../../network/find.ts";
import type { Intersection, Phase } from "../../network/network.schema.ts";
import { fromTenths, type Interval, toTenths } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";

/** Greens on the common cycle, s. */
export interface Greens {
  readonly protected: readonly Interval[];
  readonly permitted: readonly Interval[];
}

/** A phase on the walk, in tenths of a second from where the sequence begins; `end` includes its clearances. */
interface Stay {
  readonly phase: Phase;
  readonly begin: number;
  readonly greenEnd: number;
  readonly end: number;
}

/** Greens of every movement of the intersection under the plan, its offset included. */
export function walkRings(intersection: Intersection, plan: TimingPlan): Map<string, Greens> {
  const cycle = toTenths(plan.cycleS);
  const rings = listStays(intersection, plan);
  const reference = known(
    rings.flat().find((it) => it.phase.number === plan.offsetReference.phase),
    `phase ${plan.offsetReference.phase} in the plan of ${plan.intersectionId}`,
  );
  const zero = toTenths(plan.offsetS) - instantOf(reference, plan.offsetReference.point);
  const painted = {
    protectedMovements: new Map<string, Uint8Array>(),
    permittedMovements: new Map<string, Uint8Array>(),
  };
  for (const stays of rings) {
    for (const [at, { phase, begin, greenEnd, end }] of stays.entries()) {
      const following = stays[(at + 1) % stays.length]?.phase;
      for (const kind of ["protectedMovements", "permittedMovements"] as const) {
        for (const id of phase[kind]) {
          const length = (following?.[kind].includes(id) === true ? end : greenEnd) - begin;
          const tape = painted[kind].get(id) ?? new Uint8Array(cycle);
          painted[kind].set(id, tape);
          if (length > 0) paint(tape, zero + begin, length);
        }
      }
    }
  }
  const read = (tape: Uint8Array | undefined): Interval[] => (tape === undefined ? [] : listPainted(tape));
  return new Map(
    intersection.movements.map(({ id }) => [
      id,
      {
        protected: read(painted.protectedMovements.get(id)),
        permitted: read(painted.permittedMovements.get(id)),
      },
    ]),
  );
}

/** The phases of each ring in order; those that the plan gives no split are skipped. */
function listStays(intersection: Intersection, plan: TimingPlan): Stay[][] {
  const { rings } = getSequence(intersection, plan.sequenceId);
  const splits = new Map(plan.splits.map((it) => [it.phase, toTenths(it.splitS)]));
  const stays: Stay[][] = rings.map(() => []);
  const groups = Math.max(...rings.map((it) => it.length));
  let barrier = 0;
  for (let group = 0; group < groups; group++) {
    let latest = barrier;
    for (const [ring, phases] of rings.entries()) {
      let clock = barrier;
      for (const number of phases[group] ?? []) {
        const split = splits.get(number);
        if (split === undefined) continue;
        const phase = getPhase(intersection, number);
        const greenEnd = clock + split - toTenths(phase.yellowS) - toTenths(phase.redClearanceS);
        stays[ring]?.push({ phase, begin: clock, greenEnd, end: clock + split });
        clock += split;
      }
      latest = Math.max(latest, clock);
    }
    barrier = latest;
  }
  return stays;
}

function instantOf({ phase, begin, greenEnd }: Stay, point: TimingPlan["offsetReference"]["point"]): number {
  switch (point) {
    case "beginGreen":
      return begin;
    case "beginYellow":
      return greenEnd;
    case "beginRed":
      return greenEnd + toTenths(phase.yellowS);
  }
}

function paint(tape: Uint8Array, from: number, length: number): void {
  const cycle = tape.length;
  const begin = ((from % cycle) + cycle) % cycle;
  const end = begin + Math.min(length, cycle);
  tape.fill(1, begin, Math.min(end, cycle));
  if (end > cycle) tape.fill(1, 0, end - cycle);
}

/** Painted stretches; one that passes the end of the cycle is one stretch. */
function listPainted(tape: Uint8Array): Interval[] {
  const cycle = tape.length;
  const stretches: { begin: number; end: number }[] = [];
  for (let begin = tape.indexOf(1); begin >= 0; ) {
    const gap = tape.indexOf(0, begin);
    const end = gap < 0 ? cycle : gap;
    stretches.push({ begin, end });
    begin = gap < 0 ? -1 : tape.indexOf(1, gap);
  }
  const first = stretches[0];
  const last = stretches.at(-1);
  if (
    first !== undefined &&
    last !== undefined &&
    first !== last &&
    first.begin === 0 &&
    last.end === cycle
  ) {
    last.end += first.end;
    stretches.shift();
  }
  return stretches.map(({ begin, end }) => ({ startS: fromTenths(begin), lengthS: fromTenths(end - begin) }));
}
