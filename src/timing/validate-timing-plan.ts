/**
 * The rules over one intersection and its timing plan: what the service applies to every signal of a coordination plan,
 * and what a controller applies alone to the plan that it is about to run.
 *
 * All findings come at once. Only where the plan's structure is broken (no such sequence, no such phase, no whole tenths)
 * are the rules that need times left out: there are no times to judge.
 */
import { toCanonicalJson } from "./canonical-json.ts";
import type { Finding } from "./finding.schema.ts";
import { getProfile } from "./jurisdiction-profiles.ts";
import { buildPhaseTimes } from "./phase-times.ts";
import type { TimingPlan } from "./plan.schema.ts";
import type { PredictedTransition } from "./predict-transition.ts";
import { judgeActuation } from "./rules/actuation.ts";
import { judgeStep, judgeTransition } from "./rules/change.ts";
import { judgeConflicts } from "./rules/conflicts.ts";
import {
  judgeConfiguredTimes,
  judgeRedClearance,
  judgeYellowLength,
  judgeYellowRange,
  type ReportedFixedTimes,
} from "./rules/fixed-times.ts";
import { judgeMinimumGreens, judgeQueueClearance, judgeStarvation } from "./rules/greens.ts";
import {
  judgeCrossingClearance,
  judgePedestrianWait,
  judgeSplits,
  judgeWalk,
  judgeWholeCrossing,
} from "./rules/pedestrians.ts";
import type { PlanOrigin, RuleInput, SiteFinding } from "./rules/rule-input.ts";
import { judgeSaturation, judgeStorage, type MovementLoad } from "./rules/saturation.ts";
import {
  isSound,
  judgeCycle,
  judgeOffset,
  judgeReferencePhase,
  judgeRingSums,
  judgeSequence,
  judgeTenths,
} from "./rules/structure.ts";
import { judgeYellowTrap } from "./rules/yellow-trap.ts";
import type { Site } from "./site.ts";
import { buildStreams } from "./streams.ts";

export interface TimingPlanToJudge {
  readonly site: Site;
  readonly timingPlan: TimingPlan;
  /** Default "solved", the strictest. */
  readonly origin?: PlanOrigin;
  /** Where the timing plan stands, for findings; default "plan". */
  readonly planPath?: string;
  /** What runs there today, for rule 22; a timing plan left as it runs is judged as imported. */
  readonly running?: TimingPlan;
  /** Fixed times as devices report them, for rule 1; those of other intersections are ignored. */
  readonly reported?: readonly ReportedFixedTimes[];
  /** For rules 26 and 27; loads of other intersections are ignored. */
  readonly loads?: readonly MovementLoad[];
  /** For rule 24. */
  readonly transition?: PredictedTransition;
}

export function validateTimingPlan(given: TimingPlanToJudge): Finding[] {
  const { site, timingPlan, running, planPath = "plan", loads = [] } = given;
  const isLeft = running !== undefined && isSame(timingPlan, running);
  const origin = isLeft ? "imported" : (given.origin ?? "solved");
  const profile = getProfile(site.jurisdiction);
  const input: RuleInput = { site, profile, plan: timingPlan, planPath, origin };
  const findings: SiteFinding[] = [
    ...judgeYellowRange(input),
    ...judgeYellowLength(input),
    ...judgeRedClearance(input),
    ...judgeQueueClearance(input),
    ...judgeWalk(input),
    ...judgeCrossingClearance(input),
    ...judgeWholeCrossing(input),
    ...judgeTenths(input),
    ...judgeSequence(input),
    ...judgeRingSums(input),
    ...judgeCycle(input),
    ...judgePedestrianWait(input),
    ...judgeReferencePhase(input),
    ...(isSound(input) ? judgeTimes(input, given.reported) : []),
    ...judgeSaturation(input, loads),
    ...judgeStorage(input, loads),
    ...(running === undefined ? [] : judgeStep(input, running)),
    ...(given.transition === undefined ? [] : judgeTransition(input, given.transition)),
  ];
  return findings.map((it) => ({ ...it, intersectionId: site.intersection.id }));
}

/** The rules that need a plan with times. */
function judgeTimes(input: RuleInput, reported: readonly ReportedFixedTimes[] = []): SiteFinding[] {
  const times = buildPhaseTimes(input.site.intersection, input.plan);
  const streams = buildStreams(input.site.intersection, input.plan, times);
  const timed = { ...input, times, streams };
  return [
    ...judgeConfiguredTimes(input, reported),
    ...judgeOffset(input),
    ...judgeMinimumGreens(timed),
    ...judgeSplits(timed),
    ...judgeConflicts(timed),
    ...judgeYellowTrap(timed),
    ...judgeStarvation(timed),
    ...judgeActuation(timed),
  ];
}

/** The same times of the same phases in the same order. */
const isSame = (a: TimingPlan, b: TimingPlan): boolean =>
  a.cycleS === b.cycleS &&
  a.sequenceId === b.sequenceId &&
  a.offsetS === b.offsetS &&
  a.offsetReference.phase === b.offsetReference.phase &&
  a.offsetReference.point === b.offsetReference.point &&
  toCanonicalJson(a.actuation ?? null) === toCanonicalJson(b.actuation ?? null) &&
  a.splits.length === b.splits.length &&
  a.splits.every((it) => b.splits.some((by) => by.phase === it.phase && by.splitS === it.splitS));
