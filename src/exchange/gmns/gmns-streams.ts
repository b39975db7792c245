/** Approaches, movements, crossings and conflicts of one controller. */
import { type CrossingPlace, deriveConflicts } from "../../network/derive-conflicts.ts";
import { computeCrossingTimeS, US_STYLE } from "../../network/fixed-times.ts";
import type { Approach, Crossing, Link, Movement, Network } from "../../network/network.schema.ts";
import type { GmnsChains } from "./gmns-chains.ts";
import { bearingDeg, distanceM } from "./gmns-geometry.ts";
import type { GmnsStreets, StreetLink } from "./gmns-links.ts";
import type { Context, ControllerPlan, Served } from "./gmns-phases.ts";
import type { GmnsRow } from "./gmns-tables.ts";
import type { GmnsUnits } from "./gmns-units.ts";

export interface GmnsStreams {
  readonly approaches: readonly Approach[];
  readonly movements: readonly Movement[];
  readonly crossings: readonly Crossing[];
  readonly conflicts: readonly (readonly [string, string])[];
  /** Arriving and leaving. */
  readonly links: readonly Link[];
  /** The link of the tables on which an approach arrives. */
  readonly arrivals: ReadonlyMap<string, StreetLink>;
}

export interface StreamContext extends Context {
  readonly streets: GmnsStreets;
  readonly chains: GmnsChains;
  readonly units: GmnsUnits;
  readonly drivingSide: Network["drivingSide"];
}

/** Saturation flow of a lane and what turning leaves of it (HCM 2010, chapter 18: 1,900 veh/h; 0.95 left, 0.85 right). */
const LANE_FLOW_VPH = 1900;
const TURN_FACTOR = { left: 0.95, uTurn: 0.95, through: 1, right: 0.85 };
const FLOW_MAX_VPH = 12_000;
/** A crosswalk lies across the leg whose direction is within this of its own, degrees. */
const LEG_TOLERANCE_DEG = 60;

export const crossingIdOf = (linkId: string): string => `ped-${linkId}`;

export function buildStreams(plans: readonly ControllerPlan[], context: StreamContext): GmnsStreams {
  const served = plans.flatMap((plan) => plan.phases.flatMap((it) => it.serves));
  const nodeIds = new Set(
    served.flatMap(
      (it) =>
        context
          .tables("movement")
          .get(it.movementId ?? "")
          ?.text("node_id") ?? [],
    ),
  );
  const drafts = [...context.tables("movement").values()]
    .filter((it) => nodeIds.has(it.text("node_id") ?? ""))
    .flatMap((row) => toDraft(row, served, context) ?? []);
  const owners = assignLanes(drafts);
  const movements = drafts.map((it) => toMovement(it, owners, { context, served }));
  const arrivals = new Map(drafts.map((it) => [it.from.id, it.from]));
  const approaches = [...arrivals.values()].map((it) => ({
    id: it.id,
    linkId: context.chains.arriving(it).id,
    headingDeg: it.endDeg,
    gradeRatio: 0,
  }));
  const shape = {
    drivingSide: context.drivingSide,
    entries: approaches.map((it) => ({ approachId: it.id, headingDeg: it.headingDeg })),
    exits: drafts.map((it) => ({ linkId: context.chains.leaving(it.to).id, headingDeg: it.to.startDeg })),
    movements,
  };
  const walks = listCrossings(plans, { context, shape });
  const pairs = deriveConflicts({ ...shape, crossings: walks.flatMap((it) => it.places) });
  return {
    approaches,
    movements,
    crossings: walks.map((it) => it.crossing),
    conflicts: [...new Map(pairs.map((it) => [it.join(" "), it])).values()],
    links: [
      ...[...arrivals.values()].map(context.chains.arriving),
      ...drafts.map((it) => context.chains.leaving(it.to)),
    ],
    arrivals,
  };
}

interface Draft {
  readonly row: GmnsRow;
  readonly from: StreetLink;
  readonly to: StreetLink;
  readonly turn: Movement["turn"];
  readonly lanes: readonly number[];
}

