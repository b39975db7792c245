/**
 * What an intersection would cost free, without measuring it: the average cycle of an actuated signal under arrivals at
 * random, found as a fixed point, and the delay in it.
 *
 *   G = l + max q r / (s − q) + (e^{Λh} − 1) / Λ,  between minimum and maximum green
 *   P = 1 − e^{−ΛC}                                the phase is called (1 on recall)
 *   C = Σ over barrier groups of the longest ring Σ P (G + Y + R)
 *   X = q (C − G + G_max) / (s G_max)
 *   d = d1(C, G + U) + d2(X) with k = (1 − 2 k₀)(X − 0.5) + k₀ ≤ 0.5
 *       k₀ = −0.375 + 0.354 U − 0.0910 U² + 0.00889 U³ ≥ 0.04      (HCM 2010, 18-42 and 18-43)
 *
 * | symbol | meaning |
 * | --- | --- |
 * | q, s, r | flow, discharge and red of a lane group, veh/s and s |
 * | Λ, h | flow of all that hold the green, veh/s; gap that ends it: passage and a vehicle over the loop, s |
 * | l | start-up loss, s |
 * | U, X | passage time, s; flow ÷ what the greens can take when they grow to their maximums |
 *
 * The extension is the mean time until a gap of h in a Poisson stream. A green that sees its queue off leaves nobody
 * behind (exhaustive service: Fuhrmann and Cooper, Operations Research 33, 1985), so queues last over a cycle only where
 * maximums end greens: d2 is taken there, not at the average green, which is always nearly full. A green that ends by a gap
 * has nobody on the way from the detector upstream: nobody comes in the first U seconds of red. Limits: one queue per lane
 * group and green, no platoons from neighbors, discharge at the rate of the plan that is compared.
 */
import { known } from "../../errors.ts";
import { getSequence } from "../../network/find.ts";
import type { Intersection } from "../../network/network.schema.ts";
import type { PhaseTimes } from "../../timing/phase-times.ts";
import type { Actuation } from "../../timing/plan.schema.ts";
import { incrementalDelayS, uniformDelayS } from "../../traffic/hcm-delay.ts";

const ROUNDS = 40;
const STARTUP_LOSS_S = 2;
/** Over the loop at the stop line, s. */
const OCCUPANCY_S = 0.9;
const SHORTEST_CYCLE_S = 20;

/** A lane group as the estimate sees it. */
export interface FreeStream {
  readonly flowVps: number;
  /** While it has green, veh/s. */
  readonly dischargeVps: number;
  /** That give it green. */
  readonly phases: readonly number[];
}

interface FreePhase {
  readonly number: number;
  readonly changeS: number;
  readonly shortestS: number;
  readonly maxGreenS: number;
  readonly gapS: number;
  readonly isRecalled: boolean;
  readonly passageS: number;
  greenS: number;
  /** How often it is called in a cycle, 0…1. */
  called: number;
}

export interface FreeEstimate {
  readonly cycleS: number;
  /** By stream, s per vehicle. */
  readonly delaysS: readonly number[];
}

export function estimateFreeDelay(of: {
  readonly intersection: Intersection;
  readonly times: readonly PhaseTimes[];
  readonly sequenceId: string;
  readonly phases: Actuation["phases"];
  readonly streams: readonly FreeStream[];
}): FreeEstimate {
  const { intersection, streams } = of;
  const phases = of.times.map((it) => buildPhase(intersection, it, of.phases));
  const { rings } = getSequence(intersection, of.sequenceId);
  let cycleS = settleCycle(rings, phases);
  for (let round = 0; round < ROUNDS; round++) {
    for (const phase of phases) adjust(phase, { streams, phases, cycleS });
    cycleS = (cycleS + settleCycle(rings, phases)) / 2;
  }
  return { cycleS, delaysS: streams.map((it) => delayOf(it, phases, cycleS)) };
}

function buildPhase(
  { phases, crossings }: Intersection,
  { phase: number, greenS, yellowS, redClearanceS }: PhaseTimes,
  actuation: Actuation["phases"],
): FreePhase {
  const phase = known(
    phases.find((it) => it.number === number),
    `phase ${number}`,
  );
  const own = actuation.find((it) => it.phase === number);
  const walksS = crossings
    .filter((it) => it.service === "recall" && phase.crossings.includes(it.id))
    .map((it) => it.walkS + it.clearanceS);
  const leastS = Math.max(phase.minGreenS, ...walksS);
  const maxGreenS = Math.max(leastS, own?.maxGreenS ?? greenS);
  const shortestS = own?.recall === "max" ? maxGreenS : leastS;
  const passageS = own?.passageS ?? 0;
  return {
    number,
    changeS: yellowS + redClearanceS,
    shortestS,
    maxGreenS,
    gapS: passageS + OCCUPANCY_S,
    isRecalled: own?.recall !== "none" || walksS.length > 0,
    passageS,
    greenS: shortestS,
    called: 1,
  };
}

