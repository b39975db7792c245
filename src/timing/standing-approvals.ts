/**
 * Standing approvals: a named person lets warnings of one rule stand at one intersection, down to a stated value, until
 * a stated time. The loop publishes under them and cites them; nothing lets a BLOCK stand.
 */
import type { Finding, StandingApproval } from "./finding.schema.ts";

/** Findings with the approval named on each warning that one covers. */
export function citeApprovals(
  findings: readonly Finding[],
  approvals: readonly StandingApproval[],
  nowMs: number,
): Finding[] {
  const current = approvals.filter((it) => it.expiresAtMs > nowMs);
  return findings.map((finding) => {
    const approval = current.find((it) => covers(it, finding));
    return approval === undefined ? finding : { ...finding, approvalId: approval.id };
  });
}

/** Warnings that wait for a person. */
export const listUncovered = (findings: readonly Finding[]): Finding[] =>
  findings.filter((it) => it.severity === "WARN" && it.approvalId === undefined);

/**
 * The fewest approvals that cover these warnings, for a person to sign: one per rule, intersection and limit, tolerating
 * the worst value found. `id` of each is `prefix` and a number.
 */
export function draftApprovals(
  warnings: readonly Finding[],
  terms: Pick<StandingApproval, "approver" | "reason" | "expiresAtMs"> & { readonly prefix: string },
): StandingApproval[] {
  const { prefix, ...signed } = terms;
  const worst: Finding[] = [];
  for (const warning of listUncovered(warnings)) {
    const at = worst.findIndex((it) => isSameCause(it, warning) && isSameSide(it, warning));
    const previous = worst[at];
    if (previous === undefined) worst.push(warning);
    else if (!isNotWorse(warning, previous.actual)) worst[at] = warning;
  }
  return worst.map(({ ruleId, intersectionId, limit, unit, actual }, at) => ({
    id: `${prefix}${at + 1}`,
    ruleId,
    ...(intersectionId === undefined ? {} : { intersectionId }),
    limit,
    unit,
    tolerated: actual,
    ...signed,
  }));
}

const covers = (approval: StandingApproval, finding: Finding): boolean =>
  finding.severity === "WARN" && isSameCause(approval, finding) && isNotWorse(finding, approval.tolerated);

type Cause = Pick<Finding, "ruleId" | "intersectionId" | "limit" | "unit">;

const isSameCause = (a: Cause, b: Cause): boolean =>
  a.ruleId === b.ruleId && a.intersectionId === b.intersectionId && a.limit === b.limit && a.unit === b.unit;

/** Both miss their limit on the same side; names are comparable when they are equal. */
const isSameSide = (a: Finding, b: Finding): boolean =>
  typeof a.actual === "number" && typeof b.actual === "number"
    ? a.actual < Number(a.limit) === b.actual < Number(b.limit)
    : a.actual === b.actual;

/** A value below its limit gets worse downward, one above it upward; a name is as good as itself. */
function isNotWorse({ actual, limit }: Finding, tolerated: number | string): boolean {
  if (typeof actual === "string" || typeof tolerated === "string") return actual === tolerated;
  return actual < Number(limit) ? actual >= tolerated : actual <= tolerated;
}
