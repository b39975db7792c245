/**
 * How many plans a day: what k plans lose against the best plan in every quarter hour, on typical days of real SCATS
 * counts (one intersection by itself, made up around the counts of its four legs) and on the shipped streets with a day
 * that is made up.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { readCorridor } from "../src/commands/corridor-files.ts";
import { fixed } from "../src/commands/describe-measures.ts";
import { type PlannedDay, planDay, QUARTER_H } from "../src/commands/plan-day.ts";
import { formatTable } from "../src/commands/terminal.ts";
import type { Count } from "../src/demand/count.schema.ts";
import type { MovementFlow } from "../src/demand/demand.schema.ts";
import { known } from "../src/errors.ts";
import { importCounts } from "../src/exchange/import-counts.ts";
import { buildNetworkIndex } from "../src/network/find.ts";
import { US_STYLE } from "../src/network/fixed-times.ts";
import { buildIntersection } from "../src/network/intersection-template.ts";
import type { Network } from "../src/network/network.schema.ts";
import { timeOf } from "../src/schedule/build-schedule.ts";
import { buildDayFlows } from "../src/schedule/day-flows.ts";
import { buildDayProfiles, QUARTERS } from "../src/schedule/day-profiles.ts";
import { pricePlans } from "../src/schedule/price-plans.ts";
import { type DayCosts, describeStretches, type Segmentation } from "../src/schedule/segment-day.ts";
import { findTypicalDays, type TypicalDay } from "../src/schedule/typical-days.ts";
import { costOf } from "../src/solver/network/street.ts";
import type { TimingPlan } from "../src/timing/plan.schema.ts";
import { buildBenchPlan } from "./arterial.ts";
import type { PartInput, PartReport } from "./part.ts";

const FOLDER = "../shared/data/scats-boroondara-2006-10";
const TIME_ZONE = "Australia/Melbourne";
/** Sites that count all of the four legs. */
const SITES = ["4032", "4034", "4035", "3120", "4043", "4263", "4264", "4266"];
const SHORT_SITES = ["4034"];
const STREETS = ["networks/canal-street", "networks/euclid-avenue"];
/** Columns of the table. */
const SHOWN = [1, 2, 3, 4, 6, 8, 12, 16];

interface Case {
  readonly name: string;
  readonly network: Network;
  readonly running: readonly TimingPlan[];
  readonly flows: readonly (readonly MovementFlow[])[];
  /** Of a day that the typical day knows nothing of. */
  readonly heldOut?: readonly (readonly MovementFlow[])[];
}

export async function segmentDays({ isShort, print }: PartInput): Promise<PartReport> {
  const cases = [
    ...listSites(isShort ? SHORT_SITES : SITES, print),
    ...(isShort ? [] : STREETS.map(buildStreet)),
  ];
  const wrong: string[] = [];
  const figures: object[] = [];
  const rows: string[][] = [];
  for (const it of cases) {
    const startedAt = process.cpuUsage();
    const planned = planDay({
      index: buildNetworkIndex(it.network),
      running: it.running,
      flows: it.flows,
      solve: {
        cycle: { minS: 50, maxS: 120, stepS: 5 },
        splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
        sequences: "choose",
      },
      mostStretches: 16,
    });
    if (planned.kind === "infeasible") {
      wrong.push(`${it.name}: ${planned.reasons.join("; ")}`);
      continue;
    }
    const cpuS = process.cpuUsage(startedAt).user / 1e6;
    const held = it.heldOut === undefined ? undefined : judgeHeldOut(it.network, it.heldOut, planned);
    rows.push(toRow({ name: it.name, planned, cpuS, held }));
    figures.push({ name: it.name, cpuS, ...describe(planned), ...held });
  }
  print("loss of k stretches against the best plan in every quarter hour, changes paid for, %");
  const head = [
    "day",
    ...SHOWN.map((it) => `k = ${it}`),
    "every 15 min",
    "recommended",
    "plans tried",
    "CPU, s",
  ];
  for (const line of formatTable(head, rows).split("\n")) print(line);
  return { figures, goals: [], wrong };
}

