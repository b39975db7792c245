/**
 * Which lane group feeds which link: the part of the cyclic flow profile that depends on the network and its flows
 * alone, compiled once and used for every plan.
 *
 * A link's traffic at its stop line is what the movements of its approach carry. Upstream members that lead into the
 * link bring platoons: each its flow, scaled down together when they bring more than leaves (loss to side streets); what
 * they do not bring comes from between, at an even rate. What a plan lets through of it is the business of
 * link-profile.ts.
 *
 * Limits: a vehicle's turn downstream does not depend on where it came from.
 */
import { known } from "../errors.ts";
import { getIntersection, getLink, type NetworkIndex, runningSpeedOf } from "../network/find.ts";
import type { Intersection } from "../network/network.schema.ts";
import { ANALYSIS_PERIOD_H } from "./hcm-delay.ts";
import { buildLaneGroups, type LaneGroup } from "./lane-group.ts";
import { MODERATE_FRICTION, type PlatoonDispersion } from "./platoon-dispersion.ts";

export interface FlowNetwork {
  readonly members: readonly FlowMember[];
  readonly groups: readonly LaneGroup[];
  /** Links between members, ordered so that a link comes after those that feed it, as far as there are no loops. */
  readonly links: readonly FlowLink[];
  /** How long the demand lasts, h. */
  readonly periodH: number;
}

export interface FlowMember {
  readonly intersection: Intersection;
  /** Positions of its lane groups in `groups`: [firstGroup, endGroup). */
  readonly firstGroup: number;
  readonly endGroup: number;
  /** Those of its lane groups that no link of this network ends in: their traffic comes from outside. */
  readonly boundaryGroups: readonly number[];
  /** Positions in `links` of the links that arrive here and that leave from here. */
  readonly arriving: readonly number[];
  readonly leaving: readonly number[];
}

export interface FlowLink {
  readonly linkId: string;
  readonly from: number;
  readonly to: number;
  readonly travelTimeS: number;
  readonly dispersion: PlatoonDispersion;
  /** Lane groups upstream, each with the part of this link's traffic that it brings, and the part of its own that comes here, 0…1. */
  readonly feeders: readonly { readonly group: number; readonly ratio: number; readonly share: number }[];
  /** The part that joins at an even rate, 0…1. */
  readonly evenRatio: number;
  /** Lane groups downstream that this link ends in. */
  readonly fed: readonly number[];
  /** Positions of the links that those lane groups feed. */
  readonly leadsTo: readonly number[];
}

/**
 * Compiles the given intersections; all others are the boundary, whence traffic arrives at an even rate. Flows (veh/h) and
 * queues at the start (vehicles; absent: none) are given by intersection and movement. `periodH`: how long they last; absent: a
 * quarter of an hour.
 */
export function buildFlowNetwork(input: {
  readonly index: NetworkIndex;
  readonly flows: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly initialQueues?: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly intersectionIds: readonly string[];
  readonly periodH?: number;
}): FlowNetwork {
  const groups: LaneGroup[] = [];
  const spans = input.intersectionIds.map((id) => {
    const intersection = getIntersection(input.index, id);
    const firstGroup = groups.length;
    const initialQueues = input.initialQueues?.get(id);
    groups.push(
      ...buildLaneGroups({
        index: input.index,
        intersection,
        flows: input.flows.get(id) ?? new Map(),
        ...(initialQueues === undefined ? {} : { initialQueues }),
      }),
    );
    return { intersection, firstGroup, endGroup: groups.length };
  });
  const sorted = sortUpstreamFirst(listLinks(input.index, spans, groups));
  const arriving = positionsBy(sorted, (it) => it.to);
  const leaving = positionsBy(sorted, (it) => it.from);
  const links = sorted.map((link) => ({
    ...link,
    leadsTo: (leaving.get(link.to) ?? []).filter((position) =>
      known(sorted[position], "link").feeders.some(({ group }) => link.fed.includes(group)),
    ),
  }));
  const isFed = new Uint8Array(groups.length);
  for (const link of sorted) for (const group of link.fed) isFed[group] = 1;
  const members = spans.map((span, position) => ({
    ...span,
    boundaryGroups: listPositions(span).filter((it) => isFed[it] === 0),
    arriving: arriving.get(position) ?? [],
    leaving: leaving.get(position) ?? [],
  }));
  return { members, groups, links, periodH: input.periodH ?? ANALYSIS_PERIOD_H };
}

