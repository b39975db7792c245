/** A plan through the safety gate and to the controllers: the life of any plan, in one go. */
import { describeFinding } from "../../timing/validate-plan.ts";
import type { PlanAction, PlanDraft } from "../plan-gate.ts";
import type { PlanLifeCycle } from "../plan-life-cycle.ts";
import type { PlanRecord } from "../records.schema.ts";
import type { Store } from "../store.ts";

export interface PublishResult {
  readonly kind: "committed" | "aborted" | "blocked" | "waitsForApproval";
  readonly reason: string;
  /** Where the gate has something against it. */
  readonly refusedIds: readonly string[];
}

/** Again with the same identity goes on where it stood. */
export async function publishPlan(
  { plans, store }: { readonly plans: PlanLifeCycle; readonly store: Store },
  of: { readonly networkId: string; readonly draft: PlanDraft; readonly actorId: string },
): Promise<PublishResult> {
  const action: PlanAction = { networkId: of.networkId, planId: of.draft.id, actorId: of.actorId };
  const present =
    (await store.findPlan(action)) ?? (await plans.createDraft(of.networkId, of.draft, of.actorId));
  if (present.state !== "draft" && present.state !== "validated") return describeState(present);
  const answer = await plans.publishDraft(action);
  if (answer === undefined) return describeState(await plans.get(of.networkId, of.draft.id));
  if (answer.kind !== "aborted") return { kind: "committed", reason: "", refusedIds: [] };
  const members = answer.members
    .filter((it) => it.status !== "aborted")
    .map((it) => `${it.controllerId} ${it.status}${it.message === undefined ? "" : ` (${it.message})`}`);
  const reason = [answer.reason ?? "not all controllers took it", ...members].join("; ").slice(0, 900);
  return { kind: "aborted", reason, refusedIds: [] };
}

/** What became of a plan that is not on its way any more. */
function describeState({ state, verdict, findings }: PlanRecord): PublishResult {
  if (state === "published" || state === "active" || state === "superseded") {
    return { kind: "committed", reason: "", refusedIds: [] };
  }
  const standing = findings.filter((it) => it.severity !== "INFO" && it.approvalId === undefined);
  return {
    kind: verdict === "needsApproval" ? "waitsForApproval" : "blocked",
    reason: standing.map(describeFinding).join("; ").slice(0, 900) || `the plan is ${state}`,
    refusedIds: [...new Set(standing.flatMap((it) => it.intersectionId ?? []))],
  };
}
