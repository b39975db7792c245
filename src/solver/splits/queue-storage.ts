/**
 * Where the queue of a lane group stands: in its turn bay, or in its lanes' share of the link. A full link stands in the
 * junction behind it, where there is one; a full bay stands before the other lanes of its own approach.
 */
import { getLink, type NetworkIndex } from "../../network/find.ts";
import { JAM_SPACING_M } from "../../traffic/forward/forward-street.ts";
import { storageOf } from "../../traffic/forward/transmission-state.ts";
import type { LaneGroup } from "../../traffic/lane-group.ts";
import type { QueueStorage } from "./split-problem.ts";

/** `laneGroups`: all of the intersection. */
export function storageOfGroup(
  index: NetworkIndex,
  group: LaneGroup,
  laneGroups: readonly LaneGroup[],
): QueueStorage {
  const bayVeh = bayOf(group);
  if (bayVeh !== undefined) return { storageVeh: bayVeh, blocksJunction: false };
  const link = getLink(index, group.linkId);
  let lanes = 0;
  for (const it of laneGroups) if (it.linkId === group.linkId && bayOf(it) === undefined) lanes += it.lanes;
  return {
    storageVeh: (storageOf(link) * group.lanes) / lanes,
    blocksJunction: link.from !== undefined,
  };
}

/** The bay of the movement that owns the lanes, vehicles. */
function bayOf({ lanes, members }: LaneGroup): number | undefined {
  const bayM = members.find((it) => it.movement.lanes > 0)?.movement.storageM;
  return bayM === undefined ? undefined : (lanes * bayM) / JAM_SPACING_M;
}