type Planned = Extract<PlannedDay, { readonly kind: "planned" }>;

function toRow({
  name,
  planned,
  cpuS,
  held,
}: {
  readonly name: string;
  readonly planned: Planned;
  readonly cpuS: number;
  readonly held: HeldOut | undefined;
}): string[] {
  const { rows, everyPeriod, recommended } = planned.chosen;
  const percent = (ratio: number | undefined): string => (ratio === undefined ? "–" : fixed(100 * ratio, 2));
  const starts = recommended.stretches.slice(1).map((it) => timeOf(it.from));
  return [
    name,
    ...SHOWN.map((it) => percent(rows[it - 1]?.lossWithChangesRatio)),
    percent(everyPeriod.changesCost / everyPeriod.plansCost),
    `${recommended.stretches.length} (${starts.join(" ")})`,
    `${percent(held?.onePlanRatio)} → ${percent(held?.recommendedRatio)}`,
    String(planned.plans.length),
    fixed(cpuS, 1),
  ];
}

/** Losses on that day against the best of all plans in each of its quarter hours; changes paid for. */
interface HeldOut {
  readonly onePlanRatio: number;
  readonly recommendedRatio: number;
}

function judgeHeldOut(
  network: Network,
  flows: readonly (readonly MovementFlow[])[],
  { plans, chosen }: Planned,
): HeldOut {
  const index = buildNetworkIndex(network);
  const day = pricePlans({ index, flows, periodH: QUARTER_H, priceOf: costOf }, plans);
  const lossOf = ({ stretches }: Segmentation): number => {
    const { plansCost, changesCost } = describeStretches(day, stretches);
    return (plansCost + changesCost) / bestOfEach(day) - 1;
  };
  return {
    onePlanRatio: lossOf(known(chosen.rows[0], "one plan")),
    recommendedRatio: lossOf(chosen.recommended),
  };
}

const bestOfEach = ({ costs }: DayCosts): number =>
  Array.from({ length: QUARTERS }, (_, quarter) =>
    Math.min(...costs.map((it) => known(it[quarter], "cost"))),
  ).reduce((sum, it) => sum + it, 0);

const describe = ({ chosen }: Planned): object => ({
  everyPeriod: chosen.everyPeriod,
  recommended: chosen.recommended.stretches.map(({ from, to }) => [timeOf(from), timeOf(to)]),
  lossWithChangesRatios: chosen.rows.map((it) => it.lossWithChangesRatio),
  lossRatios: chosen.rows.map((it) => it.lossRatio),
});

/** The classes of days of each site. */
function listSites(sites: readonly string[], print: PartInput["print"]): Case[] {
  if (!existsSync(FOLDER)) {
    print("no SCATS counts beside the project: made-up days only");
    return [];
  }
  const counts = ["burke_rd", "burwood_rd"].flatMap((corridor): readonly Count[] => {
    const text = readFileSync(path.join(FOLDER, `counts_${corridor}.csv`), "utf8");
    const imported = importCounts(text, { timeZone: TIME_ZONE });
    if (imported.kind === "invalid") throw new Error(JSON.stringify(imported.faults));
    return imported.counts;
  });
  return sites.flatMap((site) => {
    const detectorIds = ["N", "E", "S", "W"].map((leg) => `${site}-${leg}`);
    const profiles = buildDayProfiles({ counts, detectorIds, timeZone: TIME_ZONE });
    const { days, leftOut } = findTypicalDays(profiles);
    const left = leftOut.map((it) => it.date.slice(8)).join(" ");
    const classes = days.map((it) => it.weekdays.map((day) => day.slice(0, 3)).join(" ")).join(" | ");
    print(`site ${site}: ${classes}; left out: ${left === "" ? "none" : `October ${left}`}`);
    return days.map((day) => {
      const held = known(day.dates.at(-1), "last date");
      const rest = findTypicalDays(
        profiles.filter((it) => it.date !== held),
        [day.weekdays],
      ).days[0];
      const heldVph = known(
        profiles.find((it) => it.date === held),
        "held-out day",
      ).flowsVph;
      return buildSite(site, detectorIds, { day: known(rest, "other days"), heldVph });
    });
  });
}

