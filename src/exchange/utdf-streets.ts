/**
 * Links of a UTDF file: from signal to signal, through the bends, unsignalized nodes and clustered stop lines between
 * them, with the lengths added up. Distance and speed come from the Links section; a missing distance is measured
 * between the nodes.
 */
import type { Link } from "../network/network.schema.ts";
import { findNumber, findText, toPlace, type UtdfRecord } from "./utdf-file.ts";
import { findPosition, type UtdfSource } from "./utdf-source.ts";

/** One leg of a node: the stretch on which traffic arrives from a neighboring node. */
export interface Leg {
  /** Compass direction of travel, for example `NB` or `SE`. */
  readonly direction: string;
  readonly upNode: string;
  readonly street: string | undefined;
  readonly lengthM: number;
  readonly speedMps: number;
  readonly lanes: number | undefined;
}

/** A leg of a signal followed upstream to the signal or the edge where its traffic comes from. */
export interface Approach {
  readonly leg: Leg;
  /** Nodes from the origin to the signal. */
  readonly nodes: readonly string[];
  readonly link: Link;
}

/** Taken where a distance is missing and cannot be measured. */
const UNKNOWN_LENGTH_M = 100;
/** Taken where a speed is missing: 30 mph in m/s, an ordinary city street. */
const UNKNOWN_SPEED_MPS = 13.4;
const PLAUSIBLE_SPEED_MPS = { low: 4.4, high: 36 };
const MAX_HOPS = 50;

function listLegs(source: UtdfSource, node: string): Leg[] {
  const records = source.file.links.get(node);
  const upIds = records?.get("UPID");
  if (upIds === undefined) return [];
  return [...upIds].flatMap(([direction, cell]) =>
    /^([NSEW]B|[NS][EW])$/.test(direction) && cell.text !== "" && cell.text !== node
      ? [toLeg({ source, node, records, direction, upNode: cell.text })]
      : [],
  );
}

export function listApproaches(source: UtdfSource, node: string): Approach[] {
  const taken = new Set<string>();
  return listLegs(source, node).flatMap((leg) => {
    if (taken.has(leg.upNode)) {
      source.note({
        severity: "omitted",
        node,
        where: toPlace("Links", "Up ID", source.file.links.get(node)),
        sentence: `Leg ${leg.direction} of node ${node} comes from ${leg.upNode} as an earlier leg does.`,
      });
      return [];
    }
    taken.add(leg.upNode);
    return [followUpstream(source, node, leg)];
  });
}

/** The link on which traffic leaves `node` towards `next` when no signal follows: as long as the other way. */
export function buildExitLink(source: UtdfSource, node: string, next: string): Link {
  const leg = listLegs(source, next).find((it) => it.upNode === node);
  const back = listLegs(source, node).find((it) => it.upNode === next);
  const known = leg ?? back;
  return {
    id: `${node}-${next}`,
    ...(known?.street === undefined ? {} : { name: known.street }),
    from: node,
    lengthM: known?.lengthM ?? measureM(source, node, next) ?? UNKNOWN_LENGTH_M,
    speedLimitMps: known?.speedMps ?? UNKNOWN_SPEED_MPS,
    lanes: clampLanes(leg?.lanes ?? 1),
  };
}

/** `Grand ave` and `GRAND AVE.` are one street. */
export const toStreetKey = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim();

const clampLanes = (lanes: number): number => Math.min(10, Math.max(1, Math.round(lanes)));

function toLeg(input: {
  readonly source: UtdfSource;
  readonly node: string;
  readonly records: ReadonlyMap<string, UtdfRecord> | undefined;
  readonly direction: string;
  readonly upNode: string;
}): Leg {
  const { source, node, records, direction, upNode } = input;
  return {
    direction,
    upNode,
    street: findText(records, "Name", direction),
    lengthM: findLengthM(input),
    speedMps: findSpeedMps(input),
    lanes: findNumber(source.file.links.get(node), "Lanes", direction),
  };
}

function findLengthM(input: Parameters<typeof toLeg>[0]): number {
  const { source, node, records, direction, upNode } = input;
  const given = (findNumber(records, "Distance", direction) ?? 0) * source.unitM;
  if (given > 0 && given <= 50_000) return given;
  const measured = measureM(source, node, upNode);
  source.note({
    severity: "warning",
    node,
    where: toPlace("Links", "Distance", records),
    sentence: `Leg ${direction} of node ${node} has a length of ${given} m: ${
      measured === undefined ? `${UNKNOWN_LENGTH_M} m are taken` : "it is measured between the nodes"
    }.`,
  });
  return measured ?? UNKNOWN_LENGTH_M;
}

