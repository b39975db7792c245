/**
 * Flows that fit together: what enters the network at its edge, divided at each intersection by fixed turning shares,
 * and what leaves one intersection arriving at the next. The sum over all paths converges because part of the traffic
 * leaves at every step; it is iterated to a thousandth of a vehicle per hour and then rounded to whole vehicles.
 */
import { assert, known } from "../errors.ts";
import type { Movement, Network } from "../network/network.schema.ts";

const STEPS_MAX = 2000;
const SETTLED_VPH = 1e-3;

export interface FlowInput {
  readonly network: Network;
  /** By link at the edge, veh/h. */
  readonly entryFlowsVph: ReadonlyMap<string, number>;
  /** Weight of a movement among those of its approach. */
  readonly weightOf: (movement: Movement, intersectionId: string) => number;
}

export interface AssignedFlow {
  readonly intersectionId: string;
  readonly movementId: string;
  readonly flowVph: number;
}

export function assignFlows(input: FlowInput): AssignedFlow[] {
  const turns = listTurns(input);
  const positions = new Map(input.network.links.map((it, at) => [it.id, at]));
  const positionOf = (linkId: string): number => known(positions.get(linkId), `link ${linkId}`);
  const entering = new Float64Array(positions.size);
  for (const [linkId, flowVph] of input.entryFlowsVph) entering[positionOf(linkId)] = flowVph;
  const steps = turns.map((it) => ({
    from: positionOf(it.fromLinkId),
    to: positionOf(it.toLinkId),
    share: it.share,
  }));
  let arriving = entering;
  for (let step = 0; ; step++) {
    assert(step < STEPS_MAX, "flows do not settle: traffic circles without leaving");
    const next = entering.slice();
    for (const { from, to, share } of steps) next[to] = (next[to] ?? 0) + share * (arriving[from] ?? 0);
    const changeVph = next.reduce((most, it, at) => Math.max(most, Math.abs(it - (arriving[at] ?? 0))), 0);
    arriving = next;
    if (changeVph < SETTLED_VPH) break;
  }
  return turns.map(({ intersectionId, movementId, fromLinkId, share }) => ({
    intersectionId,
    movementId,
    flowVph: Math.round(share * (arriving[positionOf(fromLinkId)] ?? 0)),
  }));
}

interface TurnShare {
  readonly intersectionId: string;
  readonly movementId: string;
  readonly fromLinkId: string;
  readonly toLinkId: string;
  readonly share: number;
}

function listTurns({ network, weightOf }: FlowInput): TurnShare[] {
  return network.intersections.flatMap(({ id, approaches, movements }) =>
    approaches.flatMap((approach) => {
      const own = movements.filter((it) => it.approachId === approach.id);
      const total = own.reduce((sum, it) => sum + weightOf(it, id), 0);
      return own.map((movement) => ({
        intersectionId: id,
        movementId: movement.id,
        fromLinkId: approach.linkId,
        toLinkId: movement.toLinkId,
        share: weightOf(movement, id) / total,
      }));
    }),
  );
}
