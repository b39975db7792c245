/**
 * Synchro's UTDF (version 8, combined CSV) in: the network, the plan that runs there today, and its volumes as demand.
 * What is merely untidy is taken, repaired or left out and reported; only a text from which no signal can be built is
 * refused. Codes, units and assumptions: docs/exchange.md.
 */
import type { Demand } from "../demand/demand.schema.ts";
import type { Fault } from "../errors.ts";
import type { Detector, Intersection, Jurisdiction, Link, Network } from "../network/network.schema.ts";
import { parseNetwork } from "../network/parse-network.ts";
import type { CoordinationPlan, TimingPlan } from "../timing/plan.schema.ts";
import { createReportWriter, type ImportReport } from "./import-report.ts";
import { listDetectors } from "./utdf-detectors.ts";
import { findNumber, findText, parseUtdfFile, toPlace } from "./utdf-file.ts";
import { buildIntersection } from "./utdf-intersection.ts";
import { listMovements, noteImplausibleFlows, type SignalMovement } from "./utdf-movements.ts";
import { listPhases } from "./utdf-phases.ts";
import { buildRings, type SignalRings } from "./utdf-rings.ts";
import { listRoutes } from "./utdf-routes.ts";
import { buildUtdfSource, type UtdfSource } from "./utdf-source.ts";
import { type Approach, buildExitLink, listApproaches } from "./utdf-streets.ts";

export interface ImportOptions {
  /** Identity of the network; letters, digits and . _ : - only. */
  readonly networkId: string;
  /** Default: the identity. */
  readonly name?: string;
  /** Where the text came from, for the provenance. */
  readonly source: string;
  /** Default `us-mutcd`. */
  readonly jurisdiction?: Jurisdiction;
  /** Default `right`. */
  readonly drivingSide?: "right" | "left";
  /** IANA name; default `UTC`. */
  readonly timeZone?: string;
  /** Lease of the plan that runs today, epoch ms. */
  readonly validUntilMs: number;
}

export type Imported =
  | {
      readonly kind: "ok";
      readonly network: Network;
      readonly plan: CoordinationPlan;
      readonly demand: Demand;
      readonly report: ImportReport;
    }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

const NEEDED_SECTIONS = ["LINKS", "LANES", "TIMEPLANS", "PHASES"];

export function importUtdf(text: string, options: ImportOptions): Imported {
  const { note, list } = createReportWriter();
  const file = parseUtdfFile(text, note);
  const missing = NEEDED_SECTIONS.filter((it) => !file.sections.has(it));
  if (missing.length > 0) {
    return {
      kind: "invalid",
      faults: missing.map((it) => ({
        path: `[${it}]`,
        message: "this section is missing: the text is no UTDF combined file",
      })),
    };
  }
  const drivingSide = options.drivingSide ?? "right";
  const source = dropUnusable(buildUtdfSource(file, { note, drivingSide }));
  if (source.signals.size === 0) {
    return {
      kind: "invalid",
      faults: [{ path: "[Timeplans]", message: "no signal with phases, lanes and links can be built" }],
    };
  }
  const built = buildSignals(source);
  const street = { intersections: built.map((it) => it.intersection), links: listLinks(built) };
  const routes = listRoutes(street, note);
  noteMixedCycles(source, built, routes);
  noteDefaults(source, options);
  const parsed = parseNetwork({
    version: 1,
    id: options.networkId,
    name: options.name ?? options.networkId,
    jurisdiction: options.jurisdiction ?? "us-mutcd",
    drivingSide,
    timeZone: options.timeZone ?? "UTC",
    provenance: {
      kind: "imported",
      source: options.source,
      assumptions: listAssumptions(list()),
    },
    ...street,
    detectors: built.flatMap((it) => it.detectors),
    routes,
  });
  if (parsed.kind === "invalid") return parsed;
  return {
    kind: "ok",
    network: parsed.network,
    plan: toPlan(options, built),
    demand: toDemand(options, source, built),
    report: list(),
  };
}

interface BuiltSignal {
  readonly intersection: Intersection;
  readonly timingPlan: TimingPlan;
  readonly movements: readonly SignalMovement[];
  readonly approaches: readonly Approach[];
  readonly exits: readonly Link[];
  readonly detectors: readonly Detector[];
}