function findSpeedMps({ source, node, records, direction }: Parameters<typeof toLeg>[0]): number {
  const given = (findNumber(records, "Speed", direction) ?? 0) * source.unitMps;
  const plausible = given >= PLAUSIBLE_SPEED_MPS.low && given <= PLAUSIBLE_SPEED_MPS.high;
  if (!plausible) {
    source.note({
      severity: "warning",
      node,
      where: toPlace("Links", "Speed", records),
      sentence: `Leg ${direction} of node ${node} has a speed of ${given.toFixed(1)} m/s${
        given > 0 && given <= 45 ? "" : `: ${UNKNOWN_SPEED_MPS} m/s are taken`
      }.`,
    });
  }
  return given > 0 && given <= 45 ? given : UNKNOWN_SPEED_MPS;
}

function measureM(source: UtdfSource, from: string, to: string): number | undefined {
  const start = findPosition(source, from);
  const end = findPosition(source, to);
  if (start === undefined || end === undefined) return undefined;
  const distanceM = Math.hypot(end.xM - start.xM, end.yM - start.yM);
  return distanceM >= 1 && distanceM <= 50_000 ? distanceM : undefined;
}

function followUpstream(source: UtdfSource, node: string, leg: Leg): Approach {
  const nodes = [leg.upNode, node];
  const legs = [leg];
  for (let origin = leg.upNode; !source.signals.has(origin) && legs.length < MAX_HOPS; ) {
    const before = findLegBefore(source, origin, nodes[1] ?? node);
    if (before === undefined || nodes.includes(before.upNode)) break;
    legs.unshift(before);
    origin = before.upNode;
    nodes.unshift(origin);
  }
  const origin = nodes[0] ?? leg.upNode;
  if (nodes.length > 2) noteThrough(source, node, nodes);
  return { leg, nodes, link: toLink(source, { nodes, legs, origin, node }) };
}

/** Where traffic on its way from `at` to `next` comes from: straight on through a bend or an unsignalized node. */
function findLegBefore(source: UtdfSource, at: string, next: string): Leg | undefined {
  const legs = listLegs(source, at);
  const lanes = source.file.lanes.get(at);
  const toNext = [...(lanes?.get("DESTNODE") ?? [])].filter(([, cell]) => cell.text === next);
  const through =
    toNext.find(([column]) => column.endsWith("T")) ?? (toNext.length === 1 ? toNext[0] : undefined);
  if (through !== undefined) {
    const upNode = findText(lanes, "Up Node", through[0]);
    return legs.find((it) => it.upNode === upNode);
  }
  const others = legs.filter((it) => it.upNode !== next);
  return lanes === undefined && others.length === 1 ? others[0] : undefined;
}

function toLink(
  source: UtdfSource,
  path: {
    readonly nodes: readonly string[];
    readonly legs: readonly Leg[];
    readonly origin: string;
    readonly node: string;
  },
): Link {
  const last = path.legs.at(-1);
  const lengthM = path.legs.reduce((sum, it) => sum + it.lengthM, 0);
  const speeds = new Set(path.legs.map((it) => it.speedMps));
  const travelS = path.legs.reduce((sum, it) => sum + it.lengthM / it.speedMps, 0);
  return {
    id: `${path.origin}-${path.node}`,
    ...(last?.street === undefined ? {} : { name: last.street }),
    ...(source.signals.has(path.origin) ? { from: path.origin } : {}),
    to: path.node,
    lengthM,
    speedLimitMps: speeds.size === 1 ? (last?.speedMps ?? UNKNOWN_SPEED_MPS) : lengthM / travelS,
    lanes: clampLanes(last?.lanes ?? 1),
  };
}

function noteThrough(source: UtdfSource, node: string, nodes: readonly string[]): void {
  source.note({
    severity: "repair",
    node,
    where: "Links Up ID",
    sentence: `The link from ${nodes[0]} to ${node} leads through ${nodes.slice(1, -1).join(", ")}: lengths are added up.`,
  });
}
