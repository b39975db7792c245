/**
 * Movements of one signal from the columns of the Lanes section (`NBT`, `SWR2`, …): lanes and sharing, saturation flows,
 * lost time, storage, the phases that serve them, and the volume that they carry.
 *
 * Shared codes of a lane group: 0 none, 1 its lanes also serve the left turn, 2 the right turn, 3 both.
 * Phases: `Phase1…4` protected, `PermPhase1…4` permitted, −1 uncontrolled.
 * A turn in another's lanes and without phases of its own is permitted whenever those lanes move.
 */
import type { Movement } from "../network/network.schema.ts";
import { findNumber, findText, toPlace, type UtdfRecord } from "./utdf-file.ts";
import type { UtdfSource } from "./utdf-source.ts";
import type { Approach } from "./utdf-streets.ts";

export interface SignalMovement {
  readonly movement: Movement;
  readonly approach: Approach;
  readonly destNode: string;
  readonly volumeVph: number;
  readonly protectedPhases: readonly number[];
  readonly permittedPhases: readonly number[];
  readonly uncontrolled: boolean;
}

interface Column {
  readonly id: string;
  readonly approach: Approach;
  readonly destNode: string;
  readonly turn: Movement["turn"];
  readonly lanes: number;
  readonly sharedCode: number;
  readonly volumeVph: number;
  readonly records: ReadonlyMap<string, UtdfRecord>;
}

/**
 * HCM 2000 (chapter 16) counts by default 2 s of start-up lost time against 2 s of yellow that is used; Synchro's Lost Time Adjust
 * is start-up lost time minus that extension, so 0 in the file is 2 s here.
 */
const END_GAIN_S = 2;
const DEFAULT_IDEAL_FLOW_VPH = 1900;
/** HCM 2000 (chapter 16): adjustment of saturation flow for turns from exclusive lanes. */
const TURN_FACTOR = { left: 0.95, uTurn: 0.95, through: 1, right: 0.85 };
/** More than this is implausible at a stop line, veh/h per lane. */
const MAX_LANE_FLOW_VPH = 2000;

export function listMovements(
  source: UtdfSource,
  node: string,
  context: { readonly approaches: readonly Approach[]; readonly toLinkId: (destNode: string) => string },
): SignalMovement[] {
  const columns = listColumns(source, node, context.approaches);
  const built = columns.flatMap((column) => {
    const movement = buildMovement(source, node, { column, columns, toLinkId: context.toLinkId });
    return movement === undefined ? [] : [movement];
  });
  return built.filter(({ movement, volumeVph }) => {
    const host = movement.sharesLanesOf;
    if (host === undefined || built.some((it) => it.movement.id === host)) return true;
    noteLeftOut(source, node, {
      id: movement.id,
      volumeVph,
      reason: `has only the lanes of ${host}, which is left out`,
    });
    return false;
  });
}

/** One warning for each lane group that carries more than its lanes can. */
export function noteImplausibleFlows(
  source: UtdfSource,
  node: string,
  movements: readonly SignalMovement[],
): void {
  for (const { movement, volumeVph } of movements) {
    if (movement.lanes === 0) continue;
    const sharing = movements.filter((it) => it.movement.sharesLanesOf === movement.id);
    const groupVph = sharing.reduce((sum, it) => sum + it.volumeVph, volumeVph);
    if (groupVph / movement.lanes <= MAX_LANE_FLOW_VPH) continue;
    const others =
      sharing.length === 0 ? "" : ` (${groupVph.toLocaleString("en-US")} with the turns in its lanes)`;
    source.note({
      severity: "warning",
      node,
      where: toPlace("Lanes", "Volume", source.file.lanes.get(node)),
      sentence: `${movement.id} of node ${node} carries ${volumeVph.toLocaleString("en-US")} veh/h${others} on ${movement.lanes} lanes: more than ${MAX_LANE_FLOW_VPH.toLocaleString("en-US")} veh/h per lane is implausible. It is taken as it stands.`,
    });
  }
}

function listColumns(source: UtdfSource, node: string, approaches: readonly Approach[]): Column[] {
  const records = source.file.lanes.get(node) ?? new Map();
  const names = new Set([...records.values()].flatMap((record: UtdfRecord) => [...record.keys()]));
  return [...names].flatMap((id) => {
    const match = /^([NSEW]B|[NS][EW])([LTRU])2?$/.exec(id);
    if (match === null) {
      if (["PED", "HOLD"].includes(id)) noteSpecialColumn(source, node, id);
      return [];
    }
    const destNode = findText(records, "Dest Node", id);
    const approach = approaches.find((it) => it.leg.direction === match[1]);
    const volumeVph = Math.max(0, findNumber(records, "Volume", id) ?? 0);
    if (destNode === undefined || approach === undefined || volumeVph > 20_000) {
      const isUsed = volumeVph > 0 || findNumber(records, "Lanes", id) !== undefined;
      const reason =
        destNode === undefined ? "leads nowhere" : "comes from no link, or its volume is no volume";
      if (isUsed) noteLeftOut(source, node, { id, volumeVph, reason });
      return [];
    }
    return [
      {
        id,
        approach,
        destNode,
        turn: toTurn(match[2] ?? "T", destNode === approach.leg.upNode),
        lanes: Math.min(8, Math.max(0, Math.round(findNumber(records, "Lanes", id) ?? 0))),
        sharedCode: findNumber(records, "Shared", id) ?? 0,
        volumeVph,
        records,
      },
    ];
  });
}

