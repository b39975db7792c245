import path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { Count } from "../demand/count.schema.ts";
import { isCount } from "../demand/is-count.ts";
import { AppError, known } from "../errors.ts";
import { importCounts } from "../exchange/import-counts.ts";
import { parseCountsCsv } from "../http/parse-counts-csv.ts";
import {
  buildSchedule,
  type DividedDay,
  idOfWeekdays,
  nameOfWeekdays,
  timeOf,
} from "../schedule/build-schedule.ts";
import { buildDayFlows } from "../schedule/day-flows.ts";
import { buildDayProfiles } from "../schedule/day-profiles.ts";
import type { Weekday } from "../schedule/schedule.schema.ts";
import { findTypicalDays, type TypicalDay } from "../schedule/typical-days.ts";
import type { CoordinationPlan, TimingPlan } from "../timing/plan.schema.ts";
import type { FlowOfMovement } from "../traffic/evaluate-plan.ts";
import { CORRIDOR_HELP, type Corridor, readCorridor } from "./corridor-files.ts";
import { describeNoPlan, fixed } from "./describe-measures.ts";
import { drawDay } from "./draw-day.ts";
import { parseWhole } from "./parse-number.ts";
import { type PlannedDay, planDay } from "./plan-day.ts";
import { addTimingOptions, type TimingOptions, toSplits } from "./route-options.ts";
import { EXIT, formatTable, makeFolder, note, print, readText, writeText } from "./terminal.ts";

interface SegmentOptions extends TimingOptions {
  readonly counts: string;
  readonly days?: readonly (readonly Weekday[])[];
  readonly most: number;
  readonly out?: string;
  readonly svg?: boolean;
}

/** Of JavaScript's calendar, epoch ms. */
const LAST_INSTANT_MS = 8.64e15;

type Planned = Extract<PlannedDay, { readonly kind: "planned" }>;

/** A class of days with its plans. */
interface Outcome {
  readonly typical: TypicalDay;
  readonly planned: Planned;
  readonly divided: DividedDay;
}

/** `greenwave segment`: how many plans a day, from when to when, from weeks of counts. */
export function addSegment(program: Command, exit: (code: number) => void): void {
  addTimingOptions(
    program
      .command("segment")
      .description("divide typical days into time-of-day plans, from weeks of counts")
      .argument("<network>", CORRIDOR_HELP),
  )
    .requiredOption(
      "--counts <file>",
      "CSV: detectorId,startAtMs,durationS,countVeh; or start_local and count by detectorId",
    )
    .option(
      "--days <classes>",
      "weekdays that are alike, for example mon+tue+wed+thu,fri,sat,sun (default: found in the counts)",
      parseDays,
    )
    .option("-k, --most <count>", "most stretches of a day", parseWhole({ from: 1, to: 16 }), 16)
    .option("--out <folder>", "write the plans and the schedule (JSON)")
    .option("--svg", "draw each day beside them")
    .action((where: string, options: SegmentOptions) => {
      if (options.svg && options.out === undefined)
        throw new AppError("invalidInput", "--svg needs --out, the folder to draw into");
      const corridor = readCorridor(where, options);
      const counts = readCounts(options.counts, corridor.index.network.timeZone);
      const typicalDays = findDays(corridor, counts, options.days);
      const outcomes: Outcome[] = [];
      const planIds = new Map<string, string>();
      for (const typical of typicalDays) {
        const { index, demand } = corridor;
        const flows = buildDayFlows({ index, flowsVph: typical.flowsVph, prior: demand.flows });
        const planned = planDay({
          index,
          running: corridor.plan.timingPlans,
          flows,
          solve: {
            cycle: options.cycle,
            splits: toSplits(options),
            sequences: options.sequences,
          },
          mostStretches: options.most,
        });
        if (planned.kind === "infeasible") {
          print(describeNoPlan(planned.reasons));
          return exit(EXIT.negative);
        }
        const divided = toDivided({ corridor, typical, planned, flows, planIds });
        outcomes.push({ typical, planned, divided });
        print(describeDay({ typical, planned, divided }));
      }
      if (options.out !== undefined) writeSchedule(options.out, corridor, outcomes, options.svg === true);
      return exit(EXIT.ok);
    });
}

