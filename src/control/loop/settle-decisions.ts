/** What a crash left between a decision and its end: the plan's own state says what became of it. */
import type { Store } from "../store.ts";
import type { LoopState } from "./loop.schema.ts";

export async function settleDecisions(
  store: Store,
  { networkId, state }: { readonly networkId: string; readonly state: LoopState },
): Promise<void> {
  const open = await store.listDecisions({ networkId, outcome: "publishing", limit: 100 });
  for (const decision of open) {
    const { planId = "" } = decision;
    const found = await store.findPlan({ networkId, planId });
    const isDone = found !== undefined && ["published", "active", "superseded"].includes(found.state);
    const outcome = !isDone ? "aborted" : decision.change === "rollBack" ? "rolledBack" : "published";
    const reason = isDone ? decision.reason : `The service stopped before it was decided. ${decision.reason}`;
    await store.settleDecision({
      decision: { ...decision, outcome, reason: reason.slice(0, 1000) },
      state,
    });
  }
}
