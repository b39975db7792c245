/** Seeded cities of a few crossing roads, for tests of the network solver. */
import { createSeededRandom } from "../../network/seeded-random.ts";
import { buildCity } from "../../shipped/build-city.ts";
import type { ShippedNetwork } from "../../shipped/shipped-network.ts";

export function buildSmallCity(seed: number): ShippedNetwork {
  const random = createSeededRandom(seed);
  const roads = (): number[] => Array.from({ length: random.integer(2, 3) }, () => 1);
  const cuts = { EW: roads(), NS: roads() };
  return buildCity({
    network: {
      id: `city-${seed}`,
      name: "Small city",
      provenance: { kind: "synthetic", source: "test", assumptions: [] },
    },
    seed,
    streets: {
      cuts,
      coverOf: () => 1,
      lineGapM: { median: 700, sigma: 0.2 },
      signals: cuts.EW.length * cuts.NS.length + 6,
    },
    cycleS: 110,
  });
}
