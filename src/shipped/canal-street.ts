/** Canal Street, New Orleans: the nine signals of Gartner, Assmann, Lasaga & Hou (1991). */
import { mFromFt, mpsFromMph } from "../units.ts";
import { buildArterial } from "./build-arterial.ts";
import type { ShippedNetwork } from "./shipped-network.ts";

const CYCLE_S = 70;
const REDS_S = [21, 24, 35, 34, 28, 23, 42, 42, 21] as const;
const SPACINGS_FT = [371, 371, 390, 276, 472, 364, 968, 377] as const;

export function buildCanalStreet(): ShippedNetwork {
  return buildArterial({
    network: {
      id: "canal-street",
      name: "Canal Street, New Orleans",
      timeZone: "America/Chicago",
      provenance: {
        kind: "published",
        source:
          "N. H. Gartner, S. F. Assmann, F. Lasaga, D. L. Hou, A multi-band approach to arterial traffic signal optimization, Transportation Research Part B 25 (1991): spacings, reds, cycle of 70 s, 16 mph",
        assumptions: [
          "Published: number of signals, spacings, arterial reds (the same both ways), cycle and progression speed",
          "The published red is taken as everything but displayed arterial green",
          "Synthetic: cross streets (one-way by turns, two lanes), lanes, widths, refuges, crossings, speeds, volumes, detectors",
          "Left turns off the arterial are forbidden",
        ],
      },
    },
    cycleS: CYCLE_S,
    greensS: REDS_S.map((redS) => CYCLE_S - redS),
    spacingsM: SPACINGS_FT.map(mFromFt),
    progressionSpeedMps: mpsFromMph(16),
    control: "stages",
    resolutionS: 1,
    main: {
      speedLimitMps: mpsFromMph(25),
      speed85Mps: mpsFromMph(25),
      lanes: 2,
      roadWidthM: 14.2,
      entryLengthM: 250,
    },
    side: {
      speedLimitMps: mpsFromMph(30),
      speed85Mps: mpsFromMph(25),
      lanes: 2,
      roadWidthM: 13.2,
      entryLengthM: 120,
      oneWay: true,
    },
    entryFlowsVph: { outbound: 950, inbound: 800 },
    sideLoad: 0.6,
    demandName: "Synthetic afternoon peak",
    planName: "Published cycle and greens, all offsets 0",
    offsetsS: REDS_S.map(() => 0),
  });
}
