/** Bands of a route's streams: those listed with their demands, and the answer as timing plans. */
import { known } from "../../errors.ts";
import type { SeededRandom } from "../../network/seeded-random.ts";
import { wrapS } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { LpEngine } from "../lp/lp-engine.ts";
import { placePlans, type RouteBandsInput, solveRouteLinkBands } from "./route-link-bands.ts";
import { listRouteStreams, type RouteStream } from "./route-streams.ts";
import { solveStreamBands } from "./solve-stream-bands.ts";
import type { StreamBandPlan } from "./stream-band-problem.ts";

export interface PerStreamOptions {
  /** A narrower band is dropped, s. */
  readonly leastBandS: number;
  /** Streams with less demand get no band of their own. */
  readonly leastDemandVph: number;
  readonly engine: LpEngine;
  readonly random: SeededRandom;
  /** Scans of the search: one set of signals moved around the whole cycle. */
  readonly workLimit: number;
  /** Nodes of branch and bound once the search is done; 0: none. */
  readonly nodeLimit: number;
}

export interface RouteStreamBands {
  /** One per signal of the route. */
  readonly timingPlans: readonly TimingPlan[];
  /** `bands.bands[i]` is that of `streams[i]`. */
  readonly streams: readonly RouteStream[];
  readonly bands: StreamBandPlan;
}

/** The search begins with today's offsets and with the best bands link by link, so it is never worse than either. */
export function solveRouteStreamBands(input: RouteBandsInput, options: PerStreamOptions): RouteStreamBands {
  const { cycleS, resolutionS, alternatives } = input;
  const streams = listRouteStreams(input, options);
  const running = alternatives.map((plans) => {
    const step = Math.round(known(plans[0], "plan").offsetS / resolutionS);
    return { alternative: 0, offsetS: wrapS(step * resolutionS, cycleS) };
  });
  const linkBands = solveRouteLinkBands(input, { halves: "free", weightPower: 1 });
  const bands = solveStreamBands(
    {
      cycleS,
      alternativeCounts: alternatives.map((it) => it.length),
      streams: streams.map((it) => it.stream),
      leastBandS: options.leastBandS,
    },
    {
      ...options,
      resolutionS,
      starts: linkBands.kind === "solved" ? [running, linkBands.bands.signals] : [running],
    },
  );
  return { streams, bands, timingPlans: placePlans(input, bands.signals) };
}
