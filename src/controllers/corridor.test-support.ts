/** A corridor of equal intersections with a plan that has passed the gate, for tests of the link. */
import { known } from "../errors.ts";
import type { Network } from "../network/network.schema.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { buildSamplePlan, SAMPLE_NOW_MS } from "../timing/sample-plan.test-support.ts";
import { type ValidatedPlan, validatePlan } from "../timing/validate-plan.ts";
import type { Publication } from "./publication.ts";

export { SAMPLE_NOW_MS };

export const listMembers = (size: number): string[] => Array.from({ length: size }, (_, i) => `S${i + 1}`);

/** Publishes revision `revision` on `size` intersections, to run 30 s after the sample's instant. */
export function buildPublication(size: number, revision = 1): Publication {
  const { network, plan } = buildCorridor(size, revision);
  return {
    txId: `tx-${revision}`,
    plan,
    network,
    activateAtMs: SAMPLE_NOW_MS + 30_000,
    transition: { method: "shortWay", maxChangeRatio: 0.2, maxCycles: 5 },
  };
}

function buildCorridor(size: number, revision: number): { network: Network; plan: ValidatedPlan } {
  const sample = buildSampleNetwork();
  const samplePlan = buildSamplePlan();
  const intersection = known(sample.intersections[0], "intersection of the sample");
  const timingPlan = known(samplePlan.timingPlans[0], "timing plan of the sample");
  const ids = listMembers(size);
  const network = {
    ...sample,
    intersections: ids.map((id) => ({ ...intersection, id })),
    detectors: [],
    routes: [],
  };
  const plan = {
    ...samplePlan,
    id: `plan-${revision}`,
    revision,
    timingPlans: ids.map((intersectionId, i) => ({ ...timingPlan, intersectionId, offsetS: i + revision })),
  };
  const verdict = validatePlan({ network, plan, nowMs: SAMPLE_NOW_MS });
  if (verdict.kind !== "validated") throw new Error(JSON.stringify(verdict.findings, null, 1));
  return { network, plan: verdict.plan };
}