/** The service's own columns, or a long table in local time (exchange/import-counts.ts). */
function readCounts(file: string, timeZone: string): readonly Count[] {
  const text = readText(file);
  if (/^\uFEFF?[^\n]*startAtMs/.test(text)) {
    return parseCountsCsv(text).map((record, at) => {
      if (isCount(record) && record.startAtMs <= LAST_INSTANT_MS) return record;
      throw new AppError("invalidInput", `${file}: line ${at + 2} is no count`);
    });
  }
  const imported = importCounts(text, { timeZone });
  if (imported.kind === "ok") return imported.counts;
  throw new AppError("invalidInput", `${file} holds no counts that can be read`, { faults: imported.faults });
}

function findDays(
  { index: { network } }: Corridor,
  counts: readonly Count[],
  classes: SegmentOptions["days"],
): readonly TypicalDay[] {
  const detectorIds = network.detectors.map((it) => it.id);
  const profiles = buildDayProfiles({ counts, detectorIds, timeZone: network.timeZone });
  const { days, leftOut } = findTypicalDays(profiles, classes);
  if (days.length === 0) throw new AppError("invalidInput", "no count belongs to a detector of the network");
  print(`${network.name}: ${profiles.length} days of counts from ${detectorIds.length} detectors`);
  for (const { date, reason } of leftOut) print(`  ${date} left out: ${reason}`);
  return days;
}

/** Plans get their identities in the order in which days need them; days share plans that are the same. */
function toDivided(of: {
  readonly corridor: Corridor;
  readonly typical: TypicalDay;
  readonly planned: Planned;
  readonly flows: readonly (readonly FlowOfMovement[])[];
  readonly planIds: Map<string, string>;
}): DividedDay {
  const { planned, planIds } = of;
  const { weekdays } = of.typical;
  const { stretches } = planned.chosen.recommended;
  const keyOf = (plan: number): string => JSON.stringify(planned.plans[plan]);
  for (const { plan } of stretches) {
    const key = keyOf(plan);
    if (!planIds.has(key)) planIds.set(key, `${idOfWeekdays(weekdays)}-${planIds.size + 1}`);
  }
  return {
    weekdays,
    day: planned.day,
    stretches,
    planIdOf: (plan) => known(planIds.get(keyOf(plan)), "identity of a plan"),
    flowsVph: of.flows.map((it) => sumOfEntering(of.corridor, it)),
  };
}

/** What comes into the network over links that begin nowhere. */
function sumOfEntering({ index }: Corridor, flows: readonly FlowOfMovement[]): number {
  const entering = new Set(
    index.network.intersections.flatMap(({ id, approaches, movements }) =>
      movements.flatMap((movement) => {
        const approach = approaches.find((it) => it.id === movement.approachId);
        const link = index.links.get(approach?.linkId ?? "");
        return link?.from === undefined ? [`${id} ${movement.id}`] : [];
      }),
    ),
  );
  return flows.reduce(
    (sum, it) => sum + (entering.has(`${it.intersectionId} ${it.movementId}`) ? it.flowVph : 0),
    0,
  );
}

