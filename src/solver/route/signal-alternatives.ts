/** The ways in which each signal of a route may run at one cycle length: its splits, in every sequence it may use. */
import { known } from "../../errors.ts";
import { getIntersection } from "../../network/find.ts";
import type { Intersection } from "../../network/network.schema.ts";
import { fromTenths, toTenths, wrapS } from "../../timing/cycle.ts";
import { getProfile } from "../../timing/jurisdiction-profiles.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildSites, type Site } from "../../timing/site.ts";
import { validateTimingPlan } from "../../timing/validate-timing-plan.ts";
import { groupFlows } from "../../traffic/evaluate-plan.ts";
import { buildSplitProblem } from "../splits/build-split-problem.ts";
import { roundSplits } from "../splits/round-splits.ts";
import { solveSplits } from "../splits/solve-splits.ts";
import { describeMisfit, type SplitProblem, type SplitsSolved } from "../splits/split-problem.ts";
import { sweepSplits } from "../splits/sweep-splits.ts";
import type { SignalAlternatives } from "./route-candidate.ts";
import type { RouteRequest } from "./route-request.ts";

/** What the ways to run a signal depend on; requests of routes and of whole networks have it. */
export type SignalRequest = Pick<
  RouteRequest,
  "index" | "flows" | "running" | "cycle" | "splits" | "sequences"
>;

interface Signal {
  readonly site: Site;
  readonly running: TimingPlan;
  readonly problem: SplitProblem;
  /** Today's first, so that it stays where another is no better; judged at the first cycle length that fits. */
  sequenceIds: readonly string[];
  isJudged: boolean;
}

/** Findings of the safety gate that the order of phases can cause: intergreen, conflict, pedestrian buffer, yellow trap. */
const SEQUENCE_RULES: ReadonlySet<number> = new Set([5, 6, 12, 21]);

const STARVATION_RULE = 25;

export type RouteAlternatives =
  | { readonly kind: "possible"; readonly alternatives: readonly SignalAlternatives[] }
  | { readonly kind: "infeasible"; readonly reason: string };

/** What does not depend on the cycle, prepared once per solve. */
export interface PreparedSignals<R extends SignalRequest = RouteRequest> {
  readonly request: R;
  readonly flows: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly signals: readonly Signal[];
  readonly resolutionS: number;
}

export function prepareSignals<R extends SignalRequest>(
  request: R,
  of: { readonly signals: readonly { readonly intersection: Intersection }[] },
): PreparedSignals<R> {
  const sites = buildSites(request.index.network);
  const flows = groupFlows(request.flows);
  const plans = new Map(request.running.map((it) => [it.intersectionId, it]));
  const signals = of.signals.map(({ intersection }): Signal => {
    const running = known(plans.get(intersection.id), `running plan of ${intersection.id}`);
    const site = known(sites.get(intersection.id), `site ${intersection.id}`);
    return {
      site,
      running,
      problem: buildSignalProblem({ request, flows }, running, running.cycleS),
      sequenceIds:
        request.sequences === "keep" ? [running.sequenceId] : listSequenceIds(intersection, running),
      isJudged: !canOrderHarm(site),
    };
  });
  const resolutionS = Math.max(...signals.map((it) => it.site.intersection.controller.resolutionS));
  return { request, flows, signals, resolutionS };
}

/**
 * Another order of the same phases can only harm where an intergreen is longer than the change interval, or where a
 * permitted turn could lose its green before the traffic that it yields to.
 */
function canOrderHarm({ intersection, drivingSide }: Site): boolean {
  const acrossOncoming = drivingSide === "right" ? "left" : "right";
  const canTrap = new Set(
    intersection.movements
      .filter((it) => it.turn === acrossOncoming && !it.flashingYellowArrow)
      .map((it) => it.id),
  );
  return (
    intersection.intergreens.length > 0 ||
    intersection.phases.some((phase) => phase.permittedMovements.some((id) => canTrap.has(id)))
  );
}

const listSequenceIds = (intersection: Intersection, running: TimingPlan): string[] => [
  running.sequenceId,
  ...intersection.sequences.map((it) => it.id).filter((id) => id !== running.sequenceId),
];

/** The one cycle length that all run today; undefined when they differ. */
export function findCommonCycleS(signals: PreparedSignals["signals"]): number | undefined {
  const lengths = new Set(signals.map((it) => it.running.cycleS));
  return lengths.size === 1 ? [...lengths][0] : undefined;
}

/** Cycle lengths on the resolution of all controllers and inside all their ranges, s. */
export function listCycles({ request, signals, resolutionS }: PreparedSignals<SignalRequest>): number[] {
  if (request.cycle === "keep") {
    const own = findCommonCycleS(signals);
    return own === undefined ? [] : [own];
  }
  const least = Math.max(
    request.cycle.minS,
    ...signals.map((it) => it.site.intersection.controller.cycleMinS),
  );
  const most = Math.min(
    request.cycle.maxS,
    ...signals.map((it) => it.site.intersection.controller.cycleMaxS),
  );
  const step = Math.max(1, Math.round(request.cycle.stepS / resolutionS));
  const cycles: number[] = [];
  for (let units = Math.ceil(least / resolutionS - 1e-9); units * resolutionS <= most + 1e-9; units += step) {
    cycles.push(fromTenths(Math.round(units * resolutionS * 10)));
  }
  return cycles;
}

