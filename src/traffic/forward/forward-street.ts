/**
 * The street as the forward models see it: lane groups, the links that they queue on and lead into, and where traffic
 * joins. Compiled once for a network and its flows; shares no code with traffic/flow-network.ts.
 *
 * A link carries what the movements at its end are asked to carry. Of what its feeders bring, the part `keptRatio` gets
 * there (the rest leaves along the way); what they do not bring joins at an even rate.
 */
import { known } from "../../errors.ts";
import { getIntersection, getLink, type NetworkIndex, runningSpeedOf } from "../../network/find.ts";
import type { Intersection, Link } from "../../network/network.schema.ts";
import { type FlowOfMovement, groupFlows, groupInitialQueues } from "../evaluate-plan.ts";
import { buildLaneGroups, type LaneGroup } from "../lane-group.ts";

export interface ForwardStreet {
  readonly intersections: readonly Intersection[];
  readonly groups: readonly StreetGroup[];
  /** Links that end at one of the intersections and carry traffic. */
  readonly links: readonly StreetLink[];
}

export interface StreetGroup {
  readonly laneGroup: LaneGroup;
  /** Position of its intersection. */
  readonly at: number;
  /** Position of the link that it queues on. */
  readonly link: number;
  /** Part of the link's traffic that comes for it, 0…1. */
  readonly linkRatio: number;
  /** Vehicles that its turn bay holds; Infinity: its lanes run the whole link. */
  readonly bayVeh: number;
}

export interface StreetLink {
  readonly link: Link;
  readonly to: number;
  readonly travelTimeS: number;
  /** Robertson's α and β. */
  readonly spread: number;
  readonly firstVehicleRatio: number;
  readonly flowVph: number;
  /** Lane groups upstream, with their flow into this link; all are at the intersection `from`. */
  readonly feeders: readonly { readonly group: number; readonly flowVph: number }[];
  readonly from: number | undefined;
  /** Part of the feeders' traffic that reaches the stop line, and flow that joins on the way. */
  readonly keptRatio: number;
  readonly joiningVph: number;
  /** Lane groups at its end. */
  readonly groups: readonly number[];
}

/** Space of one standing vehicle, front to front, m (HCM 2010: 25 ft). */
export const JAM_SPACING_M = 7.6;

/** Intersections that are not listed are the boundary; several entries of one movement add up. */
export function buildForwardStreet(input: {
  readonly index: NetworkIndex;
  readonly flows: readonly FlowOfMovement[];
  readonly intersectionIds: readonly string[];
}): ForwardStreet {
  const { index } = input;
  const flows = groupFlows(input.flows);
  const initialQueues = groupInitialQueues(input.flows);
  const nothing = new Map<string, number>();
  const intersections = input.intersectionIds.map((id) => getIntersection(index, id));
  const atStopLines = intersections.flatMap((intersection, at) =>
    buildLaneGroups({
      index,
      intersection,
      flows: flows.get(intersection.id) ?? nothing,
      initialQueues: initialQueues.get(intersection.id) ?? nothing,
    }).map((laneGroup) => ({ laneGroup, at })),
  );
  const links = listLinks(index, atStopLines);
  const positions = new Map(links.map((it, position) => [it.link.id, position]));
  const groups = atStopLines.map(({ laneGroup, at }) => {
    const position = known(positions.get(laneGroup.linkId), `link ${laneGroup.linkId}`);
    const { flowVph } = known(links[position], `link ${laneGroup.linkId}`);
    return {
      laneGroup,
      at,
      link: position,
      linkRatio: flowVph > 0 ? laneGroup.flowVph / flowVph : 0,
      bayVeh: laneGroup.isBay ? laneGroup.storageVeh : Number.POSITIVE_INFINITY,
    };
  });
  return { intersections, groups, links };
}

function listLinks(
  index: NetworkIndex,
  atStopLines: readonly { readonly laneGroup: LaneGroup; readonly at: number }[],
): StreetLink[] {
  const ends = new Map<string, { to: number; groups: number[]; flowVph: number }>();
  const feeders = new Map<string, { group: number; flowVph: number }[]>();
  for (const [group, { laneGroup, at }] of atStopLines.entries()) {
    const end = ends.get(laneGroup.linkId) ?? { to: at, groups: [], flowVph: 0 };
    ends.set(laneGroup.linkId, end);
    end.groups.push(group);
    end.flowVph += laneGroup.flowVph;
    for (const { movement, flowVph } of laneGroup.members) {
      if (flowVph === 0) continue;
      const list = feeders.get(movement.toLinkId) ?? [];
      feeders.set(movement.toLinkId, list);
      list.push({ group, flowVph });
    }
  }
  return [...ends].map(([linkId, { to, groups, flowVph }]) => {
    const link = getLink(index, linkId);
    const feeding = feeders.get(linkId) ?? [];
    const broughtVph = feeding.reduce((sum, it) => sum + it.flowVph, 0);
    return {
      link,
      to,
      from: atStopLines[feeding[0]?.group ?? -1]?.at,
      travelTimeS: link.lengthM / runningSpeedOf(link),
      spread: link.platoonDispersion?.spread ?? 0.35,
      firstVehicleRatio: link.platoonDispersion?.lagRatio ?? 0.8,
      feeders: feeding,
      keptRatio: broughtVph > flowVph ? flowVph / broughtVph : 1,
      joiningVph: Math.max(0, flowVph - broughtVph),
      flowVph,
      groups,
    };
  });
}
