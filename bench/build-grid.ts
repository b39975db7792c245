/** Seeded networks of any size for the benchmark: the streets of the shipped cities, with more of them. */
import { buildCity } from "../src/shipped/build-city.ts";
import type { ShippedNetwork } from "../src/shipped/shipped-network.ts";

/** Signals in all, per place where two lines meet. */
const SIGNALS_PER_CROSSING = 1.5;
/** Lines that one road crosses, as a rule. */
const CROSSED_BY_ROAD = 6;

export function buildGrid(signals: number, seed: number): ShippedNetwork {
  const lines = Math.ceil(Math.sqrt(signals / SIGNALS_PER_CROSSING));
  const cuts = Array.from({ length: lines }, () => Math.max(1, Math.round(lines / CROSSED_BY_ROAD)));
  return buildCity({
    network: {
      id: `grid-${signals}`,
      name: `Synthetic grid of ${signals} intersections`,
      provenance: { kind: "synthetic", source: "Generated from a seed by the benchmark", assumptions: [] },
    },
    seed,
    streets: {
      cuts: { EW: cuts, NS: cuts },
      coverOf: () => 0.92,
      lineGapM: { median: 420, sigma: 0.5 },
      signals,
    },
    cycleS: 110,
  });
}
