/**
 * A day of the adaptive loop on the district: single vehicles, detectors, the loop with store, worker, gate and records,
 * and signals that go from plan to plan as controllers do. Against the plan of today all day, and against a plan solved
 * for each quarter hour's true flows. In the day a detector sticks for three hours and a controller is away for two.
 * The limits on change are judged by code that the loop does not share (day/judge-changes.ts).
 */
import path from "node:path";
import { fixed } from "../src/commands/describe-measures.ts";
import { formatTable } from "../src/commands/terminal.ts";
import type { LoopDecision } from "../src/control/loop/loop.schema.ts";
import { known } from "../src/errors.ts";
import { buildNetworkIndex } from "../src/network/find.ts";
import { buildCanalStreet } from "../src/shipped/canal-street.ts";
import { buildDistrict } from "../src/shipped/district.ts";
import { zoneOffsetMs } from "../src/timing/time-zero.ts";
import { type DayFaults, type LoopDay, runLoopDay, runQuarterDay } from "./day/control-day.ts";
import { buildDay } from "./day/day-demand.ts";
import { judgeChanges } from "./day/judge-changes.ts";
import { type DayFigures, MINUTE_MS, runDay, type Scenario } from "./day/run-day.ts";
import { listTickGoals } from "./loop-world.ts";
import type { Part } from "./part.ts";
import { describeSpread, summarize } from "./summarize.ts";

const DATE_MS = Date.UTC(2026, 10, 23);
const DAY_MIN = 24 * 60;
const GOAL_TIMES = 60;

export const day: Part = async ({ isShort, folder, print }) => {
  const scenario = buildScenario(isShort);
  const faults = chooseFaults(scenario, isShort);
  const looped = await runLoopDay(scenario, faults, path.join(folder, "day"));
  const { decisions, sent } = looped;
  const verdict = judgeChanges(scenario.shipped.plan.timingPlans, sent);
  const cpu = summarize(looped.ticks.map((it) => it.cpuMs));
  const wall = summarize(looped.ticks.map((it) => it.wallMs));
  const seen = watchFaults(scenario, faults, looped);
  const outcomes = countOutcomes(decisions);
  for (const line of describeChanges(scenario, decisions)) print(line);
  print(`decisions: ${describeOutcomes(outcomes)}`);
  print(`a tick, processor time: ${describeSpread(cpu)}`);
  print(`a tick, by the clock:   ${describeSpread(wall)}`);
  print(`the controller that is away: ${seen.dead}`);
  print(`the detector that sticks: ${seen.stuck}`);
  const fixedPlan = await runDay(scenario, {});
  const quarters = await runQuarterDay(scenario);
  const rows = [
    toRow("one fixed plan", fixedPlan, 0),
    toRow("a plan each quarter hour", quarters, quarters.planChanges),
    toRow("the loop", looped, verdict.planChanges, verdict.steps),
  ];
  for (const line of formatTable(HEAD, rows).split("\n")) print(line);
  const { timesFasterThanReal } = looped;
  return {
    figures: {
      fixedPlan,
      quarters,
      loop: { ...withoutRecords(looped), ...verdict, outcomes },
      delayRatios: {
        toFixedPlan: looped.delayVehH / fixedPlan.delayVehH,
        toQuarters: looped.delayVehH / quarters.delayVehH,
      },
      changes: listChanges(decisions),
      faults: seen,
      tick: { cpu, wall },
    },
    goals: isShort
      ? []
      : [
          {
            name: "a day of the district, ticks included, against real time",
            wanted: `≥ ${GOAL_TIMES} times faster`,
            actual: `${fixed(timesFasterThanReal, 0)} times`,
            isReached: timesFasterThanReal >= GOAL_TIMES,
          },
          ...listTickGoals(cpu),
        ],
    wrong: [
      ...verdict.breaches.map((it) => `beyond the limits on change: ${it}`),
      ...[fixedPlan, quarters, looped].flatMap((it) =>
        it.lampFaults.map((id) => `conflicting lamps at ${id}`),
      ),
      ...decisions.filter((it) => it.outcome === "failed" || it.outcome === "late").map((it) => it.reason),
      ...seen.wrong,
      ...(sent.length > 0 ? [] : ["nothing was published"]),
    ],
  };
};

function buildScenario(isShort: boolean): Scenario {
  const shipped = isShort ? buildCanalStreet() : buildDistrict();
  const { network, demand } = shipped;
  return {
    shipped,
    index: buildNetworkIndex(network),
    flows: buildDay({ network, flows: demand.flows, seed: 1 }),
    midnightMs: DATE_MS - zoneOffsetMs(network.timeZone, DATE_MS),
    fromMin: isShort ? 7 * 60 : 0,
    toMin: isShort ? 8 * 60 : DAY_MIN,
    seed: 1,
  };
}

