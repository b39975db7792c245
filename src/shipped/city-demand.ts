/**
 * What a laid city is asked to carry in a morning peak: more in one direction of each road than in the other, turns that
 * differ from approach to approach, and entries that load their signals to degrees drawn from the seed.
 *
 * All flows depend on each other, so entries are adjusted and flows assigned again a few times.
 */
import { known } from "../errors.ts";
import type { Bound } from "../network/intersection-spec.ts";
import type { Movement, Network } from "../network/network.schema.ts";
import type { SeededRandom } from "../network/seeded-random.ts";
import { type AssignedFlow, assignFlows } from "./assign-flows.ts";
import { edgeLinkId } from "./city-intersections.ts";
import { criticalSaturation, measureCriticalLoad } from "./critical-load.ts";
import { BOUNDS_ALONG, type Road, type Signal } from "./lay-streets.ts";

export interface CityDemandInput {
  readonly network: Network;
  readonly roads: readonly Road[];
  readonly signals: readonly Signal[];
  readonly cycleS: number;
  readonly random: SeededRandom;
}

/** Mean flow per lane where a road enters, before it is adjusted, veh/h. */
const LANE_FLOW_VPH = 200;
const ROUNDS = 16;
/** Degrees of saturation aimed at: a minor signal's by its side streets, a road's heaviest crossing by its entries. */
const AIM = { least: 0.5, most: 1.03 } as const;
const ROAD_AIM = { least: 0.75, most: 1.02 } as const;
const MINOR_FLOW_VPH = { least: 40, most: 450 } as const;
const ROAD_FLOW_LEAST_VPH = 40;

/** Entries whose flow is adjusted together until the heaviest of some signals is loaded as aimed. */
interface Knob {
  readonly linkIds: readonly string[];
  readonly signalIds: readonly string[];
  readonly aim: number;
  readonly leastVph: number;
  readonly mostVph: number;
  /** Exponent of the correction: below 1 where the entries are only part of what loads the signals. */
  readonly strength: number;
  /** 1 for entries that only give way. */
  readonly factorMost: number;
}

export function buildCityDemand(input: CityDemandInput): AssignedFlow[] {
  const { network, cycleS, random } = input;
  const weights = drawWeights(network, random);
  const weightOf = (movement: Movement, intersectionId: string): number =>
    known(weights.get(`${intersectionId} ${movement.id}`), "turning weight");
  const entryFlowsVph = drawRoadEntries(input);
  const knobs = [...listMinorKnobs(input), ...listRoadKnobs(input)];
  for (const linkId of knobs.flatMap((it) => it.linkIds)) {
    if (!entryFlowsVph.has(linkId)) entryFlowsVph.set(linkId, MINOR_FLOW_VPH.least);
  }
  const intersections = new Map(network.intersections.map((it) => [it.id, it]));
  for (let round = 0; round < ROUNDS; round++) {
    const flowOf = indexFlows(assignFlows({ network, entryFlowsVph, weightOf }));
    const saturations = new Map(
      [...intersections].map(([id, it]) => [
        id,
        criticalSaturation(
          measureCriticalLoad(it, (movementId) => flowOf(id, movementId)),
          cycleS,
        ),
      ]),
    );
    for (const knob of knobs) turn(knob, { entryFlowsVph, saturations });
  }
  return assignFlows({ network, entryFlowsVph, weightOf });
}

function turn(
  knob: Knob,
  state: { entryFlowsVph: Map<string, number>; saturations: ReadonlyMap<string, number> },
): void {
  const heaviest = Math.max(...knob.signalIds.map((it) => known(state.saturations.get(it), it)));
  const factor = Math.min(knob.factorMost, (knob.aim / heaviest) ** knob.strength);
  for (const linkId of knob.linkIds) {
    const flowVph = known(state.entryFlowsVph.get(linkId), "entry flow") * factor;
    state.entryFlowsVph.set(linkId, Math.min(knob.mostVph, Math.max(knob.leastVph, flowVph)));
  }
}

function listMinorKnobs({ signals, random }: CityDemandInput): Knob[] {
  return signals
    .filter((it) => it.kind === "minor")
    .map((signal) => ({
      linkIds: listSideEntries(signal),
      signalIds: [signal.id],
      aim: AIM.least + (AIM.most - AIM.least) * random.uniform(),
      leastVph: MINOR_FLOW_VPH.least,
      mostVph: MINOR_FLOW_VPH.most,
      strength: 0.8,
      factorMost: 2,
    }));
}