/** None for a movement that no vehicle drives or no phase serves; each is reported. */
function toDraft(row: GmnsRow, served: readonly Served[], context: StreamContext): Draft | undefined {
  const { streets, note, faults } = context;
  const omit = (why: string): undefined => {
    const sentence = `Movement ${row.id}${row.text("name") === undefined ? "" : ` (${row.text("name")})`} ${why}: it is left out.`;
    note({ severity: "omitted", node: row.text("node_id") ?? "", where: row.place("mvmt_id"), sentence });
    return undefined;
  };
  const from = streets.links.get(row.text("ib_link_id") ?? "");
  const to = streets.links.get(row.text("ob_link_id") ?? "");
  if (from === undefined || to === undefined) return omit("is on links for walking or cycling");
  const lanes = listLanes(row, "ib", from);
  if (lanes.length === 0 || listLanes(row, "ob", to).length === 0)
    return omit("is on lanes for cycling or parking");
  const node = row.text("node_id");
  for (const [column, end] of [
    ["ib_link_id", from.toNode],
    ["ob_link_id", to.fromNode],
  ] as const) {
    if (end === node) continue;
    faults.push({
      path: row.place(column),
      message: `link ${row.text(column)} is not connected to node ${node} at that end`,
    });
  }
  if (!served.some((it) => it.movementId === row.id)) return omit("has no phase in any plan");
  return { row, from, to, lanes, turn: readTurn(row, { from, to, context }) };
}

/** The lanes for vehicles that a movement uses; all of them where it names none. */
function listLanes(row: GmnsRow, side: "ib" | "ob", link: StreetLink): number[] {
  const start = row.number(`start_${side}_lane`);
  const lanes = side === "ib" ? link.lanes : link.startLanes;
  if (start === undefined) return [...lanes];
  const end = row.number(`end_${side}_lane`) ?? start;
  return lanes.filter((it) => it >= Math.min(start, end) && it <= Math.max(start, end));
}

function readTurn(
  row: GmnsRow,
  {
    from,
    to,
    context,
  }: { readonly from: StreetLink; readonly to: StreetLink; readonly context: StreamContext },
): Movement["turn"] {
  const type = (row.text("type") ?? "").toLowerCase().replace(/[^a-z]/g, "");
  if (type === "left" || type === "right") return type;
  if (type === "thru" || type === "through") return "through";
  if (type === "uturn") return "uTurn";
  const turnedDeg = ((to.startDeg - from.endDeg + 540) % 360) - 180;
  const turn =
    Math.abs(turnedDeg) < 45
      ? "through"
      : Math.abs(turnedDeg) > 150
        ? "uTurn"
        : turnedDeg < 0
          ? "left"
          : "right";
  const sentence = `The type ${row.text("type")} of movement ${row.id} is none of left, thru, right, uturn: by its directions it is taken as ${turn}.`;
  context.note({ severity: "assumption", where: row.place("type"), sentence });
  return turn;
}

/** Each lane belongs to one movement: straight on before left before right. */
function assignLanes(drafts: readonly Draft[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const turn of ["through", "left", "right", "uTurn"] as const) {
    for (const { row, from, lanes } of drafts.filter((it) => it.turn === turn)) {
      for (const lane of lanes) {
        const key = `${from.id} ${lane}`;
        if (!owners.has(key)) owners.set(key, row.id);
      }
    }
  }
  return owners;
}

function toMovement(
  { row, from, to, turn, lanes }: Draft,
  owners: ReadonlyMap<string, string>,
  { context, served }: { readonly context: StreamContext; readonly served: readonly Served[] },
): Movement {
  const own = lanes.filter((it) => owners.get(`${from.id} ${it}`) === row.id).slice(0, 8);
  const shared = own.length > 0 ? undefined : owners.get(`${from.id} ${lanes[0]}`);
  const capacityVph = row.number("capacity");
  const flowVph = Math.round(Math.max(1, own.length) * LANE_FLOW_VPH * TURN_FACTOR[turn]);
  const pocketsM = own.flatMap((it) => from.pocketsM.get(it) ?? []);
  if (!capacityVph) {
    const sentence = `Movements without a capacity have ${LANE_FLOW_VPH} veh/h per lane, × 0.95 turning left, × 0.85 turning right.`;
    context.note({ severity: "assumption", where: "movement.csv, column capacity", sentence });
  }
  return {
    id: row.id,
    approachId: from.id,
    toLinkId: context.chains.leaving(to).id,
    turn,
    lanes: own.length,
    ...(shared === undefined ? {} : { sharesLanesOf: shared }),
    saturationFlowVph: Math.min(FLOW_MAX_VPH, capacityVph || flowVph),
    startupLostTimeS: 2,
    ...(own.length > 0 && pocketsM.length === own.length
      ? { storageM: Math.round(Math.min(...pocketsM)) }
      : {}),
    rightTurnOnRed: served.some((it) => it.movementId === row.id && it.right === "onRed"),
    flashingYellowArrow: false,
  };
}

