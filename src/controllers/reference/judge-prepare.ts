/**
 * Phase one at the controller: may this plan run here? The controller trusts nobody: it checks the sender's signature
 * elsewhere, and here the content's hash, the revision, the clocks, every safety rule and the transition, on its own.
 */
import { isTimeZone } from "../../network/time-zone.ts";
import type { PredictedTransition } from "../../timing/predict-transition.ts";
import type { PlanRequest } from "../../timing/sequencer.ts";
import { decidedPlanOf, predictSignalTransition, type Signal } from "../../timing/signal.ts";
import type { Site } from "../../timing/site.ts";
import { validateTimingPlan } from "../../timing/validate-timing-plan.ts";
import { MAX_PLAN_OFFSET_MS } from "../clock-offset.ts";
import type { PrepareOrder } from "../commit-record.schema.ts";
import type { ErrorData, PreparePlanResult, RpcError } from "../protocol.schema.ts";
import type { ErrorReason } from "../protocol-codes.ts";
import { buildRpcError } from "../rpc-peer.ts";
import { hashPlanContent } from "../signing.ts";

/** A plan that is to run later than this cannot be foreseen to the second, ms. */
const LONGEST_NOTICE_MS = 2 * 3_600_000;
const MS_PER_DS = 100;

export interface PrepareCircumstances {
  readonly site: Site;
  readonly fallback: string;
  readonly signal: Signal;
  readonly nowMs: number;
  /** Controller − centre as the centre last said; null: not yet known. */
  readonly clockOffsetMs: number | null;
  /** The highest revision that ever ran here, with its hash. */
  readonly newest: { readonly revision: number; readonly hash: string } | undefined;
}

export type PrepareVerdict =
  | { readonly kind: "prepared"; readonly result: PreparePlanResult }
  | { readonly kind: "refused"; readonly error: RpcError };

export function judgePrepare(order: PrepareOrder, here: PrepareCircumstances): PrepareVerdict {
  const fault = findFormalFault(order, here);
  if (fault !== undefined) return { kind: "refused", error: fault };
  const { site, signal } = here;
  const running = decidedPlanOf(signal);
  const findings = validateTimingPlan({ site, timingPlan: order.timingPlan, running });
  if (findings.some((it) => it.severity === "BLOCK"))
    return refuse("planRejected", { findings: findings.slice(0, 200) });
  const transition = predictSignalTransition(signal, buildPlanRequest(order));
  if (!isFeasible(transition, order.transition.maxCycles)) {
    return refuse("transitionInfeasible", {
      path: "transition.maxCycles",
      ruleId: 24,
      limit: order.transition.maxCycles,
      actual: transition.kind === "fault" ? "a conflict" : transition.cycles,
    });
  }
  const result = {
    txId: order.txId,
    hash: order.hash,
    findings: findings.filter((it) => it.severity === "WARN").slice(0, 200),
    predictedTransition: { cycles: transition.cycles, inStepAtMs: transition.inStepAtDs * MS_PER_DS },
  };
  return { kind: "prepared", result };
}

/** What the order asks of the signal. */
export function buildPlanRequest(order: PrepareOrder): PlanRequest {
  const { timingPlan, timeZero, timeZone, activateAtMs, transition } = order;
  return {
    plan: timingPlan,
    timeBase: { timeZero, timeZone },
    activateAtDs: Math.ceil(activateAtMs / MS_PER_DS),
    transition,
  };
}

const isFeasible = (
  transition: PredictedTransition,
  maxCycles: number,
): transition is Extract<PredictedTransition, { kind: "reached" }> =>
  transition.kind === "reached" && transition.cycles <= maxCycles;

const refuse = (reason: ErrorReason, data: Omit<ErrorData, "reason">): PrepareVerdict => ({
  kind: "refused",
  error: buildRpcError(reason, undefined, data),
});

/** What is wrong with the order before its content is judged. */
function findFormalFault(order: PrepareOrder, here: PrepareCircumstances): RpcError | undefined {
  const { site, newest, nowMs, clockOffsetMs } = here;
  const fault = (reason: ErrorReason, data: Omit<ErrorData, "reason">) =>
    buildRpcError(reason, undefined, data);
  if (hashPlanContent(order) !== order.hash) return fault("badHash", { path: "hash", ruleId: 33 });
  if (order.timingPlan.intersectionId !== site.intersection.id) {
    return fault("badValue", { path: "timingPlan.intersectionId", limit: site.intersection.id });
  }
  if (order.fallback !== here.fallback) {
    return fault("missing", { path: "fallback", ruleId: 29, limit: here.fallback, actual: order.fallback });
  }
  if (!isTimeZone(order.timeZone)) return fault("badValue", { path: "timeZone", actual: order.timeZone });
  const isOlder = newest !== undefined && order.revision < newest.revision;
  const isOther = order.revision === newest?.revision && order.hash !== newest.hash;
  if (isOlder || isOther) {
    return fault("staleVersion", {
      path: "revision",
      ruleId: 33,
      limit: newest.revision,
      actual: order.revision,
    });
  }
  if (clockOffsetMs !== null && Math.abs(clockOffsetMs) > MAX_PLAN_OFFSET_MS) {
    return fault("clockSkew", { ruleId: 28, limit: MAX_PLAN_OFFSET_MS, actual: clockOffsetMs });
  }
  if (order.validUntilMs <= Math.max(nowMs, order.activateAtMs)) {
    return fault("outOfRange", { path: "validUntilMs", ruleId: 29, actual: order.validUntilMs });
  }
  if (order.activateAtMs > nowMs + LONGEST_NOTICE_MS) {
    return fault("outOfRange", {
      path: "activateAtMs",
      limit: nowMs + LONGEST_NOTICE_MS,
      actual: order.activateAtMs,
    });
  }
  return undefined;
}
