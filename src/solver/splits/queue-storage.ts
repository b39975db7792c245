/**
 * Where the queue of a lane group stands: in its turn bay, or in its lanes' share of the link. A full link stands in the
 * junction behind it, where there is one; a full bay stands before the other lanes of its own approach.
 */
import { getLink, type NetworkIndex, storageOfBayVeh, storageOfLinkVeh } from "../../network/find.ts";
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
    storageVeh: (storageOfLinkVeh(link) * group.lanes) / lanes,
    blocksJunction: link.from !== undefined,
  };
}

/** The bay of the movement that owns the lanes, vehicles. */
const bayOf = ({ members }: LaneGroup): number | undefined => {
  const owner = members.find((it) => it.movement.lanes > 0);
  return owner === undefined ? undefined : storageOfBayVeh(owner.movement);
};