/** A road's own entries, and the side streets along it, which give way when one of its crossings is overloaded. */
function listRoadKnobs({ roads, random }: CityDemandInput): Knob[] {
  return roads.flatMap((road) => {
    const crossings = road.signals.filter((it) => it.kind === "crossing").map((it) => it.id);
    const own: Knob = {
      linkIds: listEntries(road).map(({ signal, bound }) => edgeLinkId(signal, bound)),
      signalIds: crossings,
      aim: ROAD_AIM.least + (ROAD_AIM.most - ROAD_AIM.least) * random.uniform(),
      leastVph: ROAD_FLOW_LEAST_VPH,
      mostVph: Number.POSITIVE_INFINITY,
      strength: 0.5,
      factorMost: 2,
    };
    const side: Knob = {
      ...own,
      linkIds: road.signals.filter((it) => it.kind === "minor").flatMap(listSideEntries),
      aim: ROAD_AIM.most,
      leastVph: MINOR_FLOW_VPH.least,
      strength: 1.5,
      factorMost: 1,
    };
    return [own, side];
  });
}

const listSideEntries = (signal: Signal): string[] =>
  [...signal.legs].filter(([, leg]) => leg.roadId === undefined).map(([bound]) => edgeLinkId(signal, bound));

/** Where a road leads into the network: at its first signal, at its last, at both or at neither. */
function listEntries(road: Road): { signal: Signal; bound: Bound; side: "behind" | "ahead" }[] {
  return (["behind", "ahead"] as const).flatMap((side) => {
    const signal = known(road.signals.at(side === "behind" ? 0 : -1), "end signal");
    const bound = BOUNDS_ALONG[road.axis][side];
    const leg = signal.legs.get(bound);
    return leg?.roadId === road.id && leg.neighborId === undefined ? [{ signal, bound, side }] : [];
  });
}

export function indexFlows(
  flows: readonly AssignedFlow[],
): (intersectionId: string, movementId: string) => number {
  const byMovement = new Map(flows.map((it) => [`${it.intersectionId} ${it.movementId}`, it.flowVph]));
  return (intersectionId, movementId) => byMovement.get(`${intersectionId} ${movementId}`) ?? 0;
}

/** Through traffic dominates on roads, side streets mostly turn, and wide streets draw more than narrow ones. */
function drawWeights(network: Network, random: SeededRandom): Map<string, number> {
  const links = new Map(network.links.map((it) => [it.id, it]));
  const linkOf = (id: string) => known(links.get(id), `link ${id}`);
  const between = (least: number, most: number): number => least + (most - least) * random.uniform();
  return new Map(
    network.intersections.flatMap(({ id, approaches, movements }) => {
      const isCrossing = approaches.every((it) => linkOf(it.linkId).name !== undefined);
      return movements.map((movement): [string, number] => {
        const approach = known(
          approaches.find((it) => it.id === movement.approachId),
          "approach",
        );
        const from = linkOf(approach.linkId);
        const onRoad = from.name !== undefined;
        const through = isCrossing ? 0.75 : onRoad ? 0.86 : 0.2;
        const turning = isCrossing ? between(0.06, 0.16) : onRoad ? between(0.05, 0.1) : between(0.3, 0.5);
        const drawn = isCrossing ? linkOf(movement.toLinkId).lanes / from.lanes : 1;
        return [`${id} ${movement.id}`, movement.turn === "through" ? through : turning * drawn];
      });
    }),
  );
}

/** The peak direction of a road carries up to twice the flow of the other. */
function drawRoadEntries({ roads, random }: CityDemandInput): Map<string, number> {
  return new Map(
    roads.flatMap((road) => {
      const lean = (random.uniform() < 0.5 ? 1 : -1) * (0.08 + 0.25 * random.uniform());
      return listEntries(road).map(({ signal, bound, side }): [string, number] => [
        edgeLinkId(signal, bound),
        road.lanes * LANE_FLOW_VPH * (side === "behind" ? 1 + lean : 1 - lean),
      ]);
    }),
  );
}