/** In the middle of the network. */
function chooseFaults({ shipped: { network } }: Scenario, isShort: boolean): DayFaults {
  const { intersections, detectors } = network;
  const stopLine = detectors.filter((it) => it.type === "stopLine");
  const stuck = known(stopLine[Math.floor(stopLine.length / 3)], "stop-line detector");
  const dead = known(intersections[Math.floor(intersections.length / 2)], "intersection");
  const stretches = isShort
    ? { stuck: { fromMin: 7 * 60, toMin: 8 * 60 }, dead: { fromMin: 7 * 60 + 10, toMin: 7 * 60 + 50 } }
    : { stuck: { fromMin: 9 * 60, toMin: 12 * 60 }, dead: { fromMin: 16 * 60, toMin: 18 * 60 } };
  return {
    stuck: { ...stretches.stuck, detectorId: stuck.id },
    dead: { ...stretches.dead, intersectionId: dead.id },
  };
}

const HEAD = [
  "control",
  "delay, veh·h",
  "s per vehicle and signal",
  "stops per vehicle and signal",
  "plan changes",
  "steps of a signal",
  "CPU, s",
  "× real time",
];

const toRow = (name: string, it: DayFigures, planChanges: number, steps = 0): string[] => [
  name,
  fixed(it.delayVehH, 0),
  fixed(it.meanDelayS, 2),
  fixed(it.stops / it.vehicles, 3),
  String(planChanges),
  String(steps),
  fixed(it.cpuS, 0),
  fixed(it.timesFasterThanReal, 0),
];

const isChange = (it: LoopDecision): boolean =>
  (it.outcome === "published" || it.outcome === "rolledBack") && it.change !== "step";

const listChanges = (decisions: readonly LoopDecision[]) =>
  decisions.filter(isChange).map(({ atMs, change, reason }) => ({ atMs, change, reason }));

function describeChanges({ midnightMs }: Scenario, decisions: readonly LoopDecision[]): string[] {
  return listChanges(decisions).map(({ atMs, reason }) => {
    const minute = Math.round((atMs - midnightMs) / MINUTE_MS);
    const clock = [Math.floor(minute / 60), minute % 60].map((it) => String(it).padStart(2, "0")).join(":");
    return `${clock} ${reason}`;
  });
}

function countOutcomes(decisions: readonly LoopDecision[]): Record<string, number> {
  const outcomes: Record<string, number> = {};
  for (const { outcome, change } of decisions) {
    const name = change === undefined ? outcome : `${outcome} ${change}`;
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  }
  return outcomes;
}

const describeOutcomes = (outcomes: Readonly<Record<string, number>>): string =>
  Object.entries(outcomes)
    .map(([name, times]) => `${name} ${times}`)
    .join(", ");

const withoutRecords = ({ decisions: _, sent: __, ticks: ___, ...figures }: LoopDay): DayFigures => figures;

/** What the loop made of what went wrong. */
function watchFaults(
  { midnightMs, shipped }: Scenario,
  { stuck, dead }: DayFaults,
  { decisions, sent }: LoopDay,
) {
  const during = <T extends { readonly atMs: number }>(
    items: readonly T[],
    { fromMin, toMin }: { readonly fromMin: number; readonly toMin: number },
  ): T[] =>
    items.filter(
      (it) => it.atMs > midnightMs + fromMin * MINUTE_MS && it.atMs < midnightMs + toMin * MINUTE_MS,
    );
  const looksAt = (id: string) => (it: LoopDecision) => it.unsureIds.includes(id) || it.heldIds.includes(id);
  const unsure = (id: string) => (it: LoopDecision) => it.unsureIds.includes(id);
  const touched = during(sent, dead).filter((it) =>
    it.timingPlans.some((plan) => plan.intersectionId === dead.intersectionId),
  ).length;
  const atDead = during(decisions, dead).filter(looksAt(dead.intersectionId));
  const leastConfidence = Math.min(1, ...atDead.flatMap((it) => it.confidence ?? []));
  const { linkId } = known(
    shipped.network.detectors.find((it) => it.id === stuck.detectorId),
    "detector",
  );
  const at = known(shipped.network.links.find((it) => it.id === linkId)?.to, "its intersection");
  const noticed = during(decisions, stuck).filter(unsure(at)).length;
  return {
    dead: `${dead.intersectionId}, held in ${atDead.length} decisions, least confidence ${fixed(leastConfidence, 2)}, changed ${touched} times`,
    stuck: `${stuck.detectorId}, ${noticed} decisions find its intersection unsure`,
    wrong: [
      ...(touched === 0 ? [] : ["a controller that was away was given a plan"]),
      ...(leastConfidence < 0.6 ? [] : ["confidence stays while nothing is heard of an intersection"]),
    ],
  };
}