/** Traffic of the southern leg runs north. */
const LEGS = [
  { bound: "SB", leg: 0 },
  { bound: "WB", leg: 1 },
  { bound: "NB", leg: 2 },
  { bound: "EB", leg: 3 },
] as const;
/** Lanes are made up: as many as the busiest quarter hour needs at this flow in each. */
const LANE_VPH = 600;

function buildSite(
  site: string,
  detectorIds: readonly string[],
  { day, heldVph }: { readonly day: TypicalDay; readonly heldVph: Float64Array },
): Case {
  const lanesOf = (leg: number): number => {
    const flows = day.flowsVph.subarray(leg * QUARTERS, (leg + 1) * QUARTERS);
    return Math.max(1, Math.ceil(Math.max(...flows.filter((it) => !Number.isNaN(it))) / LANE_VPH));
  };
  const street = { lengthM: 300, speedLimitMps: 16.7 };
  const intersection = buildIntersection({
    id: site,
    xM: 0,
    yM: 0,
    legs: LEGS.map(({ bound, leg }) => ({
      bound,
      entry: {
        linkId: `${bound}-in`,
        speedLimitMps: street.speedLimitMps,
        lanes: lanesOf(leg),
        leftLanes: 1,
        leftStorageM: 80,
        laneSaturationFlowVph: 1800,
      },
      exitLinkId: `${bound}-leg-out`,
      roadWidthM: lanesOf(leg) * 7 + 3.5,
      crossing: "whole",
    })),
    main: "NS",
    control: "ringBarrier",
    style: US_STYLE,
  });
  const network: Network = {
    version: 1,
    id: site,
    name: `SCATS ${site}`,
    jurisdiction: "us-mutcd",
    drivingSide: "right",
    timeZone: TIME_ZONE,
    timeZero: { type: "epoch" },
    provenance: { kind: "synthetic", source: "made up around counts of approaches", assumptions: [] },
    intersections: [intersection],
    links: LEGS.flatMap(({ bound, leg }) => [
      { id: `${bound}-in`, to: site, lanes: lanesOf(leg), ...street },
      { id: `${bound}-leg-out`, from: site, lanes: lanesOf(leg), ...street },
    ]),
    detectors: LEGS.map(({ bound, leg }) => ({
      id: known(detectorIds[leg], "detector"),
      linkId: `${bound}-in`,
      lanes: Array.from({ length: lanesOf(leg) }, (_, lane) => lane + 1),
      setbackM: 50,
      type: "advance" as const,
    })),
    routes: [],
    eventLanes: [],
  };
  const index = buildNetworkIndex(network);
  // Detectors of the network stand in the order of LEGS, as those of the day do.
  const flows = buildDayFlows({ index, flowsVph: day.flowsVph, prior: [] });
  const heldOut = buildDayFlows({ index, flowsVph: heldVph, prior: [] });
  const name = `${site} ${day.weekdays.map((it) => it.slice(0, 3)).join(" ")}`;
  return {
    name,
    network,
    running: buildBenchPlan(network, known(flows[QUARTERS / 2], "noon")),
    flows,
    heldOut,
  };
}

/** Two peaks, the morning's in one direction and the evening's in the other. */
function buildStreet(folder: string): Case {
  const { index, plan, demand } = readCorridor(folder, {});
  const flows = Array.from({ length: QUARTERS }, (_, quarter) => {
    const hour = (quarter + 0.5) / 4;
    const peak = (atHour: number, widthH: number) => Math.exp(-((hour - atHour) ** 2) / (2 * widthH ** 2));
    return demand.flows.map((flow) => {
      const [am, pm] = /^(EB|NB)/.test(flow.movementId) ? [0.9, 0.6] : [0.5, 1];
      const share = 0.06 + am * peak(8, 1.1) + 0.45 * peak(12.5, 2.3) + pm * peak(17.3, 1.5);
      return { ...flow, flowVph: flow.flowVph * share };
    });
  });
  return { name: index.network.id, network: index.network, running: plan.timingPlans, flows };
}