/** Without the signals that have no timing or no traffic; links then lead through them. */
function dropUnusable(source: UtdfSource): UtdfSource {
  const usable = new Set(
    [...source.signals].filter((node) => {
      const hasTiming = buildRings(source, node, listPhases(source, node)) !== undefined;
      const approaches = listApproaches(source, node);
      const movements = listMovements(source, node, { approaches, toLinkId: (destNode) => destNode });
      if (hasTiming && movements.length > 0) return true;
      source.note({
        severity: "omitted",
        node,
        where: hasTiming ? "Lanes" : "Phases",
        sentence: `Node ${node} has no ${hasTiming ? "movement with a phase, a link and a destination" : "cycle and phases that run"}: it is left out.`,
      });
      return false;
    }),
  );
  return usable.size === source.signals.size ? source : dropUnusable({ ...source, signals: usable });
}

function buildSignals(source: UtdfSource): BuiltSignal[] {
  const approachesOf = new Map([...source.signals].map((node) => [node, listApproaches(source, node)]));
  const between = new Map<string, Link>();
  for (const { nodes, link } of [...approachesOf.values()].flat()) {
    if (link.from !== undefined) between.set(`${nodes[0]} ${nodes[1]}`, link);
  }
  return [...source.signals].flatMap((node) => {
    const signal = buildRings(source, node, listPhases(source, node));
    const approaches = approachesOf.get(node) ?? [];
    return signal === undefined ? [] : [buildSignal(source, node, { signal, approaches, between })];
  });
}

function buildSignal(
  source: UtdfSource,
  node: string,
  around: {
    readonly signal: SignalRings;
    readonly approaches: readonly Approach[];
    readonly between: ReadonlyMap<string, Link>;
  },
): BuiltSignal {
  const exits = new Map<string, Link>();
  const toLinkId = (destNode: string): string => {
    const link = around.between.get(`${node} ${destNode}`) ?? buildExitLink(source, node, destNode);
    exits.set(link.id, link);
    return link.id;
  };
  const served = listMovements(source, node, { approaches: around.approaches, toLinkId });
  const numbers = new Set(around.signal.rings.flat(2).flatMap((it) => (it.isPlaceholder ? [] : [it.number])));
  const movements = served.map((it) => keepRunning(source, node, { movement: it, numbers }));
  const approaches = around.approaches.filter(
    (it) => it.link.from !== undefined || movements.some((own) => own.approach === it),
  );
  noteImplausibleFlows(source, node, movements);
  noteControl(source, node);
  return {
    ...buildIntersection(source, node, { signal: around.signal, approaches, movements }),
    movements,
    approaches,
    exits: [...exits.values()],
    detectors: listDetectors(source, node, { movements, exits: [...exits.values()] }),
  };
}

/** A movement without the phases that do not run; served by every phase when none is left. */
function keepRunning(
  source: UtdfSource,
  node: string,
  of: { readonly movement: SignalMovement; readonly numbers: ReadonlySet<number> },
): SignalMovement {
  const { movement, numbers } = of;
  const protectedPhases = movement.protectedPhases.filter((it) => numbers.has(it));
  const permittedPhases = movement.permittedPhases.filter((it) => numbers.has(it));
  const lost = movement.protectedPhases.length + movement.permittedPhases.length;
  const kept = protectedPhases.length + permittedPhases.length;
  if (kept === lost) return movement;
  source.note({
    severity: "warning",
    node,
    where: toPlace("Lanes", "Phase1", source.file.lanes.get(node)),
    sentence: `${movement.movement.id} of node ${node} (${movement.volumeVph} veh/h) names phases ${[
      ...movement.protectedPhases,
      ...movement.permittedPhases,
    ].join(", ")}, which do not all run${kept === 0 ? ": it is taken as permitted in every phase" : ""}.`,
  });
  return { ...movement, protectedPhases, permittedPhases, uncontrolled: movement.uncontrolled || kept === 0 };
}

