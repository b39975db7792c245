/** One route of a laid-out problem as a band problem of its own: in steps, all travel times in the greens already. */
import { known } from "../../errors.ts";
import type { Interval } from "../../timing/cycle.ts";
import type { BandAlternative, BandProblem } from "../bands/band-problem.ts";
import { type ArcSet, WHOLE } from "./arc-set.ts";
import type { BandSpace, SpaceRoute, SpaceWay } from "./band-space.ts";

/** Floors may leave a direction that is worth nothing. */
export type RouteProblem = BandProblem & { readonly objective: { readonly kind: "weighted" } };

/** `signals` of the route in this order; `common`: one more signal before them, with these greens at offset 0. */
export function buildRouteProblem(
  space: BandSpace,
  route: SpaceRoute,
  of: { readonly signals: readonly number[]; readonly common?: BandAlternative },
): RouteProblem {
  const { steps, alternativeCounts } = space;
  const outbound = wayOf(space, route.outbound);
  const inbound = wayOf(space, route.inbound);
  const own = of.signals.map((signal) => {
    const out = outbound?.stops.find((it) => it.signal === signal);
    const back = inbound?.stops.find((it) => it.signal === signal);
    const count = known(alternativeCounts[signal], `signal ${signal}`);
    return {
      alternatives: Array.from({ length: count }, (_, alternative) => ({
        outbound: toIntervals(out?.greens[alternative], steps),
        inbound: toIntervals(back?.greens[alternative], steps),
      })),
    };
  });
  const signals = of.common === undefined ? own : [{ alternatives: [of.common] }, ...own];
  return {
    cycleS: steps,
    signals,
    links: signals.slice(1).map(() => ({ outboundTravelS: 0, inboundTravelS: 0 })),
    queueClearanceS: { outbound: 0, inbound: 0 },
    objective: {
      kind: "weighted",
      weights: { outbound: outbound?.weight ?? 0, inbound: inbound?.weight ?? 0 },
      floorsS: { outbound: outbound?.floor ?? 0, inbound: inbound?.floor ?? 0 },
    },
  };
}

const wayOf = ({ ways }: BandSpace, at: number | undefined): SpaceWay | undefined =>
  at === undefined ? undefined : ways[at];

/** A way that does not stop here has green always. */
export function toIntervals(set: ArcSet | undefined, steps: number): Interval[] {
  if (set === undefined || set.count === WHOLE) return [{ startS: 0, lengthS: steps }];
  return Array.from({ length: set.count }, (_, i) => ({
    startS: set.start[i] as number,
    lengthS: set.length[i] as number,
  }));
}
