/** A synthetic district at the scale that Tianjin Binhai reported of its retiming: 34 arterials, 194 intersections. */
import { buildCity } from "./build-city.ts";
import type { ShippedNetwork } from "./shipped-network.ts";

export function buildDistrict(): ShippedNetwork {
  return buildCity({
    network: {
      id: "district",
      name: "Synthetic district, 34 arterials and 194 intersections",
      provenance: {
        kind: "synthetic",
        source: "Generated from a seed by src/shipped; the scale is that of Tianjin Binhai's report",
        assumptions: ["Everything is made up: streets, lanes, crossings, volumes and the plan of today"],
      },
    },
    seed: 20,
    streets: {
      cuts: { EW: [2, 1, 2, 2, 1, 2, 2, 1, 2, 2], NS: [2, 2, 1, 2, 2, 1, 2, 2, 1, 2] },
      coverOf: (roads) => (roads === 1 ? 0.8 : 0.95),
      lineGapM: { median: 560, sigma: 0.5 },
      signals: 194,
    },
    cycleS: 110,
  });
}
