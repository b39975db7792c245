/**
 * GMNS signal tables in: the network, the plans that run there today by time of day with their schedule, and a report of
 * what was assumed, repaired and left out. Tables that are broken are refused, with file, row and column of each fault.
 * What is read and what is assumed: docs/exchange.md.
 */
import type { Fault } from "../../errors.ts";
import type { Network } from "../../network/network.schema.ts";
import type { Schedule } from "../../schedule/schedule.schema.ts";
import type { CoordinationPlan, TimingPlan } from "../../timing/plan.schema.ts";
import { createReportWriter, type ImportReport, type Note } from "../import-report.ts";
import { finishImport, type ImportOptions } from "../imported.ts";
import { listBreaches } from "../list-breaches.ts";
import { findThroughRoutes } from "../through-routes.ts";
import { buildChains } from "./gmns-chains.ts";
import { buildGmnsSchedule, readTimeSet, type TimeSet } from "./gmns-days.ts";
import { listGmnsDetectors } from "./gmns-detectors.ts";
import { readStreets } from "./gmns-links.ts";
import { type ControllerPlan, listControllerPlans } from "./gmns-phases.ts";
import { buildGmnsSignal, type GmnsSignal } from "./gmns-signal.ts";
import type { StreamContext } from "./gmns-streams.ts";
import { type GmnsRow, type GmnsTables, readGmnsTables } from "./gmns-tables.ts";
import { readUnits } from "./gmns-units.ts";

export type ImportedGmns =
  | {
      readonly kind: "ok";
      readonly network: Network;
      /** One for each time of day; the first that has a cycle comes first. */
      readonly plans: readonly CoordinationPlan[];
      readonly schedule: Schedule;
      readonly report: ImportReport;
    }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

/** `files`: texts of the tables by name, `link.csv`. */
export function importGmns(files: ReadonlyMap<string, string>, options: ImportOptions): ImportedGmns {
  const read = readGmnsTables(files);
  if (read.kind === "invalid") return read;
  const { tables } = read;
  const report = createReportWriter();
  const { units, faults } = readUnits(tables, report.note);
  const base = { tables, note: report.note, faults };
  const times = listTimes(base);
  const controllerPlans = listControllerPlans(base);
  const controllers = groupBy(controllerPlans, (it) => it.controllerId);
  const nodes = mapNodes(controllerPlans, tables);
  noteUncontrolled(nodes, base);
  const streets = readStreets(tables, units, report.note);
  const chains = buildChains(streets, (node) => nodes.get(node), report.note);
  const context: StreamContext = {
    ...base,
    streets,
    chains,
    units,
    drivingSide: options.drivingSide ?? "right",
  };
  const signals = [...controllers.values()].flatMap((plans) => buildGmnsSignal(plans, context) ?? []);
  if (faults.length === 0 && signals.length === 0) {
    faults.push({ path: "signal_phase_mvmt.csv", message: "no phase serves a movement for vehicles" });
  }
  if (faults.length > 0) return { kind: "invalid", faults };
  return finish(signals, { options, context, times, report });
}

function finish(
  signals: readonly GmnsSignal[],
  of: {
    readonly options: ImportOptions;
    readonly context: StreamContext;
    readonly times: ReadonlyMap<string, PlanTime>;
    readonly report: ReturnType<typeof createReportWriter>;
  },
): ImportedGmns {
  const { options, context, times, report } = of;
  const intersections = signals.map((it) => it.intersection);
  const links = [
    ...new Map(signals.flatMap((it) => it.streams.links.map((link) => [link.id, link]))).values(),
  ];
  const timed = listTimedPlans(signals, { times, note: report.note });
  const imported = finishImport(options, {
    street: {
      intersections,
      links: withoutGone(links, new Set(intersections.map((it) => it.id))),
      detectors: signals.flatMap((it) => listGmnsDetectors(it.streams, it.intersection.id, context)),
      routes: findThroughRoutes({ intersections }),
    },
    timingPlans: [],
    flows: [],
    demandName: "none",
    report,
  });
  if (imported.kind === "invalid") return imported;
  const { network, plan } = imported;
  const plans = timed.map((it, at) => ({
    ...plan,
    id: it.planId(network.id),
    name: it.name,
    revision: at + 1,
    timingPlans: it.timingPlans,
  }));
  const schedule = buildGmnsSchedule(
    {
      networkId: network.id,
      name: `Times of day of ${network.name}`.slice(0, 200),
      timeZone: network.timeZone,
    },
    timed.map((it) => ({ planId: it.planId(network.id), name: it.name, times: it.times })),
    report.note,
  );
  return {
    kind: "ok",
    network,
    plans,
    schedule,
    report: [...report.list(), ...plans.flatMap((it) => listBreaches(network, it.timingPlans))],
  };
}

