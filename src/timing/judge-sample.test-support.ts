/** One line per finding of the gate over the sample street, so that a test can state all that it expects. */
import type { Intersection, Network } from "../network/network.schema.ts";
import { buildSampleNetwork, withIntersection } from "../network/sample-network.test-support.ts";
import type { CoordinationPlan, TimingPlan } from "./plan.schema.ts";
import { buildSamplePlan, SAMPLE_NOW_MS, withTimingPlan } from "./sample-plan.test-support.ts";
import { type PlanToJudge, validatePlan } from "./validate-plan.ts";

/** `BLOCK 16 A 80 79.9`: severity, rule, intersection, limit, actual; then `inherited` where it is. */
export function judgeSample(given: Partial<PlanToJudge> = {}): string[] {
  const { findings } = validatePlan({
    network: buildSampleNetwork(),
    plan: buildSamplePlan(),
    nowMs: SAMPLE_NOW_MS,
    ...given,
  });
  return findings.map((it) =>
    [
      it.severity,
      it.ruleId,
      it.intersectionId ?? "-",
      it.limit,
      it.actual,
      ...(it.inherited ? ["inherited"] : []),
    ].join(" "),
  );
}

/** The sample network with intersection A (or another) changed. */
export const sampleWith = (
  change: (intersection: Intersection) => Partial<Intersection>,
  overrides: Partial<Network> & { readonly at?: string } = {},
): Network => {
  const { at = "A", ...rest } = overrides;
  return withIntersection(buildSampleNetwork(rest), at, change);
};

/** The sample plan with the timing plan of intersection A (or another) changed. */
export const samplePlanWith = (change: Partial<TimingPlan>, at = "A"): CoordinationPlan =>
  withTimingPlan(buildSamplePlan(), at, change);

/** Provenance of a network that came from a file of somebody else's. */
export const IMPORTED: Pick<Network, "provenance"> = {
  provenance: { kind: "imported", source: "a file", assumptions: [] },
};
