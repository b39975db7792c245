/** A UTDF file on its way in: its tables, its units, its controllers, and where to write what was assumed. */
import { METERS_PER_FOOT, METERS_PER_MILE, SECONDS_PER_HOUR } from "../units.ts";
import type { Note } from "./import-report.ts";
import { findNumber, toNumber, type UtdfFile } from "./utdf-file.ts";

export interface UtdfSource {
  readonly file: UtdfFile;
  readonly note: Note;
  readonly drivingSide: "right" | "left";
  /** Length unit of the file (foot or metre), m. */
  readonly unitM: number;
  /** Speed unit of the file (mph or km/h), m/s. */
  readonly unitMps: number;
  /** Nodes that become intersections: signals with a timing plan of their own. */
  readonly signals: ReadonlySet<string>;
  /** Nodes without a timing plan that another node's controller runs, with that node. */
  readonly clustered: ReadonlyMap<string, string>;
}

/** Node types of UTDF: 0 signal, 1 external, 2 bend, 3 unsignalized, 4 roundabout. */
const SIGNAL_TYPE = 0;
/** `Node 0` … `Node 7` of a timing plan name the nodes that the controller runs. */
const CLUSTER_SIZE = 8;
const NODE_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

export function buildUtdfSource(
  file: UtdfFile,
  options: { readonly note: Note; readonly drivingSide: "right" | "left" },
): UtdfSource {
  const { note } = options;
  noteVersion(file, note);
  const metric = findNumber(file.settings, "Metric");
  if (metric === undefined) {
    note({
      severity: "assumption",
      where: "Network Metric",
      sentence: "The file does not say its units: feet and mph are taken.",
    });
  }
  const signals = listSignals(file, note);
  return {
    ...options,
    file,
    unitM: metric === 1 ? 1 : METERS_PER_FOOT,
    unitMps: (metric === 1 ? 1000 : METERS_PER_MILE) / SECONDS_PER_HOUR,
    signals,
    clustered: listClustered(file, signals, note),
  };
}

/** Where a node lies, m east and north of the file's origin. */
export function findPosition(source: UtdfSource, node: string): { xM: number; yM: number } | undefined {
  const cells = source.file.nodes.get(node);
  const x = toNumber(cells?.get("X"));
  const y = toNumber(cells?.get("Y"));
  return x === undefined || y === undefined ? undefined : { xM: x * source.unitM, yM: y * source.unitM };
}

function noteVersion(file: UtdfFile, note: Note): void {
  const version = findNumber(file.settings, "UTDFVERSION");
  if (version === 8) return;
  note({
    severity: "warning",
    where: "Network UTDFVERSION",
    sentence: `The file says UTDF version ${version ?? "nothing"}; it is read as version 8.`,
  });
}

function listSignals(file: UtdfFile, note: Note): Set<string> {
  const signals = new Set<string>();
  for (const [node, records] of file.timeplans) {
    if (!NODE_ID.test(node) || !file.phases.has(node) || !file.lanes.has(node)) {
      note({
        severity: "omitted",
        node,
        where: "Timeplans",
        sentence: `Node ${node} has a timing plan but no phases or lanes.`,
      });
      continue;
    }
    const type = toNumber(file.nodes.get(node)?.get("TYPE"));
    if (type !== SIGNAL_TYPE) {
      note({
        severity: "warning",
        node,
        where: "Nodes TYPE",
        sentence: `Node ${node} has a timing plan but type ${type ?? "none"}: it is taken as a signal.`,
      });
    }
    if (records.size > 0) signals.add(node);
  }
  return signals;
}

/**
 * A node that another node's controller runs is no intersection of its own: its stop lines are left out and links pass
 * through it, because a network has one intersection per controller.
 */
function listClustered(file: UtdfFile, signals: ReadonlySet<string>, note: Note): Map<string, string> {
  const clustered = new Map<string, string>();
  for (const node of signals) {
    const records = file.timeplans.get(node);
    for (let at = 0; at < CLUSTER_SIZE; at += 1) {
      const member = findNumber(records, `Node ${at}`);
      if (member === undefined || member === 0 || String(member) === node) continue;
      clustered.set(String(member), node);
      const volumes = file.lanes.get(String(member))?.get("VOLUME") ?? new Map();
      const volumeVph = [...volumes]
        .filter(([column]) => column !== "INTID")
        .reduce((sum, [, cell]) => sum + (toNumber(cell) ?? 0), 0);
      note({
        severity: "omitted",
        node,
        where: `Timeplans Node ${at}`,
        sentence: `Node ${member} runs on the controller of node ${node}: its stop lines and movements (${volumeVph} veh/h) are left out and links lead through it.`,
      });
    }
  }
  for (const [node, cells] of file.nodes) {
    if (toNumber(cells.get("TYPE")) !== SIGNAL_TYPE || signals.has(node) || clustered.has(node)) continue;
    note({
      severity: "warning",
      node,
      where: "Nodes TYPE",
      sentence: `Node ${node} is a signal without a timing plan: links lead through it as if it had none.`,
    });
  }
  return clustered;
}
