/** Euclid Avenue, Cleveland: the ten signals of Morgan & Little (1964) and Little (1966). */
import { mFromFt, mpsFromMph } from "../units.ts";
import { buildArterial } from "./build-arterial.ts";
import type { ShippedNetwork } from "./shipped-network.ts";

const CYCLE_S = 65;
/** Effective reds as parts of the cycle; Little (1966), printed again in LINDO's sample TRAFFIC_LIGHTS.lng. */
const REDS = [0.47, 0.4, 0.4, 0.47, 0.48, 0.42, 0.4, 0.4, 0.4, 0.42] as const;
const SPACINGS_FT = [550, 700, 1100, 700, 800, 650, 400, 700, 450] as const;

export function buildEuclidAvenue(): ShippedNetwork {
  return buildArterial({
    network: {
      id: "euclid-avenue",
      name: "Euclid Avenue, Cleveland",
      timeZone: "America/New_York",
      provenance: {
        kind: "published",
        source:
          "J. D. C. Little, The synchronization of traffic signals by mixed-integer linear programming, Operations Research 14 (1966): spacings, effective reds, cycle of 65 s, 50 ft/s",
        assumptions: [
          "Published: number of signals, spacings, arterial reds, cycle and progression speed",
          "The published effective red is taken as everything but displayed arterial green, rounded to 0.1 s",
          "Synthetic: cross streets (two-way, one lane each way), lanes, widths, refuges, crossings, speeds, volumes, detectors",
          "Left turns off the arterial are forbidden",
        ],
      },
    },
    cycleS: CYCLE_S,
    greensS: REDS.map((red) => Math.floor((1 - red) * CYCLE_S * 10 + 1e-6) / 10),
    spacingsM: SPACINGS_FT.map(mFromFt),
    progressionSpeedMps: mFromFt(50),
    control: "ringBarrier",
    resolutionS: 0.1,
    main: {
      speedLimitMps: mpsFromMph(35),
      speed85Mps: mpsFromMph(35),
      lanes: 2,
      roadWidthM: 14.8,
      entryLengthM: 250,
    },
    side: {
      speedLimitMps: mpsFromMph(25),
      speed85Mps: mpsFromMph(25),
      lanes: 1,
      roadWidthM: 11,
      entryLengthM: 150,
      oneWay: false,
    },
    entryFlowsVph: { outbound: 1500, inbound: 1150 },
    sideLoad: 0.45,
    demandName: "Synthetic morning peak",
    planName: "Published cycle and greens, all offsets 0",
    offsetsS: REDS.map(() => 0),
  });
}
