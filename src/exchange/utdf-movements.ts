/**
 * Movements of one signal from the columns of the Lanes section (`NBT`, `SWR2`, …): lanes and sharing, saturation flows,
 * lost time, storage, the phases that serve them, and the volume that they carry.
 *
 * Synchro's Lost Time Adjust is start-up lost time minus the yellow that is used; ours is start-up lost time alone, so
 * 0 in the file is END_GAIN_S here.
 */
import type { Movement } from "../network/network.schema.ts";
import { END_GAIN_S } from "../traffic/discharge-windows.ts";
import { findNumber, toPlace } from "./utdf-file.ts";
import {
  findHost,
  type LaneGroupColumn,
  listColumns,
  listServing,
  noteLeftOut,
  type Serving,
} from "./utdf-lane-groups.ts";
import type { UtdfSource } from "./utdf-source.ts";
import type { Approach } from "./utdf-streets.ts";

export interface SignalMovement extends Serving {
  readonly movement: Movement;
  readonly approach: Approach;
  readonly destNode: string;
  readonly volumeVph: number;
}

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

function buildMovement(
  source: UtdfSource,
  node: string,
  input: {
    readonly column: LaneGroupColumn;
    readonly columns: readonly LaneGroupColumn[];
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

function findSaturationFlow(source: UtdfSource, node: string, group: LaneGroupColumn): number {
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
function findPermittedFlow(column: LaneGroupColumn, group: LaneGroupColumn): number | undefined {
  const record = column.turn === "right" && group !== column ? "SatFlow" : "SatFlowPerm";
  const given = findNumber(group.records, record, group.id);
  return given === undefined || given <= 0 || given > 12_000 ? undefined : given;
}

function noteUnserved(source: UtdfSource, node: string, column: LaneGroupColumn): void {
  source.note({
    severity: column.volumeVph > 0 ? "warning" : "omitted",
    node,
    where: toPlace("Lanes", "Phase1", column.records),
    sentence: `No phase serves ${column.id} of node ${node} (${column.volumeVph} veh/h): it is left out.`,
  });
}
