/**
 * A made-up working day of a network, quarter hour by quarter hour: the morning as its demand says, the evening the other
 * way round, both at noon, little at night; the whole day and every quarter hour a little above or below, by the seed.
 *
 * The evening: what left the network by a road in the morning enters by it, and turns as the morning does there.
 */
import type { MovementFlow } from "../../src/demand/demand.schema.ts";
import type { Network } from "../../src/network/network.schema.ts";
import { createSeededRandom, type SeededRandom } from "../../src/network/seeded-random.ts";
import { QUARTERS } from "../../src/schedule/day-profiles.ts";
import { type AssignedFlow, assignFlows } from "../../src/shipped/assign-flows.ts";
import { indexFlows } from "../../src/shipped/city-demand.ts";

/** Standard deviation of a whole day's traffic ÷ its mean, and of a quarter hour's around it. */
const DAY_DEVIATION = 0.05;
const QUARTER_DEVIATION = 0.04;
/** Correlation from one quarter hour to the next. */
const PERSISTENCE = 0.8;
/** A turn that nobody makes in the morning is hardly made in the evening, veh/h. */
const LEAST_VPH = 0.01;

/** By quarter hour of the local day, every movement in the order of `flows`. */
export function buildDay(of: {
  readonly network: Network;
  readonly flows: readonly AssignedFlow[];
  readonly seed: number;
}): MovementFlow[][] {
  const random = createSeededRandom(of.seed);
  const backVph = indexFlows(turnRound(of.network, of.flows));
  const morning = drawFactors(random);
  const evening = drawFactors(random);
  return Array.from({ length: QUARTERS }, (_, quarter) => {
    const hour = (quarter + 0.5) / 4;
    const out = shareOf(hour, { morning: 0.66, evening: 0.14 }) * (morning[quarter] ?? 1);
    const back = shareOf(hour, { morning: 0.14, evening: 0.66 }) * (evening[quarter] ?? 1);
    return of.flows.map(({ intersectionId, movementId, flowVph }) => ({
      intersectionId,
      movementId,
      flowVph: out * flowVph + back * backVph(intersectionId, movementId),
      confidence: 1,
    }));
  });
}

/** Peaks at 8:00 and 17:30, a broad one at 12:30, and a night. */
function shareOf(hour: number, of: { readonly morning: number; readonly evening: number }): number {
  const peak = (atHour: number, widthH: number): number =>
    Math.exp(-((hour - atHour) ** 2) / (2 * widthH ** 2));
  return 0.04 + of.morning * peak(8, 1) + 0.28 * peak(12.5, 2.5) + of.evening * peak(17.5, 1.3);
}

function drawFactors(random: SeededRandom): number[] {
  const day = random.normal(1, DAY_DEVIATION);
  let deviation = random.normal(0, QUARTER_DEVIATION);
  return Array.from({ length: QUARTERS }, () => {
    const factor = Math.max(0, day * (1 + deviation));
    const ownDeviation = QUARTER_DEVIATION * Math.sqrt(1 - PERSISTENCE ** 2);
    deviation = PERSISTENCE * deviation + random.normal(0, ownDeviation);
    return factor;
  });
}

function turnRound(network: Network, flows: readonly AssignedFlow[]): AssignedFlow[] {
  const flowVph = indexFlows(flows);
  const leavesVph = new Map<string, number>();
  for (const { id, movements } of network.intersections) {
    for (const it of movements)
      leavesVph.set(it.toLinkId, (leavesVph.get(it.toLinkId) ?? 0) + flowVph(id, it.id));
  }
  const edges = new Set(network.links.filter((it) => it.from === undefined).map((it) => it.id));
  const entryFlowsVph = new Map<string, number>();
  for (const { id, approaches, movements } of network.intersections) {
    const exits = new Set(movements.map((it) => it.toLinkId));
    for (const approach of approaches.filter((it) => edges.has(it.linkId))) {
      const own = movements.filter((it) => it.approachId === approach.id);
      const reached = new Set(own.filter((it) => it.turn !== "uTurn").map((it) => it.toLinkId));
      const [exit, ...others] = [...exits].filter((it) => !reached.has(it));
      // Where no exit is beside it (a one-way street), as many come as in the morning.
      const cameVph = own.reduce((sum, it) => sum + flowVph(id, it.id), 0);
      const isPaired = exit !== undefined && others.length === 0;
      entryFlowsVph.set(approach.linkId, isPaired ? (leavesVph.get(exit) ?? 0) : cameVph);
    }
  }
  return assignFlows({
    network,
    entryFlowsVph,
    weightOf: (movement, intersectionId) => Math.max(LEAST_VPH, flowVph(intersectionId, movement.id)),
  });
}