/** A controller that was left out is no end of a link. */
const withoutGone = (links: Network["links"], ids: ReadonlySet<string>): Network["links"] =>
  links.map(({ from, to, ...link }) => ({
    ...link,
    ...(from !== undefined && ids.has(from) ? { from } : {}),
    ...(to !== undefined && ids.has(to) ? { to } : {}),
  }));

interface PlanTime {
  readonly row: GmnsRow;
  readonly times: TimeSet | undefined;
}

const listTimes = (base: Parameters<typeof readTimeSet>[1]): ReadonlyMap<string, PlanTime> =>
  new Map(
    [...base.tables("signal_timing_plan").values()].map((row) => [
      row.id,
      { row, times: readTimeSet(row, base) },
    ]),
  );

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** The controller of each node at which it serves a movement. */
function mapNodes(plans: readonly ControllerPlan[], tables: GmnsTables): Map<string, string> {
  const nodes = new Map<string, string>();
  for (const { controllerId, phases } of plans) {
    for (const { movementId } of phases.flatMap((it) => it.serves)) {
      const node = tables("movement")
        .get(movementId ?? "")
        ?.text("node_id");
      if (node !== undefined) nodes.set(node, controllerId);
    }
  }
  return nodes;
}

function noteUncontrolled(
  nodes: ReadonlyMap<string, string>,
  { tables, note }: { readonly tables: GmnsTables; readonly note: Note },
): void {
  for (const row of tables("node").values()) {
    const isSignal = row.text("ctrl_type") === "signal" && row.text("parent_node_id") === undefined;
    if (!isSignal || nodes.has(row.id)) continue;
    note({
      severity: "omitted",
      node: row.id,
      where: row.place("ctrl_type"),
      sentence: `Node ${row.id} has a signal, but no phase serves a movement there: it is left out.`,
    });
  }
}

interface TimedPlans {
  readonly planId: (networkId: string) => string;
  readonly name: string;
  readonly times: TimeSet | undefined;
  readonly timingPlans: readonly TimingPlan[];
}

/** The timing plans of all controllers by time of day; one that has none for a time keeps the one that it has without a time. */
function listTimedPlans(
  signals: readonly GmnsSignal[],
  { times, note }: { readonly times: ReadonlyMap<string, PlanTime>; readonly note: Note },
): TimedPlans[] {
  const byTime = groupBy([...times.values()], (it) => JSON.stringify(it.times ?? null));
  const timed = [...byTime.values()].map((group): TimedPlans => {
    const ids = group.map((it) => it.row.id);
    const timingPlans = signals.flatMap((it): TimingPlan[] => {
      const own = ids.flatMap((id) => it.timingPlans.get(id) ?? [])[0];
      const free = [...it.timingPlans].find(([id]) => times.get(id)?.times === undefined)?.[1];
      const taken = own ?? free ?? [...it.timingPlans.values()][0];
      if (own === undefined && taken !== undefined) {
        note({
          severity: "assumption",
          node: it.intersection.id,
          where: "signal_timing_plan.csv, column time_day",
          sentence: `Controller ${it.intersection.id} has no plan for the time of plan ${ids.join(", ")}: it keeps another of its plans.`,
        });
      }
      return taken === undefined ? [] : [taken];
    });
    const name = group.flatMap((it) => it.row.text("opt_comment") ?? [])[0] ?? `Plan ${ids.join(", ")}`;
    return {
      planId: (networkId) => `${networkId}-${ids[0]}`.slice(-64),
      name: name.slice(0, 200),
      times: group[0]?.times,
      timingPlans,
    };
  });
  const hasCycle = (it: TimedPlans): boolean => it.timingPlans.some((own) => own.actuation?.mode !== "free");
  return [
    ...timed.filter((it) => it.times !== undefined && hasCycle(it)),
    ...timed.filter((it) => it.times === undefined || !hasCycle(it)),
  ];
}