function toTurn(letter: string, goesBack: boolean): Movement["turn"] {
  if (letter === "U" || goesBack) return "uTurn";
  if (letter === "L") return "left";
  return letter === "R" ? "right" : "through";
}

function buildMovement(
  source: UtdfSource,
  node: string,
  input: {
    readonly column: Column;
    readonly columns: readonly Column[];
    readonly toLinkId: (destNode: string) => string;
  },
): SignalMovement | undefined {
  const { column } = input;
  const host = column.lanes > 0 ? column : findHost(source, node, input);
  const phases = listServing(source, node, { column, host, columns: input.columns });
  const { records, id } = column;
  const lanes = host === undefined ? 1 : column.lanes;
  const storageM = (findNumber(records, "Storage", id) ?? 0) * source.unitM;
  const lostTimeAdjustS =
    findNumber(records, "Lost Time Adjust", id) ?? findNumber(source.file.settings, "LostTimeAdjust") ?? 0;
  const rightTurnOnRed = column.turn === source.drivingSide && findNumber(records, "Allow RTOR", id) === 1;
  if (
    phases.protectedPhases.length + phases.permittedPhases.length === 0 &&
    !phases.uncontrolled &&
    !rightTurnOnRed
  ) {
    noteUnserved(source, node, column);
    return undefined;
  }
  const saturationFlowVph = findSaturationFlow(source, node, host ?? column);
  const movement: Movement = {
    id,
    approachId: column.approach.leg.direction,
    toLinkId: input.toLinkId(column.destNode),
    turn: column.turn,
    lanes,
    ...(lanes > 0 || host === undefined ? {} : { sharesLanesOf: host.id }),
    saturationFlowVph,
    ...(phases.permittedPhases.length + Number(phases.uncontrolled) === 0
      ? {}
      : { permittedSaturationFlowVph: findPermittedFlow(column, host ?? column) ?? saturationFlowVph }),
    startupLostTimeS: Math.min(10, Math.max(0, END_GAIN_S + lostTimeAdjustS)),
    ...(storageM > 0 && lanes > 0 ? { storageM } : {}),
    rightTurnOnRed,
    flashingYellowArrow: false,
  };
  return {
    movement,
    approach: column.approach,
    destNode: column.destNode,
    volumeVph: column.volumeVph,
    ...phases,
  };
}

/** The lane group that a movement without lanes of its own uses; none: it is given a lane. */
function findHost(
  source: UtdfSource,
  node: string,
  { column, columns }: { readonly column: Column; readonly columns: readonly Column[] },
): Column | undefined {
  const hosts = columns.filter((it) => it.approach === column.approach && it.lanes > 0);
  const towardRight = column.turn === "right";
  const declared = hosts.find((it) => it.sharedCode === 3 || it.sharedCode === (towardRight ? 2 : 1));
  const host = declared ?? hosts.find((it) => it.turn === "through") ?? hosts[0];
  if (declared === undefined) {
    source.note({
      severity: "repair",
      node,
      where: toPlace("Lanes", "Shared", column.records),
      sentence: `${column.id} of node ${node} has no lanes and no group shares its lanes with it: ${
        host === undefined ? "one lane is taken" : `it is taken to share those of ${host.id}`
      }.`,
    });
  }
  return host;
}

