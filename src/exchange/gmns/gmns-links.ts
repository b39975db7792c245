/**
 * Links for vehicles, their directions, and their lanes at the stop line.
 *
 * GMNS numbers lanes from left to right: 1 is the leftmost through lane, turn pockets on its left are negative. A segment
 * that reaches the downstream node changes the lanes at the stop line. Lanes and links for walking, cycling or parking alone
 * are no lanes for vehicles.
 */
import type { Note } from "../import-report.ts";
import { bearingDeg, createProjection, distanceM, lineOf, type Point } from "./gmns-geometry.ts";
import type { GmnsRow, GmnsTables } from "./gmns-tables.ts";
import type { GmnsUnits } from "./gmns-units.ts";

export interface StreetLink {
  readonly id: string;
  readonly name: string | undefined;
  readonly fromNode: string;
  readonly toNode: string;
  readonly lengthM: number;
  readonly speedLimitMps: number;
  /** Directions of travel, clockwise from north. */
  readonly startDeg: number;
  readonly endDeg: number;
  /** At the stop line, from left to right. */
  readonly lanes: readonly number[];
  /** Where the link begins. */
  readonly startLanes: readonly number[];
  /** Lanes that begin on the way, with their length, m. */
  readonly pocketsM: ReadonlyMap<number, number>;
}

export interface GmnsStreets {
  /** Those for vehicles alone. */
  readonly links: ReadonlyMap<string, StreetLink>;
  readonly placeOf: (nodeId: string) => Point;
}

const NOT_VEHICLES = new Set(["WALK", "BIKE", "PED", "PEDESTRIAN", "BICYCLE", "PARKING", "NONE"]);
/** A segment that ends this close to the node reaches the stop line, m. */
const REACH_M = 3;
/** Limits of a network file, and what is taken where the tables are silent. */
const LANES_MAX = 10;
const DEFAULT_SPEED_MPS = 13.4112;

/** Empty uses are all uses. */
export function carriesVehicles(row: GmnsRow): boolean {
  const uses = (row.text("allowed_uses") ?? "ALL").toUpperCase().split(/[\s,]+/);
  return uses.some((it) => it !== "" && !NOT_VEHICLES.has(it));
}

export function readStreets(tables: GmnsTables, units: GmnsUnits, note: Note): GmnsStreets {
  const project = createProjection(tables);
  const placeOf = (nodeId: string): Point => {
    const node = tables("node").get(nodeId);
    return project(node?.number("x_coord") ?? 0, node?.number("y_coord") ?? 0);
  };
  const links = new Map<string, StreetLink>();
  for (const row of tables("link").values()) {
    if (!carriesVehicles(row)) continue;
    links.set(row.id, toStreetLink(row, { tables, units, note, placeOf, project }));
  }
  const others = tables("link").size - links.size;
  if (others > 0) {
    const sentence = `${others} links are for walking or cycling alone: they are left out, crosswalks of signals apart.`;
    note({ severity: "omitted", where: "link.csv, column allowed_uses", sentence });
  }
  return { links, placeOf };
}

function toStreetLink(
  row: GmnsRow,
  of: {
    readonly tables: GmnsTables;
    readonly units: GmnsUnits;
    readonly note: Note;
    readonly placeOf: GmnsStreets["placeOf"];
    readonly project: ReturnType<typeof createProjection>;
  },
): StreetLink {
  const { units, note } = of;
  const fromNode = row.text("from_node_id") ?? "";
  const toNode = row.text("to_node_id") ?? "";
  const line = lineOf(row, { from: of.placeOf(fromNode), to: of.placeOf(toNode) }, of.project);
  const assume = (column: string, sentence: string): void =>
    note({ severity: "assumption", where: row.place(column), sentence });
  const given = (row.number("length") ?? 0) * units.longM;
  const drawnM = line.slice(1).reduce((sum, it, at) => sum + distanceM(it, line[at] ?? it), 0);
  if (given === 0)
    assume("length", `Link ${row.id} has no length: ${Math.round(drawnM)} m are measured on the map.`);
  const speedMps = (row.number("free_speed") ?? 0) * units.speedMps;
  if (speedMps === 0) assume("free_speed", `Link ${row.id} has no speed: 30 mph are taken.`);
  if (row.text("directed") === "0") {
    assume("directed", `Link ${row.id} is undirected: it is taken from its first node to its second.`);
  }
  const [first = line[0], second = line[1]] = line;
  const before = line.at(-2);
  const last = line.at(-1);
  const lengthM = Math.max(1, Math.round((given === 0 ? drawnM : given) * 100) / 100);
  return {
    id: row.id,
    name: row.text("name"),
    fromNode,
    toNode,
    lengthM,
    speedLimitMps: Math.min(45, Math.round((speedMps === 0 ? DEFAULT_SPEED_MPS : speedMps) * 100) / 100),
    startDeg: first === undefined || second === undefined ? 0 : bearingDeg(first, second),
    endDeg: before === undefined || last === undefined ? 0 : bearingDeg(before, last),
    ...readLanes(row, { ...of, lengthM, toNode }),
  };
}