type UnlinkedFlowLink = Omit<FlowLink, "leadsTo">;

interface Span {
  readonly intersection: Intersection;
  readonly firstGroup: number;
  readonly endGroup: number;
}

const listPositions = ({ firstGroup, endGroup }: Span): number[] =>
  Array.from({ length: endGroup - firstGroup }, (_, at) => firstGroup + at);

function listLinks(
  index: NetworkIndex,
  spans: readonly Span[],
  groups: readonly LaneGroup[],
): Omit<FlowLink, "leadsTo">[] {
  const fedBy = new Map<string, { to: number; fed: number[]; flowVph: number }>();
  for (const [to, { firstGroup, endGroup }] of spans.entries()) {
    for (let group = firstGroup; group < endGroup; group++) {
      const { linkId, flowVph } = known(groups[group], `lane group ${group}`);
      const arrival = fedBy.get(linkId) ?? { to, fed: [], flowVph: 0 };
      arrival.fed.push(group);
      arrival.flowVph += flowVph;
      fedBy.set(linkId, arrival);
    }
  }
  const links: UnlinkedFlowLink[] = [];
  for (const [from, span] of spans.entries()) {
    for (const [linkId, feeders] of listFeeders(span, groups)) {
      const arrival = fedBy.get(linkId);
      if (arrival === undefined) continue;
      const link = getLink(index, linkId);
      const broughtVph = feeders.reduce((sum, it) => sum + it.flowVph, 0);
      const total = Math.max(broughtVph, arrival.flowVph);
      links.push({
        linkId,
        from,
        to: arrival.to,
        travelTimeS: link.lengthM / runningSpeedOf(link),
        dispersion: link.platoonDispersion ?? MODERATE_FRICTION,
        feeders: feeders.map(({ group, flowVph }) => ({
          group,
          ratio: flowVph / total,
          share:
            (flowVph / known(groups[group], "feeder").flowVph) * Math.min(1, arrival.flowVph / broughtVph),
        })),
        evenRatio: 1 - broughtVph / total,
        fed: arrival.fed,
      });
    }
  }
  return links;
}

/** For each link that an intersection leads into: the lane groups that do, with the flow of those movements. */
function listFeeders(
  span: Span,
  groups: readonly LaneGroup[],
): Map<string, { group: number; flowVph: number }[]> {
  const feeders = new Map<string, { group: number; flowVph: number }[]>();
  for (let group = span.firstGroup; group < span.endGroup; group++) {
    for (const { movement, flowVph } of known(groups[group], `lane group ${group}`).members) {
      if (flowVph === 0) continue;
      const list = feeders.get(movement.toLinkId) ?? [];
      const same = list.find((it) => it.group === group);
      if (same === undefined) list.push({ group, flowVph });
      else same.flowVph += flowVph;
      feeders.set(movement.toLinkId, list);
    }
  }
  return feeders;
}

/** Upstream before downstream, by depth-first search; where streets form a loop, one link of it comes too early. */
function sortUpstreamFirst(links: readonly UnlinkedFlowLink[]): UnlinkedFlowLink[] {
  const arriving = new Map<number, number>();
  for (const [position, { fed }] of links.entries()) {
    for (const group of fed) arriving.set(group, position);
  }
  const sorted: UnlinkedFlowLink[] = [];
  const seen = new Set<number>();
  for (const root of links.keys()) {
    const path = [{ position: root, entered: false }];
    for (let step = path.pop(); step !== undefined; step = path.pop()) {
      const link = known(links[step.position], `link ${step.position}`);
      if (step.entered) {
        sorted.push(link);
      } else if (!seen.has(step.position)) {
        seen.add(step.position);
        path.push({ position: step.position, entered: true });
        for (const { group } of link.feeders) {
          const upstream = arriving.get(group);
          if (upstream !== undefined && !seen.has(upstream))
            path.push({ position: upstream, entered: false });
        }
      }
    }
  }
  return sorted;
}

function positionsBy<T>(items: readonly T[], key: (item: T) => number): Map<number, number[]> {
  const positions = new Map<number, number[]>();
  for (const [position, item] of items.entries()) {
    const same = positions.get(key(item));
    if (same === undefined) positions.set(key(item), [position]);
    else same.push(position);
  }
  return positions;
}