function listServing(
  source: UtdfSource,
  node: string,
  {
    column,
    host,
    columns,
  }: { readonly column: Column; readonly host: Column | undefined; readonly columns: readonly Column[] },
): Pick<SignalMovement, "protectedPhases" | "permittedPhases" | "uncontrolled"> {
  const own = readPhases(column);
  const isHosted = host !== undefined && host !== column;
  if (own.all.length > 0 || own.uncontrolled) {
    if (isHosted) noteBlocked(source, node, { column, own: own.all, host, carrier: readPhases(host).all });
    return { protectedPhases: own.protected, permittedPhases: own.permitted, uncontrolled: own.uncontrolled };
  }
  const lender = isHosted
    ? host
    : columns.find(
        (it) => it.approach === column.approach && it.turn === "through" && it !== column && it.lanes > 0,
      );
  const inherited =
    lender === undefined
      ? { all: [], protected: [], permitted: [], uncontrolled: false }
      : readPhases(lender);
  if (!isHosted && inherited.all.length > 0) {
    source.note({
      severity: "repair",
      node,
      where: toPlace("Lanes", "Phase1", column.records),
      sentence: `No phase serves ${column.id} of node ${node} (${column.volumeVph} veh/h): it is taken as permitted in those of ${lender?.id}.`,
    });
  }
  const isThrough = column.turn === "through";
  return {
    protectedPhases: isThrough ? inherited.protected : [],
    permittedPhases: isThrough ? inherited.permitted : inherited.all,
    uncontrolled: inherited.uncontrolled,
  };
}

/** A turn with phases of its own in a lane that also moves in others: turning vehicles block that lane there. */
function noteBlocked(
  source: UtdfSource,
  node: string,
  of: {
    readonly column: Column;
    readonly own: readonly number[];
    readonly host: Column;
    readonly carrier: readonly number[];
  },
): void {
  const blocked = of.carrier.filter((it) => !of.own.includes(it));
  if (blocked.length === 0) return;
  source.note({
    severity: "warning",
    node,
    where: toPlace("Lanes", "Phase1", of.column.records),
    sentence: `${of.column.id} of node ${node} uses lanes of ${of.host.id}, which move in phase ${blocked.join(", ")} without it: turning vehicles block them there.`,
  });
}

function readPhases({ records, id }: Column): {
  protected: number[];
  permitted: number[];
  all: number[];
  uncontrolled: boolean;
} {
  const read = (name: string): number[] =>
    [1, 2, 3, 4].flatMap((at) => findNumber(records, `${name}${at}`, id) ?? []);
  const given = read("Phase");
  const served = given.filter((it) => it > 0);
  const permitted = read("PermPhase").filter((it) => it > 0 && !served.includes(it));
  return {
    protected: served,
    permitted,
    all: [...served, ...permitted],
    uncontrolled: given.includes(-1),
  };
}

function findSaturationFlow(source: UtdfSource, node: string, group: Column): number {
  const given = findNumber(group.records, "SatFlow", group.id) ?? 0;
  if (given > 0 && given <= 12_000) return given;
  const ideal =
    findNumber(group.records, "IdealFlow", group.id) ??
    findNumber(source.file.settings, "DefFlow") ??
    DEFAULT_IDEAL_FLOW_VPH;
  const perLane = ideal > 0 && ideal <= 4000 ? ideal : DEFAULT_IDEAL_FLOW_VPH;
  const flowVph = Math.min(12_000, Math.round(perLane * TURN_FACTOR[group.turn]) * Math.max(1, group.lanes));
  source.note({
    severity: "assumption",
    node,
    where: toPlace("Lanes", "SatFlow", group.records),
    sentence: `${group.id} of node ${node} has no saturation flow: ${flowVph} veh/h are taken from the ideal flow.`,
  });
  return flowVph;
}

/** Turns across a kerb in shared lanes run at the lanes' rate; left turns at the permitted rate of the group. */
function findPermittedFlow(column: Column, group: Column): number | undefined {
  const record = column.turn === "right" && group !== column ? "SatFlow" : "SatFlowPerm";
  const given = findNumber(group.records, record, group.id);
  return given === undefined || given <= 0 || given > 12_000 ? undefined : given;
}

function noteSpecialColumn(source: UtdfSource, node: string, id: string): void {
  const records = source.file.lanes.get(node);
  const used = [...(records ?? [])].filter(([, record]) => (record.get(id)?.text ?? "") !== "");
  if (used.length === 0) return;
  source.note({
    severity: "omitted",
    node,
    where: toPlace("Lanes", used[0]?.[0] ?? "", records),
    sentence: `Column ${id} of node ${node} is filled (${used.map(([name]) => name).join(", ")}): it is not read.`,
  });
}

function noteLeftOut(
  source: UtdfSource,
  node: string,
  column: { readonly id: string; readonly volumeVph: number; readonly reason: string },
): void {
  source.note({
    severity: "omitted",
    node,
    where: toPlace("Lanes", "Dest Node", source.file.lanes.get(node)),
    sentence: `${column.id} of node ${node} (${column.volumeVph} veh/h) ${column.reason}: it is left out.`,
  });
}

function noteUnserved(source: UtdfSource, node: string, column: Column): void {
  source.note({
    severity: column.volumeVph > 0 ? "warning" : "omitted",
    node,
    where: toPlace("Lanes", "Phase1", column.records),
    sentence: `No phase serves ${column.id} of node ${node} (${column.volumeVph} veh/h): it is left out.`,
  });
}