function describeDay({ typical, planned, divided }: Outcome): string {
  const { rows, everyPeriod, why } = planned.chosen;
  const percent = (ratio: number): string => fixed(100 * ratio, 2);
  const free = everyPeriod.plansCost;
  const lossOfChanges = percent(everyPeriod.changesCost / free);
  return [
    "",
    `${nameOfWeekdays(typical.weekdays)} (${typical.dates.length} days): ${fixed(free, 0)} veh·h a day (delay, 10 s per stop, full queues) with the best plan in every quarter hour`,
    formatTable(
      ["stretches", "changes", "loss, %", "changes cost, veh·h", "loss with changes, %"],
      [
        ...rows.map((it) => [
          `${it.isRecommended ? "▸ " : "  "}${it.stretches.length}`,
          it.changes,
          percent(it.lossRatio),
          fixed(it.changesCost, 2),
          percent(it.lossWithChangesRatio),
        ]),
        ["  every 15 min", everyPeriod.changes, "0.00", fixed(everyPeriod.changesCost, 2), lossOfChanges],
      ],
    ),
    why,
    formatTable(
      ["from–to", "plan", "cycles, s", "why"],
      buildEntries(divided).map(({ at, planId, why: reason }, position) => {
        const { plan, to } = known(divided.stretches[position], "stretch");
        return [`${at}–${timeOf(to)}`, planId, cyclesOf(known(planned.plans[plan], "plan")), reason];
      }),
    ),
  ].join("\n");
}

const buildEntries = (divided: DividedDay) =>
  known(buildSchedule({ networkId: "", name: "", timeZone: "" }, [divided]).dayTypes[0], "day").entries;

const cyclesOf = (plans: readonly TimingPlan[]): string =>
  [...new Set(plans.map((it) => it.cycleS))].sort((a, b) => a - b).join(", ");

function writeSchedule(
  folder: string,
  corridor: Corridor,
  outcomes: readonly Outcome[],
  isDrawn: boolean,
): void {
  const { id, name, timeZone } = corridor.index.network;
  makeFolder(path.join(folder, "plans"));
  const written = new Set<string>();
  for (const { planned, divided, typical } of outcomes) {
    for (const { plan } of divided.stretches) {
      const planId = divided.planIdOf(plan);
      if (written.has(planId)) continue;
      written.add(planId);
      const coordinationPlan: CoordinationPlan = {
        ...corridor.plan,
        id: planId,
        revision: corridor.plan.revision + 1,
        name: `${nameOfWeekdays(typical.weekdays)}: ${planId}`,
        timingPlans: known(planned.plans[plan], "plan"),
      };
      const file = path.join(folder, "plans", `${planId}.json`);
      writeText(file, `${JSON.stringify(coordinationPlan, null, 2)}\n`);
    }
    if (isDrawn) {
      const stretches = divided.stretches.map((it) => ({ ...it, label: divided.planIdOf(it.plan) }));
      const title = `${name}, ${nameOfWeekdays(typical.weekdays)}`;
      const file = path.join(folder, `${idOfWeekdays(typical.weekdays)}.svg`);
      writeText(file, drawDay({ title, flowsVph: divided.flowsVph, stretches }));
    }
  }
  const schedule = buildSchedule(
    { networkId: id, name: `${name}: plans by time of day`, timeZone },
    outcomes.map((it) => it.divided),
  );
  const file = path.join(folder, "schedule.json");
  writeText(file, `${JSON.stringify(schedule, null, 2)}\n`);
  note(`${written.size} plans and the schedule written to ${folder}`);
}

const DAY_NAMES: Readonly<Record<string, Weekday>> = {
  mon: "monday",
  tue: "tuesday",
  wed: "wednesday",
  thu: "thursday",
  fri: "friday",
  sat: "saturday",
  sun: "sunday",
};

function parseDays(text: string): Weekday[][] {
  const classes = text.split(",").map((part) =>
    part.split("+").map((name) => {
      const weekday = DAY_NAMES[name];
      if (weekday === undefined)
        throw new InvalidArgumentError("wanted classes of weekdays such as mon+tue+wed+thu,fri,sat,sun");
      return weekday;
    }),
  );
  const all = classes.flat();
  if (new Set(all).size === all.length) return classes;
  throw new InvalidArgumentError("a weekday stands twice");
}
