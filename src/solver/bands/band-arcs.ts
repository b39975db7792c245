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
 * the bands b, b̄ if and only if b ≤ g, b̄ ≤ ḡ and z lies on the arc [a, a + g + ḡ − (b + b̄)]. On the way to the next signal
 *
 *   z_{i+1} = z_i + φ·(t_i + t̄_i),   t_i + t̄_i from T_i to T_i + W_i.
 *
 * Here z is counted less all T on the way: it may stay or grow by up to φ·W_i per link, and arcs move by −φ·ΣT instead.
 *
 * Source: the loop constraint of Little, Kelson and Gartner, MAXBAND (Transportation Research Record 795, 1981).
 */
import { assert, known } from "../../errors.ts";
import { type BandChoice, buildBandChoices } from "./band-choices.ts";
import type { BandGoal } from "./band-goal.ts";
import { type BandProblem, type PerDirection, scaleToCycle } from "./band-problem.ts";

export interface BandArcs {
  /** Floors in shares of the cycle. */
  readonly goal: BandGoal;
  readonly signalCount: number;
  /** Choices of signal i: from firstChoice[i] up to firstChoice[i + 1]. */
  readonly firstChoice: Int32Array;
  /** Starts and greens in shares of the cycle. */
  readonly choices: readonly BandChoice[];
  /** a of each choice at φ = 0, share. */
  readonly start: Float64Array;
  readonly outGreen: Float64Array;
  readonly inGreen: Float64Array;
  /** ΣT from the first signal to signal i, less queue clearance, s. */
  readonly loopS: Float64Array;
  /** W from signal i to the next one, s. */
  readonly spareS: Float64Array;
  /** No band is wider than this anywhere, share. */
  readonly widest: PerDirection<number>;
}

export function buildBandArcs(problem: BandProblem, goal: BandGoal): BandArcs {
  const { cycleS, queueClearanceS } = problem;
  assert(cycleS > 0, `cycle ${cycleS} s`);
  const standing = {
    ...scaleToCycle(problem, 1),
    links: problem.links.map(() => ({ outboundTravelS: 0, inboundTravelS: 0 })),
    queueClearanceS: { outbound: 0, inbound: 0 },
  };
  const signals = buildBandChoices(standing, goal.without);
  const choices = signals.flat();
  const signalCount = signals.length;
  const firstChoice = new Int32Array(signalCount + 1);
  const loopS = new Float64Array(signalCount);
  const spareS = new Float64Array(signalCount);
  for (const [i, it] of signals.entries()) firstChoice[i + 1] = known(firstChoice[i], "choice") + it.length;
  for (const [i, link] of problem.links.entries()) {
    const { outbound, inbound } = link.spareTravelS ?? { outbound: 0, inbound: 0 };
    assert(outbound >= 0 && inbound >= 0, `link ${i}: spare travel time ${outbound} s, ${inbound} s`);
    spareS[i] = outbound + inbound;
    loopS[i + 1] =
      known(loopS[i], "loop") +
      (link.outboundTravelS - queueClearanceS.outbound) +
      (link.inboundTravelS - queueClearanceS.inbound);
  }
  const widestOf = (greenOf: (it: BandChoice) => number): number =>
    Math.min(1, ...signals.map((it) => Math.max(0, ...it.map(greenOf))));
  return {
    goal: {
      ...goal,
      outboundFloor: goal.outboundFloor / cycleS,
      inboundFloor: goal.inboundFloor / cycleS,
    },
    signalCount,
    firstChoice,
    choices,
    start: Float64Array.from(choices, (it) => it.outStartS - it.inStartS - it.inGreenS),
    outGreen: Float64Array.from(choices, (it) => it.outGreenS),
    inGreen: Float64Array.from(choices, (it) => it.inGreenS),
    loopS,
    spareS,
    widest: { outbound: widestOf((it) => it.outGreenS), inbound: widestOf((it) => it.inGreenS) },
  };
}
