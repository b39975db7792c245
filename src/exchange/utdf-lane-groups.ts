/**
 * The columns of the Lanes section (`NBT`, `SWR2`, …) as lane groups: whose lanes they use and which phases serve them.
 *
 * Shared codes of a lane group: 0 none, 1 its lanes also serve the left turn, 2 the right turn, 3 both.
 * Phases: `Phase1…4` protected, `PermPhase1…4` permitted, −1 uncontrolled.
 * A turn in another's lanes and without phases of its own is permitted whenever those lanes move.
 */
import type { Movement } from "../network/network.schema.ts";
import { findNumber, findText, toPlace, type UtdfRecord } from "./utdf-file.ts";
import type { UtdfSource } from "./utdf-source.ts";
import type { Approach } from "./utdf-streets.ts";

export interface LaneGroupColumn {
  readonly id: string;
  readonly approach: Approach;
  readonly destNode: string;
  readonly turn: Movement["turn"];
  readonly lanes: number;
  readonly sharedCode: number;
  readonly volumeVph: number;
  readonly records: ReadonlyMap<string, UtdfRecord>;
}

export interface Serving {
  readonly protectedPhases: readonly number[];
  readonly permittedPhases: readonly number[];
  readonly uncontrolled: boolean;
}

export function listColumns(
  source: UtdfSource,
  node: string,
  approaches: readonly Approach[],
): LaneGroupColumn[] {
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

/** The lane group that a movement without lanes of its own uses; none: it is given a lane. */
export function findHost(
  source: UtdfSource,
  node: string,
  { column, columns }: { readonly column: LaneGroupColumn; readonly columns: readonly LaneGroupColumn[] },
): LaneGroupColumn | undefined {
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

export function listServing(
  source: UtdfSource,
  node: string,
  {
    column,
    host,
    columns,
  }: {
    readonly column: LaneGroupColumn;
    readonly host: LaneGroupColumn | undefined;
    readonly columns: readonly LaneGroupColumn[];
  },
): Serving {
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
    readonly column: LaneGroupColumn;
    readonly own: readonly number[];
    readonly host: LaneGroupColumn;
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

function readPhases({ records, id }: LaneGroupColumn): {
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

export function noteLeftOut(
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
