/**
 * How many vehicles fit where a lane group queues: in its turn bay, or in its lanes' share of the link.
 *
 * Lane groups without a bay divide the storage of their link by their lanes. A bay that is as long as the link is a lane
 * of it.
 * Limits: what spills out of a bay is not counted in the lane that it then blocks.
 */
import { linkStorageVeh, QUEUE_SPACING_M } from "../network/find.ts";
import type { Link } from "../network/network.schema.ts";

interface QueueingLanes {
  readonly linkId: string;
  readonly lanes: number;
  /** Length of the turn bay of the movement that owns the lanes, if it has one. */
  readonly bayM: number | undefined;
}

/** `groups`: all lane groups of the intersection. A full bay stands before the other lanes of its approach. */
export function storageOf(
  link: Link,
  group: QueueingLanes,
  groups: readonly QueueingLanes[],
): { readonly storageVeh: number; readonly isBay: boolean } {
  const { lanes, bayM } = group;
  if (bayM !== undefined && bayM < link.lengthM) {
    return { storageVeh: (lanes * bayM) / QUEUE_SPACING_M, isBay: true };
  }
  let sharing = 0;
  for (const it of groups) {
    if (it.linkId === link.id && (it.bayM === undefined || it.bayM >= link.lengthM)) sharing += it.lanes;
  }
  return { storageVeh: (linkStorageVeh(link) * lanes) / sharing, isBay: false };
}
