/**
 * An upper bound of stream bands that holds for every offset: no band is wider than the smallest green on its way, and two
 * streams that share signals have no more together than the two-way band solver gives them, which is exact for two
 * (their offsets cancel alike whether the two run against or along each other). The most that all of these together allow
 * is a small linear program. Widths below the least width are not excluded, which can only raise the bound.
 * Cost: one exact solve per pair of streams that share two signals or more.
 */
import { known } from "../../errors.ts";
import type { Interval } from "../../timing/cycle.ts";
import type { BandProblem } from "../bands/band-problem.ts";
import { solveBandExact } from "../bands/solve-band-exact.ts";
import type { LpEngine, LpRow } from "../lp/lp-engine.ts";
import type { BandStream, StreamBandProblem, StreamStop } from "./stream-band-problem.ts";

/** Weighted s. */
export function boundStreamBands(problem: StreamBandProblem, engine: LpEngine): number {
  const { streams, leastBandS } = problem;
  const singles = streams.map((it) => {
    const widestS = smallestGreenS(problem, it);
    return widestS < leastBandS ? 0 : it.weight * widestS;
  });
  const rows: LpRow[] = [];
  for (const [at, one] of streams.entries()) {
    for (let other = at + 1; other < streams.length; other++) {
      const most = known(singles[at], "single") + known(singles[other], "single");
      const upper = boundPair(problem, one, known(streams[other], "stream"));
      if (upper >= most) continue;
      const terms = [at, other].map((variable) => ({ variable, coefficient: 1 }));
      rows.push({ name: `pair ${at} ${other}`, lower: 0, upper, terms });
    }
  }
  const answer = engine.solve({
    sense: "maximize",
    variables: singles.map((upper, at) => ({ name: `stream ${at}`, lower: 0, upper, objective: 1 })),
    rows,
  });
  const simpleS = singles.reduce((sum, it) => sum + it, 0);
  return answer.kind === "optimal" ? Math.min(simpleS, answer.objective) : simpleS;
}

/** Over the alternatives the widest, over the stops the smallest. */
function smallestGreenS({ cycleS }: StreamBandProblem, { stops }: BandStream): number {
  const widestS = (greens: readonly Interval[]): number => Math.max(0, ...greens.map((it) => it.lengthS));
  return Math.min(cycleS, ...stops.map((it) => Math.max(0, ...it.greens.map(widestS))));
}

/** What both are worth together at most, where they share two signals or more; otherwise no limit, weighted s. */
function boundPair({ cycleS }: StreamBandProblem, one: BandStream, other: BandStream): number {
  const shared = one.stops.flatMap((stop) => {
    const otherStop = other.stops.find((it) => it.signal === stop.signal);
    return otherStop === undefined ? [] : [{ stop, otherStop }];
  });
  if (shared.length < 2) return Number.POSITIVE_INFINITY;
  const between = (next: StreamStop | undefined, here: StreamStop): number =>
    known(next, "next stop").arrivalS - here.arrivalS;
  const problem: BandProblem = {
    cycleS,
    signals: shared.map(({ stop, otherStop }) => ({
      alternatives: stop.greens.map((outbound, alternative) => ({
        outbound,
        inbound: known(otherStop.greens[alternative], `alternative ${alternative}`),
      })),
    })),
    // The other stream counts as inbound; where it runs along with the first one, its travel times are negative.
    links: shared.slice(1).map((_, i) => {
      const { stop, otherStop } = known(shared[i], "shared stop");
      return {
        outboundTravelS: between(shared[i + 1]?.stop, stop),
        inboundTravelS: -between(shared[i + 1]?.otherStop, otherStop),
      };
    }),
    queueClearanceS: { outbound: 0, inbound: 0 },
    objective: {
      kind: "weighted",
      weights: { outbound: one.weight, inbound: other.weight },
      floorsS: { outbound: 0, inbound: 0 },
    },
  };
  const answer = solveBandExact(problem);
  return answer.kind === "solved" ? answer.valueS : 0;
}
