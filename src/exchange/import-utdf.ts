/**
 * Synchro's UTDF (version 8, combined CSV) in: the network, the plan that runs there today, and its volumes as demand.
 * What is merely untidy is taken, repaired or left out and reported; only a text from which no signal can be built is
 * refused. Codes, units and assumptions: docs/exchange.md.
 */
import type { Demand } from "../demand/demand.schema.ts";
import { QUEUE_SPACING_M } from "../network/find.ts";
import type { Detector, Intersection, Link, Network } from "../network/network.schema.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { createReportWriter } from "./import-report.ts";
import { finishImport, type Imported, type ImportOptions } from "./imported.ts";
import { listDetectors } from "./utdf-detectors.ts";
import { findNumber, findText, parseUtdfFile, toPlace } from "./utdf-file.ts";
import { buildIntersection } from "./utdf-intersection.ts";
import { listMovements, noteImplausibleFlows, type SignalMovement } from "./utdf-movements.ts";
import { listPhases } from "./utdf-phases.ts";
import { buildRings, type SignalRings } from "./utdf-rings.ts";
import { listRoutes } from "./utdf-routes.ts";
import { buildUtdfSource, type UtdfSource } from "./utdf-source.ts";
import { type Approach, buildExitLink, listApproaches } from "./utdf-streets.ts";

const NEEDED_SECTIONS = ["LINKS", "LANES", "TIMEPLANS", "PHASES"];

export function importUtdf(text: string, options: ImportOptions): Imported {
  const report = createReportWriter();
  const file = parseUtdfFile(text, report.note);
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
  const source = dropUnusable(
    buildUtdfSource(file, { note: report.note, drivingSide: options.drivingSide ?? "right" }),
  );
  if (source.signals.size === 0) {
    return {
      kind: "invalid",
      faults: [{ path: "[Timeplans]", message: "no signal with phases, lanes and links can be built" }],
    };
  }
  const built = buildSignals(source);
  const intersections = built.map((it) => it.intersection);
  const links = listLinks(built);
  const routes = listRoutes({ intersections, links }, report.note);
  noteMixedCycles(source, built, routes);
  noteWholeFile(source);
  return finishImport(options, {
    street: { intersections, links, routes, detectors: built.flatMap((it) => it.detectors) },
    timingPlans: built.map((it) => it.timingPlan),
    flows: built.flatMap(listFlows),
    demandName: nameDemand(source),
    report,
  });
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

/** Each link once, with the lanes that its movements have at the stop line and the queue that fits on it. */
function listLinks(built: readonly BuiltSignal[]): Link[] {
  const links = new Map<string, Link>();
  for (const { exits } of built) for (const link of exits) links.set(link.id, link);
  for (const { approaches, movements } of built) {
    for (const { link, leg } of approaches) {
      const groups = movements.filter((it) => it.approach.leg === leg && it.movement.lanes > 0);
      const lanes = groups.reduce((sum, it) => sum + it.movement.lanes, 0);
      const queueM = groups.reduce(
        (sum, { movement }) =>
          sum + movement.lanes * Math.min(movement.storageM ?? link.lengthM, link.lengthM),
        0,
      );
      links.set(link.id, {
        ...link,
        lanes: Math.min(10, Math.max(link.lanes, lanes)),
        ...(queueM > 0 ? { storageVeh: Math.round(queueM / QUEUE_SPACING_M) || 1 } : {}),
      });
    }
  }
  return [...links.values()];
}

const listFlows = ({ intersection, movements }: BuiltSignal): Demand["flows"] =>
  movements.map((it) => ({
    intersectionId: intersection.id,
    movementId: it.movement.id,
    flowVph: it.volumeVph,
    confidence: 1,
  }));

function nameDemand({ file }: UtdfSource): string {
  const when = ["ScenarioDate", "ScenarioTime"].flatMap((it) => findText(file.settings, it) ?? []);
  return ["Imported volumes", ...when].join(" ");
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

function noteWholeFile(source: UtdfSource): void {
  const assume = (sentence: string): void => source.note({ severity: "assumption", where: "file", sentence });
  assume("Demand is the Volume record: growth and peak-hour factor are not applied.");
  assume(
    "The controllers' shortest and longest cycles are not in the file: 40 to 180 s, or today's beyond that.",
  );
  assume("A controller resolves 0.1 s where its running times have tenths, otherwise 1 s.");
  assume("Effective green is split minus yellow, red clearance and Lost Time Adjust.");
}
