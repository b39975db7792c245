/** Who controls the day: nobody, the plan of each quarter hour, or the loop. */

import type { LoopDecision } from "../../src/control/loop/loop.schema.ts";
import { listDetectorIds } from "../../src/controllers/reference/controller.ts";
import { solveNetwork } from "../../src/solver/network/solve-network.ts";
import type { TimingPlan } from "../../src/timing/plan.schema.ts";
import { openLoopWorld, PUBLISH_LEAD_S, type Tick } from "../loop-world.ts";
import type { DayStreet, MinuteCounts } from "./day-street.ts";
import type { Sent } from "./judge-changes.ts";
import { type DayFigures, MINUTE_MS, runDay, type Scenario, WARM_UP_MIN } from "./run-day.ts";

const QUESTION = {
  cycle: { minS: 60, maxS: 150, stepS: 2 },
  splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
  sequences: "choose",
  floors: [],
  seed: 1,
  starts: 1,
} as const;

export interface QuarterDay extends DayFigures {
  /** Quarter hours that begin with other plans. */
  readonly planChanges: number;
}

/** Solved for the flows that are to come, which nobody knows on a real street. */
export async function runQuarterDay(scenario: Scenario): Promise<QuarterDay> {
  const { index } = scenario;
  let running: readonly TimingPlan[] = scenario.shipped.plan.timingPlans;
  let planChanges = 0;
  const figures = await runDay(scenario, {
    beginQuarter(street, atMs, flows) {
      const answer = solveNetwork({ ...QUESTION, index, flows, running });
      if (answer.kind === "infeasible" || answer.timingPlans === running) return;
      running = answer.timingPlans;
      planChanges += 1;
      street.request(running, atMs);
    },
  });
  return { ...figures, planChanges };
}

/** Minutes of the local day. */
export interface Stretch {
  readonly fromMin: number;
  readonly toMin: number;
}

export interface DayFaults {
  /** Tells the count of the minute before, over and over. */
  readonly stuck: Stretch & { readonly detectorId: string };
  /** Its controller is away, and nothing is heard of its detectors. */
  readonly dead: Stretch & { readonly intersectionId: string };
}

export interface LoopDay extends DayFigures {
  readonly decisions: readonly LoopDecision[];
  readonly sent: readonly Sent[];
  readonly ticks: readonly Tick[];
}

export async function runLoopDay(scenario: Scenario, faults: DayFaults, folder: string): Promise<LoopDay> {
  const { shipped, midnightMs, fromMin } = scenario;
  const startAtMs = midnightMs + (fromMin - WARM_UP_MIN) * MINUTE_MS;
  const isIn = (stretch: Stretch, atMs: number): boolean =>
    atMs >= midnightMs + stretch.fromMin * MINUTE_MS && atMs < midnightMs + stretch.toMin * MINUTE_MS;
  const sent: Sent[] = [];
  const ticks: Tick[] = [];
  let waiting: { readonly ids: readonly string[]; readonly settle: () => Promise<unknown> }[] = [];
  let street: DayStreet | undefined;
  const world = await openLoopWorld({
    folder,
    shipped,
    startAtMs,
    commit(timingPlans, settle) {
      // The first one runs already.
      if (street === undefined) return settle();
      const atMs = world.clock.nowMs();
      sent.push({ atMs, timingPlans });
      street.request(timingPlans, atMs + PUBLISH_LEAD_S * 1000);
      waiting.push({ ids: timingPlans.map((it) => it.intersectionId), settle });
      return undefined;
    },
    isOnline: (id) => id !== faults.dead.intersectionId || !isIn(faults.dead, world.clock.nowMs()),
  });
  const hear = buildHearing(scenario, faults, isIn);
  const figures = await runDay(scenario, {
    async endMinute(on, counts, atMs) {
      street = on;
      await world.insertMinute(hear(counts, atMs));
      for (const it of waiting) if (on.hasTaken(it.ids)) await it.settle();
      waiting = waiting.filter((it) => !on.hasTaken(it.ids));
      ticks.push(await world.tick());
    },
  });
  const decisions = await world.listDecisions();
  await world.close();
  return { ...figures, decisions, sent, ticks };
}

/** What is heard of what detectors tell: a count of −1 where nothing is. */
function buildHearing(
  { shipped: { network } }: Scenario,
  { stuck, dead }: DayFaults,
  isIn: (stretch: Stretch, atMs: number) => boolean,
): (counts: MinuteCounts, atMs: number) => MinuteCounts {
  const positions = new Map(network.detectors.map((it, at) => [it.id, at]));
  const silent = listDetectorIds(network, dead.intersectionId).map((it) => positions.get(it) ?? -1);
  const stuckAt = positions.get(stuck.detectorId) ?? -1;
  let told = 0;
  return ({ countsVeh, occupancies }, atMs) => {
    const heardVeh = countsVeh.slice();
    if (isIn(stuck, atMs)) heardVeh[stuckAt] = told;
    told = heardVeh[stuckAt] ?? 0;
    if (isIn(dead, atMs)) for (const at of silent) heardVeh[at] = -1;
    return { countsVeh: heardVeh, occupancies };
  };
}