/** Why a cycle length cannot hold every minimum, or makes somebody wait too long; undefined where neither is so. */
export function findMisfit(prepared: PreparedSignals<SignalRequest>, cycleS: number): string | undefined {
  const { request, signals } = prepared;
  if (request.cycle === "keep" && request.splits === "keep") return undefined;
  for (const { problem } of signals) {
    const reason = describeMisfit(problem, cycleS);
    if (reason !== undefined) return reason;
  }
  if (!signals.some(({ site }) => canStarve(site, cycleS))) return undefined;
  const possible = listSignalAlternatives(prepared, cycleS, "sweep");
  return possible.kind === "infeasible" ? possible.reason : undefined;
}

const canStarve = ({ jurisdiction }: Site, cycleS: number): boolean =>
  cycleS > getProfile(jurisdiction).redMaxS;

/** Permitted turns are linear only near one cycle length, which is therefore part of the problem. */
function buildSignalProblem(
  { request, flows }: Pick<PreparedSignals<SignalRequest>, "request" | "flows">,
  { intersectionId, sequenceId }: TimingPlan,
  referenceCycleS: number,
): SplitProblem {
  return buildSplitProblem({
    index: request.index,
    intersection: getIntersection(request.index, intersectionId),
    flows: flows.get(intersectionId) ?? new Map(),
    sequenceId,
    referenceCycleS,
  });
}

/** `sweep`: splits in closed form, for trying many cycles; `exact`: the linear program, at this very cycle. */
export function listSignalAlternatives(
  prepared: PreparedSignals<SignalRequest>,
  cycleS: number,
  method: "sweep" | "exact",
): RouteAlternatives {
  const alternatives: SignalAlternatives[] = [];
  for (const signal of prepared.signals) {
    const solved = solveSignalSplits(prepared, { signal, cycleS, method });
    if (solved.kind === "infeasible") {
      return solved;
    }
    const plans = listSequences(signal, cycleS, solved.splits);
    const reason = solved.splits === signal.running.splits ? undefined : findStarved(signal.site, plans);
    if (reason !== undefined) return { kind: "infeasible", reason };
    alternatives.push(plans);
  }
  return { kind: "possible", alternatives };
}

type SignalSplits =
  | { readonly kind: "solved"; readonly splits: TimingPlan["splits"] }
  | { readonly kind: "infeasible"; readonly reason: string };

function solveSignalSplits(
  prepared: PreparedSignals<SignalRequest>,
  of: { readonly signal: Signal; readonly cycleS: number; readonly method: "sweep" | "exact" },
): SignalSplits {
  const { signal, cycleS, method } = of;
  const { running } = signal;
  const { splits } = prepared.request;
  if (splits === "keep") {
    if (toTenths(cycleS) === toTenths(running.cycleS)) return { kind: "solved", splits: running.splits };
    const { problem } = signal;
    return { kind: "solved", splits: roundSplits({ problem, cycleS, splitsS: scaleSplits(signal, cycleS) }) };
  }
  const { id, controller } = signal.site.intersection;
  if (toTenths(cycleS) % toTenths(controller.resolutionS) !== 0) {
    return { kind: "infeasible", reason: `${id}: ${cycleS} s is no multiple of ${controller.resolutionS} s` };
  }
  const problem = method === "sweep" ? signal.problem : buildSignalProblem(prepared, running, cycleS);
  const question = { problem, cycleS, ...splits };
  const answer = method === "sweep" ? sweepSplits(question) : solveSplits(question);
  if (answer.kind === "infeasible") return answer;
  return { kind: "solved", splits: roundSplits({ problem, cycleS, splitsS: answer.splitsS }) };
}

/** Who waits longer for green than the gate allows; only long cycles make anybody. */
function findStarved(site: Site, plans: readonly TimingPlan[]): string | undefined {
  const finding = plans
    .filter((it) => canStarve(site, it.cycleS))
    .flatMap((timingPlan) => validateTimingPlan({ site, timingPlan }))
    .find((it) => it.ruleId === STARVATION_RULE);
  return finding && `${site.intersection.id}, cycle ${plans[0]?.cycleS} s: ${finding.sentence}`;
}

/** Today's split ratios at another cycle length. */
function scaleSplits({ problem, running }: Signal, cycleS: number): SplitsSolved["splitsS"] {
  return problem.phases.map(({ phase }) => {
    const split = running.splits.find((it) => it.phase === phase);
    return ((split?.splitS ?? 0) * cycleS) / running.cycleS;
  });
}

/** The same splits in every sequence that the gate lets pass; the running one stands even so, the gate has the last word. */
function listSequences(signal: Signal, cycleS: number, splits: TimingPlan["splits"]): TimingPlan[] {
  const planIn = (sequenceId: string): TimingPlan => ({
    ...signal.running,
    cycleS,
    sequenceId,
    splits,
    offsetS: wrapS(signal.running.offsetS, cycleS),
  });
  if (!signal.isJudged) {
    signal.isJudged = true;
    signal.sequenceIds = signal.sequenceIds.filter((id, at) => at === 0 || isSafe(signal.site, planIn(id)));
  }
  return signal.sequenceIds.map(planIn);
}

/** The plan, and the same splits in every other sequence that the gate lets pass. */
export function listSafeSequences(site: Site, plan: TimingPlan): SignalAlternatives {
  const others = listSequenceIds(site.intersection, plan)
    .slice(1)
    .map((sequenceId) => ({ ...plan, sequenceId }));
  return [plan, ...(canOrderHarm(site) ? others.filter((it) => isSafe(site, it)) : others)];
}

const isSafe = (site: Site, timingPlan: TimingPlan): boolean =>
  !validateTimingPlan({ site, timingPlan }).some(
    (it) => it.severity === "BLOCK" && SEQUENCE_RULES.has(it.ruleId),
  );
