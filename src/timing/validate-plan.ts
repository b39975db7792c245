/**
 * The safety gate: every rule over a coordination plan and its network, all findings at once. It is the only maker of a
 * `ValidatedPlan`, and only a `ValidatedPlan` can be published: by type, because its brand is not exported, and at run
 * time, because the gate remembers the very objects that it made (`isValidatedPlan`). A plan that was stored or sent is
 * another object and passes the gate again.
 */
import type { Network } from "../network/network.schema.ts";
import type { Finding, StandingApproval } from "./finding.schema.ts";
import type { CoordinationPlan } from "./plan.schema.ts";
import type { PredictedTransition } from "./predict-transition.ts";
import { judgeCommonCycle } from "./rules/coordination.ts";
import type { ReportedFixedTimes } from "./rules/fixed-times.ts";
import { judgeIdentity, judgeLease } from "./rules/publication.ts";
import type { PlanOrigin } from "./rules/rule-input.ts";
import type { MovementLoad } from "./rules/saturation.ts";
import { buildSites } from "./site.ts";
import { citeApprovals, listUncovered } from "./standing-approvals.ts";
import { validateTimingPlan } from "./validate-timing-plan.ts";

declare const validated: unique symbol;

/** A frozen copy of a plan that has passed the gate. */
export type ValidatedPlan = CoordinationPlan & { readonly [validated]: true };

export interface PlanToJudge {
  readonly network: Network;
  readonly plan: CoordinationPlan;
  /** Rules 19 and 25 only warn about what runs already: an imported plan, or signals left as in `running`. */
  readonly origin?: PlanOrigin;
  /** What is published now, for rules 22 and 33. */
  readonly running?: CoordinationPlan;
  readonly approvals?: readonly StandingApproval[];
  /** Of any movements, from a model of traffic, for rules 26 and 27. */
  readonly loads?: readonly MovementLoad[];
  /** By intersection, for rule 24. */
  readonly transitions?: ReadonlyMap<string, PredictedTransition>;
  /** What controllers have reported, for rule 1. */
  readonly reported?: readonly ReportedFixedTimes[];
  readonly nowMs: number;
}

export type PlanVerdict = { readonly findings: readonly Finding[] } & (
  | { readonly kind: "validated"; readonly plan: ValidatedPlan }
  /** No BLOCK, but these warnings wait for a person. */
  | { readonly kind: "needsApproval"; readonly waiting: readonly Finding[] }
  | { readonly kind: "blocked" }
);

export function validatePlan(given: PlanToJudge): PlanVerdict {
  const findings = citeApprovals(judge(given), given.approvals ?? [], given.nowMs);
  if (findings.some((it) => it.severity === "BLOCK")) return { kind: "blocked", findings };
  const waiting = listUncovered(findings);
  if (waiting.length > 0) return { kind: "needsApproval", waiting, findings };
  return { kind: "validated", plan: makeValidated(given.plan), findings };
}

const made = new WeakSet<CoordinationPlan>();

/** Did the gate make this very object? */
export const isValidatedPlan = (plan: CoordinationPlan): plan is ValidatedPlan => made.has(plan);

/** One line for people: `BLOCK rule 16 at A: The splits fill … (plan.timingPlans.0.splits)`. */
export function describeFinding(finding: Finding): string {
  const place = finding.intersectionId === undefined ? "" : ` at ${finding.intersectionId}`;
  const notes = [
    ...(finding.inherited === true ? ["inherited"] : []),
    ...(finding.approvalId === undefined ? [] : [`approved by ${finding.approvalId}`]),
    finding.path,
  ];
  return `${finding.severity} rule ${finding.ruleId}${place}: ${finding.sentence} (${notes.join("; ")})`;
}

function judge(given: PlanToJudge): Finding[] {
  const { network, plan, running, origin = "solved", nowMs } = given;
  const sites = buildSites(network);
  const runningPlans = new Map(running?.timingPlans.map((it) => [it.intersectionId, it]));
  const loads = groupByIntersection(given.loads ?? []);
  return [
    ...judgeLease(plan, nowMs),
    ...judgeIdentity(network, plan, running),
    ...judgeCommonCycle(network, plan, { origin, running }),
    ...plan.timingPlans.flatMap((timingPlan, at) => {
      const site = sites.get(timingPlan.intersectionId);
      if (site === undefined) return [];
      const transition = given.transitions?.get(timingPlan.intersectionId);
      const runningPlan = runningPlans.get(timingPlan.intersectionId);
      return validateTimingPlan({
        site,
        timingPlan,
        origin,
        planPath: `plan.timingPlans.${at}`,
        reported: given.reported ?? [],
        loads: loads.get(timingPlan.intersectionId) ?? [],
        ...(runningPlan === undefined ? {} : { running: runningPlan }),
        ...(transition === undefined ? {} : { transition }),
      });
    }),
  ];
}

function groupByIntersection(loads: readonly MovementLoad[]): Map<string, MovementLoad[]> {
  const groups = new Map<string, MovementLoad[]>();
  for (const load of loads) {
    const group = groups.get(load.intersectionId);
    if (group === undefined) groups.set(load.intersectionId, [load]);
    else group.push(load);
  }
  return groups;
}

function makeValidated(plan: CoordinationPlan): ValidatedPlan {
  const copy = freeze(structuredClone(plan)) as ValidatedPlan;
  made.add(copy);
  return copy;
}

function freeze<T extends object>(value: T): T {
  for (const content of Object.values(value)) {
    if (typeof content === "object" && content !== null) freeze(content);
  }
  return Object.freeze(value);
}