/** Lanes of the link, as the segments at its end change them. */
function readLanes(
  link: GmnsRow,
  of: {
    readonly tables: GmnsTables;
    readonly units: GmnsUnits;
    readonly note: Note;
    readonly lengthM: number;
    readonly toNode: string;
  },
): Pick<StreetLink, "lanes" | "startLanes" | "pocketsM"> {
  const { tables, units } = of;
  const ofLink = (it: GmnsRow): boolean => it.text("link_id") === link.id;
  const uses = new Map<number, boolean>();
  for (const lane of [...tables("lane").values()].filter(ofLink)) {
    uses.set(lane.number("lane_num") ?? 0, carriesVehicles(lane));
  }
  if (uses.size === 0) {
    for (let lane = 1; lane <= countLanes(link, of); lane += 1) uses.set(lane, true);
  }
  const startLanes = listVehicleLanes(uses);
  const pocketsM = new Map<number, number>();
  for (const segment of [...tables("segment").values()].filter(ofLink)) {
    const ends = [segment.number("start_lr") ?? 0, segment.number("end_lr") ?? 0].map(
      (it) => it * units.shortM,
    );
    const [startM = 0, endM = 0] = ends;
    const gapM = segment.text("ref_node_id") === of.toNode ? startM : of.lengthM - endM;
    if (gapM > REACH_M) continue;
    for (const lane of tables("segment_lane").values()) {
      if (lane.text("segment_id") !== segment.id) continue;
      const number = lane.number("lane_num") ?? 0;
      if (carriesVehicles(lane) && uses.get(number) !== true) pocketsM.set(number, Math.abs(endM - startM));
      uses.set(number, carriesVehicles(lane));
    }
  }
  return { lanes: listVehicleLanes(uses), startLanes, pocketsM };
}

/** From left to right. */
const listVehicleLanes = (uses: ReadonlyMap<number, boolean>): number[] =>
  [...uses]
    .flatMap(([lane, isForVehicles]) => (isForVehicles ? [lane] : []))
    .sort((a, b) => a - b)
    .slice(0, LANES_MAX);

/** Where no lane is listed: as many as the link says, else as many as its movements name. */
function countLanes(
  link: GmnsRow,
  { tables, note }: { readonly tables: GmnsTables; readonly note: Note },
): number {
  const given = link.number("lanes");
  if (given !== undefined && given > 0) return Math.min(LANES_MAX, Math.round(given));
  const named = [...tables("movement").values()].flatMap((it) => [
    ...(it.text("ib_link_id") === link.id
      ? [it.number("start_ib_lane") ?? 1, it.number("end_ib_lane") ?? 1]
      : []),
    ...(it.text("ob_link_id") === link.id
      ? [it.number("start_ob_lane") ?? 1, it.number("end_ob_lane") ?? 1]
      : []),
  ]);
  const count = Math.min(LANES_MAX, Math.max(1, ...named));
  const sentence = `Link ${link.id} has no lanes in the tables: ${count} are taken, as its movements name them.`;
  note({ severity: "assumption", where: link.place("lanes"), sentence });
  return count;
}