/** The green that its queues and the vehicles after them keep. */
function adjust(
  phase: FreePhase,
  at: {
    readonly streams: readonly FreeStream[];
    readonly phases: readonly FreePhase[];
    readonly cycleS: number;
  },
): void {
  const own = at.streams.filter((it) => it.phases.includes(phase.number) && it.flowVps > 0);
  let queueS = 0;
  let flowVps = 0;
  for (const it of own) {
    const allS = sumOver(it, at.phases, (by) => by.greenS * by.called);
    const share = allS > 0 ? (phase.greenS * phase.called) / allS : 1;
    const redS = Math.max(0, at.cycleS - allS);
    const spareVps = Math.max(0.05 * it.dischargeVps, it.dischargeVps - it.flowVps);
    queueS = Math.max(queueS, (it.flowVps * redS * share) / spareVps);
    flowVps += it.flowVps;
  }
  const extensionS = flowVps > 0 ? (Math.exp(Math.min(20, flowVps * phase.gapS)) - 1) / flowVps : 0;
  const wantedS = STARTUP_LOSS_S + queueS + extensionS;
  const greenS = Math.min(phase.maxGreenS, Math.max(phase.shortestS, wantedS));
  phase.greenS = (phase.greenS + greenS) / 2;
  phase.called = phase.isRecalled ? 1 : 1 - Math.exp(-flowVps * at.cycleS);
}

/** The average cycle of these greens. */
function settleCycle(
  rings: readonly (readonly (readonly number[])[])[],
  phases: readonly FreePhase[],
): number {
  let cycleS = 0;
  for (let group = 0; group < Math.max(...rings.map((it) => it.length)); group++) {
    let longestS = 0;
    for (const ring of rings) {
      let ringS = 0;
      for (const it of phases) {
        if (ring[group]?.includes(it.number) === true) ringS += it.called * (it.greenS + it.changeS);
      }
      longestS = Math.max(longestS, ringS);
    }
    cycleS += longestS;
  }
  return Math.max(SHORTEST_CYCLE_S, cycleS);
}

const LEAST_CAPACITY_VPS = 1e-6;
const ROUNDING_S = 0.1;

const endsByGap = ({ greenS, maxGreenS }: FreePhase): boolean => greenS < maxGreenS - ROUNDING_S;

/** Its greens at their maximums, the others as on average. */
function capacityAtMost(stream: FreeStream, phases: readonly FreePhase[], cycleS: number): number {
  const mostS = sumOver(stream, phases, (it) => it.maxGreenS);
  const growthS = mostS - sumOver(stream, phases, (it) => it.greenS * it.called);
  return Math.max(LEAST_CAPACITY_VPS, (stream.dischargeVps * mostS) / (cycleS + growthS));
}

function delayOf(stream: FreeStream, phases: readonly FreePhase[], cycleS: number): number {
  const capacityVps = capacityAtMost(stream, phases, cycleS);
  const effectiveGreenS = Math.min(
    cycleS,
    sumOver(stream, phases, (it) => (it.greenS + (endsByGap(it) ? it.passageS : 0)) * it.called),
  );
  const averageVps = Math.max(LEAST_CAPACITY_VPS, (stream.dischargeVps * effectiveGreenS) / cycleS);
  const passageS = Math.max(
    0,
    ...phases.filter((it) => stream.phases.includes(it.number)).map((it) => it.passageS),
  );
  const degreeOfSaturation = stream.flowVps / capacityVps;
  const least = Math.max(0.04, -0.375 + 0.354 * passageS - 0.091 * passageS ** 2 + 0.00889 * passageS ** 3);
  const factor = (1 - 2 * least) * (degreeOfSaturation - 0.5) + least;
  const incrementalFactor = Math.min(0.5, Math.max(least, factor));
  return (
    uniformDelayS({ cycleS, effectiveGreenS, degreeOfSaturation: stream.flowVps / averageVps }) +
    incrementalDelayS({ degreeOfSaturation, capacityVph: capacityVps * 3600, incrementalFactor })
  );
}

function sumOver(
  { phases: own }: FreeStream,
  phases: readonly FreePhase[],
  measure: (phase: FreePhase) => number,
): number {
  let sum = 0;
  for (const it of phases) if (own.includes(it.number)) sum += measure(it);
  return sum;
}
