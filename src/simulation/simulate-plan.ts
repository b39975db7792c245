/** An hour of the simulated street under fixed plans: what vehicles suffered, and what the detectors counted. */

import type { Count } from "../demand/count.schema.ts";
import type { MovementFlow } from "../demand/demand.schema.ts";
import { known } from "../errors.ts";
import { getLinkToStop, type NetworkIndex, runningSpeedOf } from "../network/find.ts";
import type { RouteDirection } from "../network/network.schema.ts";
import { createSeededRandom } from "../network/seeded-random.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { collectCounts } from "./collect-counts.ts";
import { listLampChanges } from "./lamps.ts";
import type { MovementTally } from "./period-tally.ts";
import { type DetectorPulse, Street } from "./street.ts";
import { buildStreetLayout, movementKey } from "./street-layout.ts";

/** How often it is asked whether everybody is served, s. */
const DRAIN_STEP_S = 60;

export interface StreetDirection {
  readonly direction: "outbound" | "inbound";
  readonly travelTimeS: number;
  readonly speedMps: number;
  readonly delayS: number;
  readonly stopsPerTrip: number;
}

export interface StreetMeasures {
  readonly vehicles: number;
  /** veh·h of delay per hour, vehicles that could not enter included. */
  readonly totalDelayVehHPerH: number;
  readonly meanDelayS: number;
  readonly meanStopRatio: number;
  readonly routes: readonly { readonly routeId: string; readonly directions: readonly StreetDirection[] }[];
}

export interface StreetHour {
  readonly measures: StreetMeasures;
  /** By movement key (street-layout.ts). */
  readonly movements: ReadonlyMap<string, Readonly<MovementTally>>;
  readonly counts: readonly Count[];
}

/**
 * Cycle zero of the street's own time line is second 0 = `epochMs`. After the period traffic goes on until all who came
 * in it are served, for at most one period more. `leftOverVeh` (by movement key): what the period begins with instead of
 * the vehicles that missed a green of the warm-up.
 */
export function simulatePlan(of: {
  index: NetworkIndex;
  flows: readonly MovementFlow[];
  timingPlans: readonly TimingPlan[];
  seed: number;
  warmUpS: number;
  periodS: number;
  countPeriodS: number;
  epochMs: number;
  leftOverVeh?: ReadonlyMap<string, number>;
}): StreetHour {
  const pulses: DetectorPulse[] = [];
  const endS = of.warmUpS + of.periodS;
  const lastS = endS + of.periodS;
  const street = new Street({
    layout: buildStreetLayout(of.index, of.flows),
    random: createSeededRandom(of.seed),
    startS: 0,
    onPulse: (pulse) => pulses.push(pulse),
  });
  const changes = listLampChanges({ index: of.index, timingPlans: of.timingPlans, fromS: 0, toS: lastS });
  let next = 0;
  const advance = (toS: number) => {
    const from = next;
    while ((changes[next]?.atS ?? toS) < toS) next++;
    street.advance(toS, changes.slice(from, next));
  };
  if (of.leftOverVeh !== undefined) {
    advance(of.warmUpS - Math.max(...of.timingPlans.map((it) => it.cycleS)));
    street.replaceLeftOver(of.leftOverVeh);
  }
  advance(of.warmUpS);
  street.startMeasuring();
  advance(endS);
  street.stopMeasuring();
  while (street.nowS < lastS && street.measuredWaitingVeh > 0)
    advance(Math.min(lastS, street.nowS + DRAIN_STEP_S));
  return {
    measures: measureStreet(of.index, street),
    movements: street.measure().movements,
    counts: collectCounts({
      detectorIds: of.index.network.detectors.map((it) => it.id),
      pulses,
      fromS: of.warmUpS,
      toS: endS,
      periodS: of.countPeriodS,
      epochMs: of.epochMs,
    }),
  };
}

/** Measures since `startMeasuring`, per route and direction as sums over its stops. */
export function measureStreet(index: NetworkIndex, street: Street): StreetMeasures {
  const { movements, entryDelayS, periodS } = street.measure();
  let vehicles = 0;
  let delayS = entryDelayS;
  let stops = 0;
  for (const tally of movements.values()) {
    vehicles += tally.departures;
    delayS += tally.delayS;
    stops += tally.stops;
  }
  return {
    vehicles,
    totalDelayVehHPerH: delayS / periodS,
    meanDelayS: vehicles === 0 ? 0 : delayS / vehicles,
    meanStopRatio: vehicles === 0 ? 0 : stops / vehicles,
    routes: index.network.routes.map((route) => ({
      routeId: route.id,
      directions: (["outbound", "inbound"] as const).flatMap((name) => {
        const direction = route[name];
        return direction === undefined ? [] : [measureDirection({ index, name, direction, movements })];
      }),
    })),
  };
}

function measureDirection(of: {
  index: NetworkIndex;
  name: "outbound" | "inbound";
  direction: RouteDirection;
  movements: ReadonlyMap<string, Readonly<MovementTally>>;
}): StreetDirection {
  let freeS = 0;
  let lengthM = 0;
  let delayS = 0;
  let stops = 0;
  for (const stop of of.direction.stops) {
    const link = getLinkToStop(of.index, stop);
    freeS += link.lengthM / runningSpeedOf(link);
    lengthM += link.lengthM;
    const key = movementKey(stop.intersectionId, stop.movementId);
    const tally = known(of.movements.get(key), key);
    delayS += tally.departures === 0 ? 0 : tally.delayS / tally.departures;
    stops += tally.departures === 0 ? 0 : tally.stops / tally.departures;
  }
  const travelTimeS = freeS + delayS;
  return {
    direction: of.name,
    travelTimeS,
    speedMps: travelTimeS === 0 ? 0 : lengthM / travelTimeS,
    delayS,
    stopsPerTrip: stops,
  };
}
