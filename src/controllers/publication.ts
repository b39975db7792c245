/** What is published, what each controller is asked for, and what became of it. Plain data. */
import type { Network } from "../network/network.schema.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { ValidatedPlan } from "../timing/validate-plan.ts";
import type { PrepareOrder } from "./commit-record.schema.ts";
import type { PreparePlanResult, RpcError, Transition } from "./protocol.schema.ts";
import type { CallOutcome } from "./rpc-peer.ts";
import { hashPlanContent } from "./signing.ts";

export interface Publication {
  /** Publishing again under the same identity changes nothing and answers the same. */
  readonly txId: string;
  readonly plan: ValidatedPlan;
  readonly network: Pick<Network, "timeZero" | "timeZone">;
  /** Epoch ms. */
  readonly activateAtMs: number;
  readonly transition: Transition;
  /** The quorum: these have to prepare, others are left out when they do not. Absent: all of the plan. */
  readonly criticalIds?: ReadonlySet<string>;
}

export type MemberStatus =
  /** Has confirmed the commit. */
  | "committed"
  /** Is bound by the decision and will be told when it is back. */
  | "owed"
  /** Was not critical, did not prepare and keeps its plan. */
  | "leftOut"
  /** Had prepared and was told to forget. */
  | "aborted"
  | "refused"
  | "silent"
  | "offline"
  /** Takes part in another transaction. */
  | "busy";

export interface MemberOutcome {
  readonly controllerId: string;
  readonly status: MemberStatus;
  /** Why it refused, to prepare or to commit. */
  readonly error?: RpcError;
  readonly prepared?: PreparePlanResult;
}

export type PublishOutcome = {
  readonly txId: string;
  readonly members: readonly MemberOutcome[];
} & (
  | { readonly kind: "committed" }
  | {
      readonly kind: "aborted";
      /** `notPrepared`: see the members. `tooLate`: the plan was to run before all could know. */
      readonly reason: "busy" | "notPrepared" | "tooLate";
    }
);

/** A controller's answer to phase one. */
export interface Vote {
  readonly order: PrepareOrder;
  readonly outcome: CallOutcome<"plan.prepare">;
}

export const controllerOf = (order: PrepareOrder): string => order.timingPlan.intersectionId;

/** What one controller is asked to prepare. */
export function buildOrder(publication: Publication, plan: TimingPlan): PrepareOrder {
  const { txId, activateAtMs, transition } = publication;
  const { id: planId, revision, validUntilMs, fallback } = publication.plan;
  const { timeZero, timeZone } = publication.network;
  const content = { timingPlan: { ...plan, splits: [...plan.splits] }, timeZero, timeZone, fallback };
  const hash = hashPlanContent(content);
  return { txId, planId, revision, hash, ...content, activateAtMs, validUntilMs, transition };
}

/** What became of a member; `whenPrepared` if it had prepared. */
export function describeVote({ order, outcome }: Vote, whenPrepared: MemberStatus): MemberOutcome {
  const controllerId = controllerOf(order);
  switch (outcome.kind) {
    case "answered":
      return { controllerId, status: whenPrepared, prepared: outcome.result };
    case "refused":
      return { controllerId, status: "refused", error: outcome.error };
    case "timedOut":
      return { controllerId, status: "silent" };
    case "offline":
      return { controllerId, status: "offline" };
  }
}
