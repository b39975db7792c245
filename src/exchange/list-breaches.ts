/** What of today's plans the safety gate would not let through. */
import { known } from "../errors.ts";
import type { Network } from "../network/network.schema.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildSites } from "../timing/site.ts";
import { validateTimingPlan } from "../timing/validate-timing-plan.ts";
import type { ReportItem } from "./import-report.ts";

/** The rules of the safety gate that a plan of today's breaks so that it could not be published. */
export function listBreaches(network: Network, plans: readonly TimingPlan[]): ReportItem[] {
  const sites = buildSites(network);
  return plans.flatMap((timingPlan) => {
    const site = known(sites.get(timingPlan.intersectionId), "site");
    return validateTimingPlan({ site, timingPlan, origin: "imported" })
      .filter((it) => it.severity === "BLOCK")
      .map(
        (it): ReportItem => ({
          severity: "warning",
          node: timingPlan.intersectionId,
          where: `rule ${it.ruleId}`,
          sentence: `Today's plan could not be published. ${it.sentence}`,
        }),
      );
  });
}
