/** A synthetic network from a seed: laid streets, intersections, demand, the plan of today, routes and event lanes. */
import { known } from "../errors.ts";
import { buildDetectors } from "../network/detector-template.ts";
import type { Intersection, Network } from "../network/network.schema.ts";
import { createSeededRandom, type SeededRandom } from "../network/seeded-random.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { AssignedFlow } from "./assign-flows.ts";
import { buildCityDemand, indexFlows } from "./city-demand.ts";
import { buildCityIntersection, buildCityLinks } from "./city-intersections.ts";
import { buildEventLanes, buildRoutes } from "./city-routes.ts";
import { measureCriticalLoad } from "./critical-load.ts";
import { divideCycle } from "./divide-cycle.ts";
import { layStreets } from "./lay-streets.ts";
import type { StreetsSpec } from "./place-crossings.ts";
import { buildShippedNetwork, type ShippedNetwork } from "./shipped-network.ts";

export interface CitySpec {
  readonly network: Pick<Network, "id" | "name" | "provenance">;
  readonly seed: number;
  readonly streets: StreetsSpec;
  readonly cycleS: number;
  /** Length of all routes together, m; absent: every road is a route over its whole length. */
  readonly routesM?: number;
  readonly eventLanesM?: number;
}

export function buildCity(spec: CitySpec): ShippedNetwork {
  const random = createSeededRandom(spec.seed);
  const { roads, signals } = layStreets(spec.streets, random);
  const links = signals.flatMap(buildCityLinks);
  const linksById = new Map(links.map((it) => [it.id, it]));
  const intersections = signals.map((it) => buildCityIntersection(it, random));
  const network: Network = {
    version: 1,
    ...spec.network,
    jurisdiction: "china-gb",
    drivingSide: "right",
    timeZone: "Asia/Shanghai",
    timeZero: { type: "epoch" },
    intersections,
    links,
    detectors: intersections.flatMap((it) => buildDetectors(it, linksById)),
    routes: buildRoutes(roads, spec.routesM),
    eventLanes: spec.eventLanesM === undefined ? [] : buildEventLanes(roads, spec.eventLanesM),
  };
  const flows = buildCityDemand({ ...spec, network, roads, signals, random });
  return buildShippedNetwork({
    network,
    demandName: "Synthetic morning peak",
    flows,
    planName: "Fixed times by Webster, offsets as they happen to be",
    timingPlans: buildTimingPlans(spec, { intersections, flows, random }),
  });
}

/** Each controller began its cycle when it was switched on. */
function buildTimingPlans(
  { cycleS }: CitySpec,
  parts: { intersections: readonly Intersection[]; flows: readonly AssignedFlow[]; random: SeededRandom },
): TimingPlan[] {
  const flowOf = indexFlows(parts.flows);
  return parts.intersections.map((intersection) => {
    const load = measureCriticalLoad(intersection, (id) => flowOf(intersection.id, id));
    return {
      intersectionId: intersection.id,
      cycleS,
      sequenceId: known(intersection.sequences[0], "sequence").id,
      splits: divideCycle(intersection, load, cycleS),
      offsetS: parts.random.integer(0, cycleS - 1),
      offsetReference: intersection.offsetReference,
    };
  });
}
