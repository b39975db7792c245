/** What a plan does to vehicles: the measures that every answer of the solver carries. Plain data. */

export interface MovementMeasures {
  readonly intersectionId: string;
  readonly movementId: string;
  /** What it is asked to carry; where a signal upstream is over capacity, less arrives. */
  readonly flowVph: number;
  readonly capacityVph: number;
  readonly degreeOfSaturation: number;
  /** Control delay per vehicle, s. */
  readonly delayS: number;
  /** Stops per vehicle, 0…. */
  readonly stopRatio: number;
  /** Largest queue of the average cycle, vehicles. */
  readonly queueVeh: number;
  /** Vehicles that fit in the lanes where it queues, with those that share them. */
  readonly storageVeh: number;
  /** The largest queue of those lanes is longer than that: it stands in the way of others. */
  readonly isSpilling: boolean;
}

export interface DirectionMeasures {
  readonly direction: "outbound" | "inbound";
  readonly bandwidthS: number;
  /** Bandwidth ÷ cycle, 0…1. */
  readonly bandEfficiency: number;
  /** Bandwidth ÷ smallest green on the route, 0…1. */
  readonly bandAttainability: number;
  /** Why there is no band, when there is none. */
  readonly noBandReason?: string;
  /** Free travel time plus delay of the route's movements, s. */
  readonly travelTimeS: number;
  readonly speedMps: number;
  /** Sum over the route's stops, s per vehicle that travels it all. */
  readonly delayS: number;
  readonly stopsPerTrip: number;
}

export interface RouteMeasures {
  readonly routeId: string;
  readonly directions: readonly DirectionMeasures[];
}

export interface PlanMeasures {
  /** All vehicles that arrive, s of delay per second, i.e. the mean number of delayed vehicles (veh·h/h). */
  readonly totalDelayVehHPerH: number;
  readonly totalStopsVph: number;
  readonly meanDelayS: number;
  readonly meanStopRatio: number;
  readonly largestDegreeOfSaturation: number;
  /** Lane groups whose largest queue does not fit its storage. */
  readonly spillingLaneGroups: number;
  readonly movements: readonly MovementMeasures[];
  readonly routes: readonly RouteMeasures[];
}
