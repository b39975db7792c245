/**
 * A band problem as arcs on a circle, the form in which it is solved. Lengths are shares of the cycle C, φ = 1/C.
 *
 * Let the outbound band begin at p_i and the inbound band end at u_i when they pass signal i, and z_i = p_i − u_i. A choice
 * at the signal (an alternative, one of its outbound and one of its inbound greens) has greens g from s on and ḡ from s̄
 * on. With the waits w = p − s before the outbound band and w̄ = s̄ + ḡ − u behind the inbound one,
 *
 *   y = w + w̄ = z − a (mod 1),   a = s − s̄ − ḡ:
 *
 * the signal's offset cancels. It can divide y between w ∈ [0, g − b] and w̄ ∈ [0, ḡ − b̄] as it likes, so the choice admits
 * the bands b, b̄ if and only if b ≤ g, b̄ ≤ ḡ and z lies on the arc [a, a + g + ḡ − (b + b̄)]. On the way to the next
 * signal
 *
 *   z_{i+1} = z_i + φ·(t_i + t̄_i),   t_i + t̄_i from T_i to T_i + W_i.
 *
 * Here z is counted less all T on the way: it may stay or grow by up to φ·W_i per link, and arcs move by −φ·ΣT instead.
 *
 * Source: the loop constraint of Little, Kelson and Gartner, MAXBAND (Transportation Research Record 795, 1981).
 */
import { assert } from "../../errors.ts";
import type { BandGoal } from "./band-goal.ts";
import type { BandProblem, PerDirection } from "./band-problem.ts";

export interface BandArcs {
  /** Floors in shares of the cycle. */
  readonly goal: BandGoal;
  readonly signalCount: number;
  /** Choices of signal i: from firstChoice[i] up to firstChoice[i + 1]. */
  readonly firstChoice: Int32Array;
  /** Place in `BandSignal.alternatives`, by choice. */
  readonly alternative: Int32Array;
  /** By choice: s, g, ḡ and a at φ = 0, shares of the cycle. */
  readonly outStart: Float64Array;
  readonly outGreen: Float64Array;
  readonly inGreen: Float64Array;
  readonly start: Float64Array;
  /** ΣT from the first signal to signal i, less queue clearance, s. */
  readonly loopS: Float64Array;
  /** W from signal i to the next one, s. */
  readonly spareS: Float64Array;
  /** No band is wider than this anywhere, share. */
  readonly widest: PerDirection<number>;
}

/** A green that fills the cycle counts as this many: neither its start nor its end ever limits a band in it. */
const ALWAYS = 4;
const ALWAYS_GREEN = [{ startS: 0, lengthS: Number.POSITIVE_INFINITY }];

export function buildBandArcs(problem: BandProblem, goal: BandGoal): BandArcs {
  const { cycleS, signals, links } = problem;
  assert(cycleS > 0, `cycle ${cycleS} s`);
  assert(
    signals.length > 0 && links.length === signals.length - 1,
    `${signals.length} signals, ${links.length} links`,
  );
  let count = 0;
  for (const { alternatives } of signals) {
    for (const it of alternatives) count += (it.outbound.length + 1) * (it.inbound.length + 1);
  }
  const arcs = {
    goal: {
      ...goal,
      outboundFloor: goal.outboundFloor / cycleS,
      inboundFloor: goal.inboundFloor / cycleS,
    },
    signalCount: signals.length,
    firstChoice: new Int32Array(signals.length + 1),
    alternative: new Int32Array(count),
    outStart: new Float64Array(count),
    outGreen: new Float64Array(count),
    inGreen: new Float64Array(count),
    start: new Float64Array(count),
    loopS: new Float64Array(signals.length),
    spareS: new Float64Array(signals.length),
  };
  const widest = addChoices(problem, arcs);
  addTravel(problem, arcs);
  return { ...arcs, widest };
}

/** Fills in the choices; answers the widest band that all signals alone allow. */
function addChoices({ cycleS, signals }: BandProblem, arcs: Omit<BandArcs, "widest">): PerDirection<number> {
  const { without } = arcs.goal;
  let choice = 0;
  let outbound = 1;
  let inbound = 1;
  for (let signal = 0; signal < signals.length; signal++) {
    const { alternatives } = signals[signal] as (typeof signals)[number];
    let out = 0;
    let back = 0;
    for (let alternative = 0; alternative < alternatives.length; alternative++) {
      const greens = alternatives[alternative] as (typeof alternatives)[number];
      for (const outGreen of without === "outbound" ? ALWAYS_GREEN : greens.outbound) {
        for (const inGreen of without === "inbound" ? ALWAYS_GREEN : greens.inbound) {
          if (outGreen.lengthS <= 0 || inGreen.lengthS <= 0) continue;
          const isOutAlways = outGreen.lengthS >= cycleS;
          const isInAlways = inGreen.lengthS >= cycleS;
          const outStart = isOutAlways ? 0 : outGreen.startS / cycleS;
          const outLength = isOutAlways ? ALWAYS : outGreen.lengthS / cycleS;
          const inLength = isInAlways ? ALWAYS : inGreen.lengthS / cycleS;
          arcs.alternative[choice] = alternative;
          arcs.outStart[choice] = outStart;
          arcs.outGreen[choice] = outLength;
          arcs.inGreen[choice] = inLength;
          arcs.start[choice] = outStart - (isInAlways ? 0 : inGreen.startS / cycleS) - inLength;
          out = Math.max(out, outLength);
          back = Math.max(back, inLength);
          choice += 1;
        }
      }
    }
    arcs.firstChoice[signal + 1] = choice;
    outbound = Math.min(outbound, out);
    inbound = Math.min(inbound, back);
  }
  return { outbound, inbound };
}

function addTravel(
  { links, queueClearanceS }: BandProblem,
  { loopS, spareS }: Omit<BandArcs, "widest">,
): void {
  for (let i = 0; i < links.length; i++) {
    const { outboundTravelS, inboundTravelS, spareTravelS } = links[i] as (typeof links)[number];
    const { outbound, inbound } = spareTravelS ?? NO_SPARE;
    assert(outbound >= 0 && inbound >= 0, `link ${i}: spare travel time ${outbound} s, ${inbound} s`);
    spareS[i] = outbound + inbound;
    const clearanceS = queueClearanceS.outbound + queueClearanceS.inbound;
    loopS[i + 1] = (loopS[i] as number) + outboundTravelS + inboundTravelS - clearanceS;
  }
}

const NO_SPARE: PerDirection<number> = { outbound: 0, inbound: 0 };