type Legs = Pick<Parameters<typeof deriveConflicts>[0], "entries" | "exits">;

function listCrossings(
  plans: readonly ControllerPlan[],
  of: { readonly context: StreamContext; readonly shape: Legs },
): { crossing: Crossing; places: CrossingPlace[] }[] {
  const rows = new Map<string, GmnsRow[]>();
  for (const phase of plans.flatMap((it) => it.phases)) {
    for (const { linkId } of phase.serves) {
      if (linkId !== undefined) rows.set(linkId, [...(rows.get(linkId) ?? []), phase.row]);
    }
  }
  return [...rows].map(([linkId, phases]) => toCrossing(linkId, phases, of));
}

function toCrossing(
  linkId: string,
  phases: readonly GmnsRow[],
  { context, shape }: { readonly context: StreamContext; readonly shape: Legs },
): { crossing: Crossing; places: CrossingPlace[] } {
  const { tables, streets, units, note } = context;
  const link = tables("link").get(linkId);
  const ends = ["from_node_id", "to_node_id"].map((it) => link?.text(it) ?? "");
  const [one, other] = ends.map(streets.placeOf);
  const center = streets.placeOf(
    ends.flatMap((it) => tables("node").get(it)?.text("parent_node_id") ?? [])[0] ?? "",
  );
  const middle = { xM: ((one?.xM ?? 0) + (other?.xM ?? 0)) / 2, yM: ((one?.yM ?? 0) + (other?.yM ?? 0)) / 2 };
  const legDeg = bearingDeg(center, middle);
  const entry = nearest(
    shape.entries.map((it) => ({ ...it, legDeg: (it.headingDeg + 180) % 360 })),
    legDeg,
  );
  const exit = nearest(
    shape.exits.map((it) => ({ legDeg: it.headingDeg })),
    legDeg,
  );
  const id = crossingIdOf(linkId);
  const lengthM = (link?.number("length") ?? 0) * units.longM || (one && other ? distanceM(one, other) : 0);
  const longest = (column: string): number => Math.max(0, ...phases.map((it) => it.number(column) ?? 0));
  const walkS = longest("walk_time") || US_STYLE.walkS;
  const clearanceS = longest("ped_clearance") || computeCrossingTimeS(lengthM, US_STYLE.walkingMps);
  const assume = (sentence: string): void =>
    note({ severity: "assumption", where: link?.place("link_id") ?? "link.csv", sentence });
  assume(
    "People at crosswalks are served in every cycle; the longest walk and clearance of all plans are taken.",
  );
  if (longest("walk_time") === 0 || longest("ped_clearance") === 0) {
    assume(
      `Crosswalk ${linkId} has no walk time or clearance in its phase: ${walkS} s and ${clearanceS} s are taken.`,
    );
  }
  if (entry === undefined && exit === undefined) {
    const sentence = `Crosswalk ${linkId} lies across no leg: no conflict with vehicles is known.`;
    note({ severity: "warning", where: link?.place("link_id") ?? "link.csv", sentence });
  }
  return {
    crossing: {
      id,
      mode: "pedestrian",
      ...(entry === undefined ? {} : { approachId: entry.approachId }),
      lengthM: Math.min(80, Math.max(1, Math.round(lengthM * 100) / 100)),
      walkS,
      clearanceS,
      service: "recall",
    },
    places: [
      ...(entry === undefined ? [] : [{ id, legDeg: entry.legDeg, spans: "leg" as const }]),
      ...(exit === undefined ? [] : [{ id, legDeg: exit.legDeg, spans: "exit" as const }]),
    ],
  };
}

function nearest<Leg extends { readonly legDeg: number }>(
  legs: readonly Leg[],
  deg: number,
): Leg | undefined {
  const apart = (leg: Leg): number => Math.abs(((leg.legDeg - deg + 540) % 360) - 180);
  const found = [...legs].sort((a, b) => apart(a) - apart(b))[0];
  return found !== undefined && apart(found) <= LEG_TOLERANCE_DEG ? found : undefined;
}
