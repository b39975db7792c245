/** The legs of a route for trips over it: link, phase of the route's movement, and the lanes that the log can see. */
import {
  getIntersection,
  getLinkToStop,
  getMovement,
  type NetworkIndex,
  runningSpeedOf,
} from "../network/find.ts";
import type { RouteDirection } from "../network/network.schema.ts";
import { listPhasesServing, type SignalDetector } from "./network-detectors.ts";
import type { SignalIndex } from "./signal-index.ts";
import type { RouteLeg } from "./travel-time.ts";

export interface SeenSignal {
  readonly index: SignalIndex;
  readonly detectors: readonly SignalDetector[];
}

/** A movement that several phases serve is taken to go with the first of them. */
export function listRouteLegs(
  network: NetworkIndex,
  { stops }: RouteDirection,
  signals: ReadonlyMap<string, SeenSignal>,
): RouteLeg[] {
  return stops.flatMap((stop) => {
    const signal = signals.get(stop.intersectionId);
    const intersection = getIntersection(network, stop.intersectionId);
    const [phase] = listPhasesServing(intersection, [getMovement(intersection, stop.movementId)]);
    if (signal === undefined || phase === undefined) return [];
    const link = getLinkToStop(network, stop);
    const lanes = signal.detectors.filter(
      (it) => it.linkId === link.id && it.uses.includes("advance") && it.phases.includes(phase),
    );
    return [{ index: signal.index, phase, lanes, freeMs: (link.lengthM / runningSpeedOf(link)) * 1000 }];
  });
}
