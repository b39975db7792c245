/**
 * A synthetic city at the scale that Hangzhou reported of its games: 131 roads of 370 km, 210 km of green-wave routes,
 * 24 roads with 142 km of event lanes.
 */
import { buildCity } from "./build-city.ts";
import type { StreetsSpec } from "./place-crossings.ts";
import type { ShippedNetwork } from "./shipped-network.ts";

/** 24 lines of one long road each, 23 lines of four roads and five of three: 131 roads. */
const EW = [1, 4, 1, 4, 1, 4, 1, 3, 1, 4, 1, 4, 1, 4, 1, 4, 1, 3, 1, 4, 1, 4, 1, 4, 4, 4];
const NS = [4, 1, 4, 1, 3, 1, 4, 1, 4, 1, 4, 1, 4, 1, 3, 1, 4, 1, 4, 1, 4, 1, 4, 1, 3, 4];

const STREETS: StreetsSpec = {
  cuts: { EW, NS },
  coverOf: (roads) => (roads === 1 ? 0.68 : 0.92),
  lineGapM: { median: 228, sigma: 0.5 },
  signals: 640,
  roadsM: 370_000,
};

export function buildCityGames(): ShippedNetwork {
  return buildCity({
    network: {
      id: "city-games",
      name: "Synthetic city of games, 131 roads and 370 km",
      provenance: {
        kind: "synthetic",
        source: "Generated from a seed by src/shipped; the scale is that of Hangzhou's report of 2023",
        assumptions: ["Everything is made up: streets, lanes, crossings, volumes and the plan of today"],
      },
    },
    seed: 5,
    streets: STREETS,
    cycleS: 120,
    routesM: 210_000,
    eventLanesM: 142_000,
  });
}
