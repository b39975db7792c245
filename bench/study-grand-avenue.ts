/**
 * Grand Avenue: counts of a simulated hour → flows → new offsets alone, and a free solve; both gated, the free one on 19
 * controllers; measured under the true volumes, which the solver never sees.
 */
import { fixed } from "../src/commands/describe-measures.ts";
import type { MovementFlow } from "../src/demand/demand.schema.ts";
import { estimateFlows } from "../src/demand/estimate-flows.ts";
import { simulatePlan } from "../src/simulation/simulate-plan.ts";
import type { TimingPlan } from "../src/timing/plan.schema.ts";
import { averageActuated } from "./study-actuated.ts";
import { checkFleet, describeFleet, runOnControllers } from "./study-controllers.ts";
import {
  type GateReport,
  gateOrStop,
  HOUR,
  importCorridor,
  measurePlan,
  type PlanResult,
  type StudyCorridor,
  solveOrStop,
} from "./study-corridor.ts";
import { describeEstimate, judgeEstimate } from "./study-estimate.ts";
import {
  bandwidthS,
  type Check,
  checkLessDelay,
  DIRECTIONS,
  describePlans,
  describeSaturation,
  toJson,
} from "./study-table.ts";

const COORDINATED_CYCLE_S = 140;
/** Of the hour whose counts the solver sees; none of the hours that judge. */
const COUNTED_SEED = 1000;

export interface StudyOptions {
  readonly file: string;
  readonly seeds: readonly number[];
  readonly controllers: boolean;
  readonly say: (line: string) => void;
}

export interface StudyResult {
  readonly text: string;
  readonly checks: readonly Check[];
  readonly json: unknown;
}

export async function studyGrandAvenue(options: StudyOptions): Promise<StudyResult> {
  const { file, seeds, say } = options;
  const corridor = importCorridor(file, "grand-ave");
  const { index, today } = corridor;
  const flows = estimateFrom(corridor, today.timingPlans);
  say("flows estimated from the counts of a simulated hour");
  const solved = solvePlans(corridor, flows, averageActuated(index, file, today.timingPlans));
  const gates = {
    newOffsets: gateOrStop(corridor, "new-offsets", solved.newOffsets),
    free: gateOrStop(corridor, "free-solve", solved.free),
  };
  say(`solved and gated; free solve: cycle ${solved.free.cycleS} s`);
  const measure = (name: string, timingPlans: readonly TimingPlan[]): PlanResult => {
    say(`measuring ${name}: ${seeds.length} simulated hours`);
    return measurePlan(corridor, { name, timingPlans, seeds });
  };
  const plans = {
    today: measure("today", today.timingPlans),
    newOffsets: measure("new offsets alone", gates.newOffsets.plan.timingPlans),
    free: measure("free solve", gates.free.plan.timingPlans),
    actuated: measure("today, actuated", solved.actuated),
    actuatedOffsets: measure("new offsets, actuated", solved.actuatedOffsets.timingPlans),
  };
  const estimates = {
    underToday: judgeEstimate(corridor, flows, plans.today.model),
    underFree: judgeEstimate(corridor, estimateFrom(corridor, plans.free.timingPlans), plans.free.model),
  };
  const fleet = options.controllers
    ? await runOnControllers({ index, today, plan: gates.free.plan, say })
    : undefined;
  const groupIds = listGroup(corridor);
  const all = today.timingPlans.map((it) => it.intersectionId);
  return {
    text: [
      `Grand Avenue, ${all.length} signals; ${groupIds.length} coordinated at ${COORDINATED_CYCLE_S} s today`,
      "",
      describeEstimate(estimates.underToday, estimates.underFree),
      "",
      describePlans(corridor, Object.values(plans), [
        { title: `the ${groupIds.length} at ${COORDINATED_CYCLE_S} s today`, groupIds },
        { title: `all ${all.length}`, groupIds: all },
      ]),
      "",
      ...describeGates(gates),
      ...solved.newOffsets.explanation.notes.map((it) => `New offsets alone: ${it}`),
      ...solved.free.explanation.bandLimits.map((it) => `Free solve: ${it}`),
      describeSaturation(plans.today),
      ACTUATED_NOTE,
      fleet === undefined ? "Controllers: left out of the short run." : describeFleet(fleet),
    ].join("\n"),
    checks: [
      ...checkBands(corridor, plans.today, plans.newOffsets),
      ...checkBands(corridor, plans.actuated, plans.actuatedOffsets),
      ...checkLessDelay(plans.today, plans.free),
      ...checkLessDelay(plans.actuated, plans.free),
      ...(fleet === undefined ? [] : checkFleet(fleet)),
    ],
    json: { estimates, plans: toJson(Object.values(plans)), fleet },
  };
}

const ACTUATED_NOTE =
  "Today's controllers are actuated: the splits of the file are run only when every side street uses all of its. Beside them stands today as the fixed plan of the mean cycle that Synchro found (ActGreen: what side streets give back goes to the coordinated phases), and new offsets for those greens with equal bands.";

/** The signals that are coordinated today. */
const listGroup = ({ today }: StudyCorridor): string[] =>
  today.timingPlans.filter((it) => it.cycleS === COORDINATED_CYCLE_S).map((it) => it.intersectionId);

/** All from the estimated flows; `actuated`: today's plans with mean greens. */
function solvePlans(
  corridor: StudyCorridor,
  flows: readonly MovementFlow[],
  actuated: readonly TimingPlan[],
) {
  const offsetsAlone = {
    flows,
    groupIds: listGroup(corridor),
    cycle: "keep",
    splits: "keep",
    sequences: "keep",
    aim: "delay",
  } as const;
  const underActuated = { ...corridor, today: { ...corridor.today, timingPlans: actuated } };
  return {
    newOffsets: solveOrStop(corridor, { ...offsetsAlone, band: { kind: "atLeastRunning" } }),
    free: solveOrStop(corridor, {
      flows,
      cycle: { minS: 60, maxS: 150, stepS: 1 },
      splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
      sequences: "choose",
      band: { kind: "equal" },
      aim: "delay",
    }),
    actuated,
    actuatedOffsets: solveOrStop(underActuated, { ...offsetsAlone, band: { kind: "equal" } }),
  };
}

function checkBands(corridor: StudyCorridor, today: PlanResult, other: PlanResult): Check[] {
  const groupIds = listGroup(corridor);
  return DIRECTIONS.map((direction) => {
    const before = bandwidthS(corridor, { timingPlans: today.timingPlans, direction, groupIds });
    const after = bandwidthS(corridor, { timingPlans: other.timingPlans, direction, groupIds });
    return {
      title: `${other.name}: ${direction} band not smaller`,
      passed: after >= before - 1e-6,
      detail: `${fixed(after, 1)} s against ${fixed(before, 1)} s`,
    };
  });
}

function estimateFrom({ index, flows }: StudyCorridor, timingPlans: readonly TimingPlan[]) {
  const { counts } = simulatePlan({ index, flows, timingPlans, seed: COUNTED_SEED, ...HOUR });
  const fromMs = HOUR.epochMs + HOUR.warmUpS * 1000;
  const window = { fromMs, toMs: fromMs + HOUR.periodS * 1000 };
  return estimateFlows({ index, counts, window, prior: [] });
}

const describeGates = (gates: Readonly<Record<string, GateReport>>): string[] =>
  Object.values(gates).map(
    ({ plan, warnings, inherited, approvals }) =>
      `Safety gate, ${plan.id}: no BLOCK, ${warnings} WARN (${inherited} inherited from the imported configuration) under ${approvals} standing approvals.`,
  );
