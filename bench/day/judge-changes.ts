/**
 * Whether plans that were sent kept to the limits on change, read from their numbers alone: shares no code with the loop.
 *
 * A step takes nothing from the cycle, at most 5 s from a split and 4 s from an offset. Anything more is a plan change:
 * at most 8 s of cycle, half an hour after the last one there, and no more than 16 in 24 h (rules 22 and 23 of the limits
 * on change; adaptive steps are exempt from the rate). What ran there within the last two hours may come back at any time.
 */
import type { TimingPlan } from "../../src/timing/plan.schema.ts";

const SPLIT_S = 5;
const OFFSET_S = 4;
const CYCLE_S = 8;
const STAY_MS = 30 * 60_000;
const RETURN_MS = 2 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
const CHANGES_PER_DAY = 16;
/** Of tenths of seconds in floating point. */
const LEAST_S = 1e-6;

export interface Sent {
  readonly atMs: number;
  /** Of the intersections that change. */
  readonly timingPlans: readonly TimingPlan[];
}

export interface ChangeVerdict {
  /** Plans of single intersections. */
  readonly steps: number;
  /** Publications that change the plan of at least one intersection beyond a step. */
  readonly planChanges: number;
  /** Plans of single intersections that came back and were no steps. */
  readonly returns: number;
  readonly breaches: readonly string[];
}

/** `first`: what ran before. `sent`: in time order. */
export function judgeChanges(first: readonly TimingPlan[], sent: readonly Sent[]): ChangeVerdict {
  const ran = new Map(first.map((it) => [it.intersectionId, [{ plan: it, untilMs: 0 }]]));
  const lastChangeMs = new Map<string, number>();
  const changesAtMs: number[] = [];
  const breaches: string[] = [];
  let steps = 0;
  let returns = 0;
  for (const { atMs, timingPlans } of sent) {
    const say = (id: string, what: string): void => {
      breaches.push(`${new Date(atMs).toISOString()} ${id}: ${what}`);
    };
    for (const plan of timingPlans) {
      const { intersectionId: id } = plan;
      const history = ran.get(id) ?? [];
      const last = history.at(-1);
      if (last === undefined) {
        say(id, "nothing ran there");
        continue;
      }
      last.untilMs = atMs;
      const isReturn = history.some((it) => it.untilMs >= atMs - RETURN_MS && isSame(it.plan, plan));
      history.push({ plan, untilMs: atMs });
      if (isStep(last.plan, plan)) {
        steps += 1;
        continue;
      }
      if (isReturn) {
        returns += 1;
        continue;
      }
      const byS = Math.abs(plan.cycleS - last.plan.cycleS);
      if (byS > CYCLE_S + LEAST_S) say(id, `the cycle moves by ${byS} s`);
      const stayedMs = atMs - (lastChangeMs.get(id) ?? Number.NEGATIVE_INFINITY);
      if (stayedMs < STAY_MS) say(id, `a plan change ${stayedMs / 60_000} min after the last`);
      lastChangeMs.set(id, atMs);
      if (changesAtMs.at(-1) !== atMs) changesAtMs.push(atMs);
    }
    const today = changesAtMs.filter((it) => it > atMs - DAY_MS);
    if (today.length > CHANGES_PER_DAY) say("all", `${today.length} plan changes in 24 h`);
  }
  return { steps, planChanges: changesAtMs.length, returns, breaches };
}

const isSame = (one: TimingPlan, other: TimingPlan): boolean =>
  JSON.stringify([one.cycleS, one.offsetS, one.sequenceId, one.splits]) ===
  JSON.stringify([other.cycleS, other.offsetS, other.sequenceId, other.splits]);

function isStep(before: TimingPlan, plan: TimingPlan): boolean {
  if (plan.cycleS !== before.cycleS || plan.sequenceId !== before.sequenceId) return false;
  const laterS = Math.abs(plan.offsetS - before.offsetS);
  if (Math.min(laterS, plan.cycleS - laterS) > OFFSET_S + LEAST_S) return false;
  const splitsS = new Map(before.splits.map((it) => [it.phase, it.splitS]));
  return plan.splits.every(({ phase, splitS }) => {
    const beforeS = splitsS.get(phase);
    return beforeS !== undefined && Math.abs(splitS - beforeS) <= SPLIT_S + LEAST_S;
  });
}
