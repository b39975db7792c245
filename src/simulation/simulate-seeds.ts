/** The same plan on several simulated hours: mean and standard deviation of what the street measures. */
import { assert } from "../errors.ts";
import { type StreetDirection, type StreetMeasures, simulatePlan } from "./simulate-plan.ts";

export interface Spread {
  readonly mean: number;
  /** Of the sample; 0 for a single hour. */
  readonly deviation: number;
}

export interface SeedsSummary {
  readonly seeds: number;
  readonly totalDelayVehHPerH: Spread;
  readonly meanDelayS: Spread;
  readonly meanStopRatio: Spread;
  readonly routes: readonly {
    readonly routeId: string;
    readonly directions: readonly {
      readonly direction: "outbound" | "inbound";
      readonly delayS: Spread;
      readonly stopsPerTrip: Spread;
      readonly speedMps: Spread;
    }[];
  }[];
}

/** One hour per seed; `onHour` is called after each, for progress. */
export function simulateSeeds(
  of: Omit<Parameters<typeof simulatePlan>[0], "seed"> & {
    seeds: readonly number[];
    onHour?: (done: number) => void;
  },
): SeedsSummary {
  const hours = of.seeds.map((seed, done) => {
    const { measures } = simulatePlan({ ...of, seed });
    of.onHour?.(done + 1);
    return measures;
  });
  return summarize(hours);
}

function summarize(hours: readonly StreetMeasures[]): SeedsSummary {
  const [first] = hours;
  assert(first !== undefined, "no seed given");
  const over = (value: (hour: StreetMeasures) => number): Spread => spreadOf(hours.map(value));
  return {
    seeds: hours.length,
    totalDelayVehHPerH: over((hour) => hour.totalDelayVehHPerH),
    meanDelayS: over((hour) => hour.meanDelayS),
    meanStopRatio: over((hour) => hour.meanStopRatio),
    routes: first.routes.map(({ routeId, directions }, route) => ({
      routeId,
      directions: directions.map(({ direction }, at) => {
        const overTrip = (value: (trip: StreetDirection) => number): Spread =>
          over((hour) => {
            const trip = hour.routes[route]?.directions[at];
            return trip === undefined ? 0 : value(trip);
          });
        return {
          direction,
          delayS: overTrip((trip) => trip.delayS),
          stopsPerTrip: overTrip((trip) => trip.stopsPerTrip),
          speedMps: overTrip((trip) => trip.speedMps),
        };
      }),
    })),
  };
}

function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, it) => sum + it, 0) / values.length;
  const squares = values.reduce((sum, it) => sum + (it - mean) ** 2, 0);
  return { mean, deviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}
