/**
 * The numbers that the rules judge by, per jurisdiction. Every number names its source; "practice" marks what is common
 * practice without a clause that we could read. An agency with stricter numbers belongs in a profile of its own.
 */
import type { Jurisdiction } from "../network/network.schema.ts";

export interface JurisdictionProfile {
  readonly yellow: {
    readonly minS: number;
    readonly maxS: number;
    readonly required:
      | {
          readonly kind: "kinematic";
          readonly reactionS: number;
          readonly decelerationMps2: number;
          /** The 85th percentile speed lies this far above the limit when it was not measured. */
          readonly aboveLimitMps: number;
          readonly turnBelowLimitMps: number;
        }
      | {
          readonly kind: "bySpeedLimit";
          readonly steps: readonly { readonly upToMps: number; readonly yellowS: number }[];
        };
  };
  readonly redClearance: {
    readonly maxS: number;
    readonly vehicleLengthM: number;
    /** Start-up delay of the next stream, taken off. */
    readonly reductionS: number;
  };
  readonly minGreen: { readonly coordinatedThroughS: number; readonly otherS: number };
  readonly pedestrian: {
    readonly walkLeastS: number;
    readonly walkS: number;
    readonly speedMps: number;
    readonly bicycleSpeedMps: number;
    /** Walk and clearance together cover the crossing and the set-back at this speed. */
    readonly wholeCrossing: { readonly setbackM: number; readonly speedMps: number };
    readonly bufferS: number;
    readonly waitS: number;
    readonly stagedWaitS: number;
  };
  readonly cycle: { readonly minS: number; readonly maxS: number; readonly warnAboveS: number };
  readonly redMaxS: number;
  readonly degreeOfSaturationMax: number;
  readonly transition: { readonly cyclesMax: number; readonly changeRatioMax: number };
  /** Steps that an adaptive controller takes without a transition. */
  readonly step: { readonly splitS: number; readonly offsetS: number; readonly cycleS: number };
}

/** 3.5 ft/s, MUTCD 2009 4E.06. */
const US_WALKING_MPS = 1.0668;

const US_MUTCD: JurisdictionProfile = {
  yellow: {
    minS: 3, // MUTCD 4D.26
    maxS: 6, // MUTCD 4D.26
    required: {
      kind: "kinematic",
      reactionS: 1, // NCHRP Report 731
      decelerationMps2: 3.05, // 10 ft/s², NCHRP Report 731
      aboveLimitMps: 3.12928, // 7 mph, NCHRP Report 731
      turnBelowLimitMps: 2.2352, // 5 mph, NCHRP Report 731
    },
  },
  redClearance: {
    maxS: 6, // MUTCD 4D.26
    vehicleLengthM: 6.1, // 20 ft, NCHRP Report 731
    reductionS: 1, // NCHRP Report 731
  },
  minGreen: { coordinatedThroughS: 7, otherS: 5 }, // NCHRP Report 812, Exhibit 6-4, lower ends
  pedestrian: {
    walkLeastS: 4, // MUTCD 4E.06, low volumes
    walkS: 7, // MUTCD 4E.06
    speedMps: US_WALKING_MPS,
    bicycleSpeedMps: 4.3, // 14 ft/s, NCHRP Report 812, bicycle timing
    wholeCrossing: { setbackM: 1.8, speedMps: 0.91 }, // 6 ft at 3 ft/s, MUTCD 4E.06
    bufferS: 3, // MUTCD Figure 4E-2
    waitS: 70, // taken from GB/T 51439-2021 9.2.1; the MUTCD has none
    stagedWaitS: 90, // as above
  },
  cycle: { minS: 40, maxS: 180, warnAboveS: 120 }, // Traffic Signal Timing Manual, 6-28
  redMaxS: 150, // practice
  degreeOfSaturationMax: 0.9, // Traffic Signal Timing Manual, Table 3-2
  transition: { cyclesMax: 5, changeRatioMax: 0.2 }, // practice of controller vendors, 12–22 %
  step: { splitS: 5, offsetS: 4, cycleS: 8 }, // arXiv 2210.10453 (split); SCOOT practice (offset, cycle)
};

const CHINA_GB: JurisdictionProfile = {
  ...US_MUTCD,
  yellow: { ...US_MUTCD.yellow, maxS: 5 }, // 3–5 s, practice
  pedestrian: {
    ...US_MUTCD.pedestrian,
    speedMps: 1, // GB 50647-2011
    waitS: 70, // GB/T 51439-2021 9.2.1
    stagedWaitS: 90, // GB/T 51439-2021 9.2.1, with a refuge
  },
};

const DE_RILSA: JurisdictionProfile = {
  ...US_MUTCD,
  yellow: {
    minS: 3, // VwV-StVO to § 37
    maxS: 5, // VwV-StVO to § 37
    required: {
      kind: "bySpeedLimit", // VwV-StVO to § 37: 3 s at 50 km/h, 4 s at 60 km/h, 5 s at 70 km/h
      steps: [
        { upToMps: 50 / 3.6, yellowS: 3 },
        { upToMps: 60 / 3.6, yellowS: 4 },
        { upToMps: Number.POSITIVE_INFINITY, yellowS: 5 },
      ],
    },
  },
  minGreen: { coordinatedThroughS: 5, otherS: 5 }, // RiLSA, practice
  pedestrian: {
    ...US_MUTCD.pedestrian,
    walkLeastS: 5, // RiLSA, practice
    walkS: 5,
    speedMps: 1.2, // RiLSA
    bicycleSpeedMps: 4, // RiLSA
    wholeCrossing: { setbackM: 0, speedMps: 1.2 },
    bufferS: 0, // the intergreen matrix holds the protection time
    waitS: 90, // practice
  },
  cycle: { minS: 30, maxS: 120, warnAboveS: 90 }, // RiLSA, practice
};

/** For synthetic networks and laboratories: what physics asks for, without the limits of comfort. */
const SIMULATION: JurisdictionProfile = {
  ...US_MUTCD,
  pedestrian: { ...US_MUTCD.pedestrian, waitS: 150, stagedWaitS: 180 },
  cycle: { minS: 20, maxS: 300, warnAboveS: 180 },
};

const PROFILES: Readonly<Record<Jurisdiction, JurisdictionProfile>> = {
  "us-mutcd": US_MUTCD,
  "china-gb": CHINA_GB,
  "de-rilsa": DE_RILSA,
  simulation: SIMULATION,
};

export const getProfile = (jurisdiction: Jurisdiction): JurisdictionProfile => PROFILES[jurisdiction];
