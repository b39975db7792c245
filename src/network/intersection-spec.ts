/** The compact description of a standard intersection, and the four directions in which traffic arrives at it. */
import { known } from "../errors.ts";
import type { TimingStyle } from "./fixed-times.ts";

/** The direction in which traffic arrives over a leg: EB arrives on the western leg. */
export type Bound = "NB" | "EB" | "SB" | "WB";

/** Clockwise. */
const BOUNDS: readonly Bound[] = ["NB", "EB", "SB", "WB"];
/** The leg over which it arrives. */
export const LEG_NAMES: Readonly<Record<Bound, string>> = { NB: "S", EB: "W", SB: "N", WB: "E" };
/** Width of the refuge in the middle of a road that is crossed in two stages, part of its width. */
export const REFUGE_M = 2;

export interface LegSpec {
  readonly bound: Bound;
  /** Absent: nobody arrives over this leg (one-way, away). */
  readonly entry?: {
    readonly linkId: string;
    readonly speedLimitMps: number;
    readonly speed85Mps?: number;
    readonly gradeRatio?: number;
    readonly lanes: number;
    /** Lanes of a left-turn bay beside the link's own lanes; 0: left turns share the through lanes. */
    readonly leftLanes: number;
    readonly leftStorageM?: number;
    readonly leftForbidden?: boolean;
    /** Of one through lane, veh/h of green. */
    readonly laneSaturationFlowVph: number;
  };
  /** Absent: nobody leaves over this leg (one-way, inward). */
  readonly exitLinkId?: string;
  /** Kerb to kerb. */
  readonly roadWidthM: number;
  /** `staged`: two halves over a refuge. */
  readonly crossing: "none" | "whole" | "staged";
  readonly bicycleCrossing?: boolean;
}

export interface IntersectionSpec {
  readonly id: string;
  readonly name?: string;
  readonly xM: number;
  readonly yM: number;
  readonly legs: readonly LegSpec[];
  readonly main: "EW" | "NS";
  readonly control: "ringBarrier" | "stages";
  readonly style: TimingStyle;
  readonly resolutionS?: 1 | 0.1;
}

/** The bound reached by turning clockwise by quarters: its traffic leaves over the leg where the opposite one arrives. */
export function turnBound(bound: Bound, quarters: number): Bound {
  return known(
    BOUNDS[(BOUNDS.indexOf(bound) + quarters + 4) % 4],
    `bound ${quarters} quarters from ${bound}`,
  );
}

export const oppositeBound = (bound: Bound): Bound => turnBound(bound, 2);

export const headingDeg = (bound: Bound): number => BOUNDS.indexOf(bound) * 90;

/** Crossings are named `pedS`, `bikeS`, `pedS-entry` after their leg. */
export function boundOfCrossing(id: string): Bound {
  const letter = id.replace(/^(ped|bike)/, "").charAt(0);
  return known(
    BOUNDS.find((it) => LEG_NAMES[it] === letter),
    `leg of crossing ${id}`,
  );
}