/** Each link once, with room for the lanes that its movements have at the stop line. */
function listLinks(built: readonly BuiltSignal[]): Link[] {
  const links = new Map<string, Link>();
  for (const { exits } of built) for (const link of exits) links.set(link.id, link);
  for (const { approaches, movements } of built) {
    for (const approach of approaches) {
      const lanes = movements
        .filter((it) => it.approach === approach)
        .reduce((sum, it) => sum + it.movement.lanes, 0);
      links.set(approach.link.id, {
        ...approach.link,
        lanes: Math.min(10, Math.max(approach.link.lanes, lanes)),
      });
    }
  }
  return [...links.values()];
}

function toPlan(options: ImportOptions, built: readonly BuiltSignal[]): CoordinationPlan {
  return {
    version: 1,
    id: `${options.networkId}-running`.slice(0, 64),
    networkId: options.networkId,
    revision: 1,
    name: "Running today, as imported",
    timingPlans: built.map((it) => it.timingPlan),
    validUntilMs: options.validUntilMs,
    fallback: "local",
  };
}

function toDemand(options: ImportOptions, source: UtdfSource, built: readonly BuiltSignal[]): Demand {
  const date = findText(source.file.settings, "ScenarioDate");
  const time = findText(source.file.settings, "ScenarioTime");
  const name = [date, time].filter((it) => it !== undefined).join(" ");
  return {
    version: 1,
    networkId: options.networkId,
    name: name === "" ? "Imported volumes" : `Imported volumes, ${name}`.slice(0, 200),
    flows: built.flatMap(({ intersection, movements }) =>
      movements.map((it) => ({
        intersectionId: intersection.id,
        movementId: it.movement.id,
        flowVph: it.volumeVph,
        confidence: 1,
      })),
    ),
  };
}

function noteControl(source: UtdfSource, node: string): void {
  const records = source.file.timeplans.get(node);
  const code = findNumber(records, "Control Type");
  const kinds = [
    "pretimed",
    "actuated and uncoordinated",
    "semi-actuated and uncoordinated",
    "actuated and coordinated",
  ];
  const kind = kinds[code ?? -1];
  if (code === 0) return;
  source.note({
    severity: "assumption",
    node,
    where: toPlace("Timeplans", "Control Type", records),
    sentence: `Node ${node} is ${kind ?? "of unknown control"}: its splits are imported as fixed, so phases that end early there do not do so here.`,
  });
}

function noteMixedCycles(
  source: UtdfSource,
  built: readonly BuiltSignal[],
  routes: readonly Network["routes"][number][],
): void {
  const cycles = new Map(built.map((it) => [it.intersection.id, it.timingPlan.cycleS]));
  for (const route of routes) {
    const byCycle = new Map<number, string[]>();
    for (const { intersectionId } of route.outbound.stops) {
      const cycleS = cycles.get(intersectionId) ?? 0;
      byCycle.set(cycleS, [...(byCycle.get(cycleS) ?? []), intersectionId]);
    }
    if (byCycle.size < 2) continue;
    const parts = [...byCycle].map(([cycleS, ids]) => `${cycleS} s at ${ids.join(", ")}`);
    source.note({
      severity: "warning",
      where: "Timeplans Cycle Length",
      sentence: `Route ${route.id} has ${byCycle.size} different cycles, so there is no band through all of it: ${parts.join("; ")}.`,
    });
  }
}

function noteDefaults(source: UtdfSource, options: ImportOptions): void {
  const assume = (sentence: string): void => source.note({ severity: "assumption", where: "file", sentence });
  if (options.jurisdiction === undefined) assume("The jurisdiction is taken as us-mutcd.");
  if (options.drivingSide === undefined) assume("Traffic is taken to drive on the right.");
  if (options.timeZone === undefined) assume("The time zone is taken as UTC.");
  assume("Demand is the Volume record: growth and peak-hour factor are not applied.");
  assume(
    "The controllers' shortest and longest cycles are not in the file: 40 to 180 s, or today's beyond that.",
  );
  assume("A controller resolves 0.1 s where its running times have tenths, otherwise 1 s.");
  assume("Effective green is split minus yellow, red clearance and Lost Time Adjust.");
}

/** The report's assumptions and repairs as the network file keeps them. */
function listAssumptions(report: ImportReport): string[] {
  return report.filter((it) => it.severity !== "warning").map((it) => it.sentence.slice(0, 1000));
}
