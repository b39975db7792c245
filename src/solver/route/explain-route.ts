/** Why a route's plan is as it is, in sentences that a signal engineer can act on. */
import { assert, known } from "../../errors.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import type { BandLimit } from "../bands/band-problem.ts";
import type { RouteCandidate } from "./route-candidate.ts";
import type { CycleTrial, RouteExplanation } from "./route-request.ts";
import type { RouteSignals } from "./route-signals.ts";

export function explainRoute(of: {
  readonly route: RouteSignals;
  readonly candidate: RouteCandidate;
  readonly measures: PlanMeasures;
  readonly trials: readonly CycleTrial[];
}): RouteExplanation {
  const { route, candidate, measures } = of;
  const [first] = measures.movements;
  assert(first !== undefined, "no movement has flow");
  const critical = measures.movements.reduce(
    (worst, it) => (it.degreeOfSaturation > worst.degreeOfSaturation ? it : worst),
    first,
  );
  const nameOf = (signal: number): string => known(route.signals[signal], "signal").intersection.id;
  return {
    cycles: of.trials,
    critical: {
      intersectionId: critical.intersectionId,
      movementId: critical.movementId,
      degreeOfSaturation: critical.degreeOfSaturation,
    },
    bandLimits: (candidate.band?.limits ?? []).map((limit) =>
      limit.kind === "floor" && candidate.problem?.objective.kind === "equal"
        ? `The ${limit.direction} band is as wide as both can be; what was left went to the other direction.`
        : describeLimit(limit, nameOf),
    ),
    notes: candidate.band === undefined ? [NO_BAND] : [],
  };
}

const NO_BAND =
  "At this cycle and these splits no band of any width meets every green in both directions; offsets are those of least delay.";

export function describeLimit(limit: BandLimit, nameOf: (signal: number) => string): string {
  switch (limit.kind) {
    case "green":
      return `The ${limit.direction} band is as wide as the green at ${nameOf(limit.signal)}: only more green there widens it.`;
    case "pair": {
      const [a, b] = limit.signals;
      return `${nameOf(a)} and ${nameOf(b)} leave no more room for both directions together, whatever the offsets: another cycle, sequence or speed between them, or more green at one of them, would.`;
    }
    case "floor":
      return `The ${limit.direction} band stands at the floor that was asked for.`;
  }
}
