/** The plan for tests beside network/sample-network.test-support.ts: 80 s, no finding of the safety gate. */
import type { CoordinationPlan, TimingPlan } from "./plan.schema.ts";

/** An instant for tests: 2026-09-21T14:13:20Z. */
export const SAMPLE_NOW_MS = 1_790_000_000_000;

export function buildSamplePlan(overrides: Partial<CoordinationPlan> = {}): CoordinationPlan {
  return {
    version: 1,
    id: "sample-plan",
    networkId: "sample",
    revision: 7,
    name: "Sample plan",
    timingPlans: [buildFourLegPlan("A", 0), buildFourLegPlan("B", 30), buildTeePlan("C", 67)],
    validUntilMs: SAMPLE_NOW_MS + 24 * 3_600_000,
    fallback: "local",
    ...overrides,
  };
}

/** The plan with one of its timing plans changed. */
export function withTimingPlan(
  plan: CoordinationPlan,
  intersectionId: string,
  change: Partial<TimingPlan>,
): CoordinationPlan {
  return {
    ...plan,
    timingPlans: plan.timingPlans.map((it) =>
      it.intersectionId === intersectionId ? { ...it, ...change } : it,
    ),
  };
}

/** Splits with some of them changed, by phase number. */
export const withSplits = (
  splits: TimingPlan["splits"],
  change: Readonly<Record<number, number>>,
): TimingPlan["splits"] => splits.map((it) => ({ ...it, splitS: change[it.phase] ?? it.splitS }));

function buildFourLegPlan(intersectionId: string, offsetS: number): TimingPlan {
  return {
    intersectionId,
    cycleS: 80,
    sequenceId: "lead-lead",
    splits: [
      { phase: 1, splitS: 11 },
      { phase: 2, splitS: 28 },
      { phase: 3, splitS: 11 },
      { phase: 4, splitS: 30 },
      { phase: 5, splitS: 12 },
      { phase: 6, splitS: 27 },
      { phase: 7, splitS: 11 },
      { phase: 8, splitS: 30 },
    ],
    offsetS,
    offsetReference: { phase: 2, point: "beginGreen" },
  };
}

function buildTeePlan(intersectionId: string, offsetS: number): TimingPlan {
  return {
    intersectionId,
    cycleS: 80,
    sequenceId: "stages",
    splits: [
      { phase: 1, splitS: 38 },
      { phase: 2, splitS: 11 },
      { phase: 3, splitS: 31 },
    ],
    offsetS,
    offsetReference: { phase: 1, point: "beginGreen" },
  };
}
