/**
 * Bands link by link as plain data: what is asked and what is answered.
 *
 * Each direction has one center line, a trajectory that runs the whole route at the links' travel times. Each link has a
 * band around it of its own width, as wide as the greens at its two ends leave: traffic that enters or leaves the route
 * along the way no longer narrows the band of the others.
 * - `equal` halves, MULTIBAND: Gartner, Assmann, Lasaga and Hou, A multi-band approach to arterial traffic signal
 *   optimization, Transportation Research Part B 25 (1991).
 * - `free` halves, AM-BAND: Zhang, Xie, Gartner, Stamatiadis and Arsava, AM-Band: an asymmetrical multi-band model for
 *   arterial traffic signal coordination, Transportation Research Part C 58 (2015).
 *
 * Signals stand in outbound order, starts of greens are relative to the signal's own local zero, as for the band of one
 * width (`bands/band-problem.ts`).
 */
import { assert } from "../../errors.ts";
import type { BandSignal, Direction, PerDirection, SignalChoice } from "../bands/band-problem.ts";

/** The stretch from one signal to the next one outbound. */
export interface WeightedLink {
  readonly outboundTravelS: number;
  readonly inboundTravelS: number;
  /** a and ā of the paper, ≥ 0: what a second of this link's bands is worth. */
  readonly weights: PerDirection<number>;
  /**
   * k of the paper: below 1 the inbound band has at least k times the outbound one, above 1 at most k times; so the band
   * of the lighter direction is never given up for the other one. 1 or absent: no such limit (also as in the paper).
   */
  readonly inboundPerOutbound?: number;
}

export interface LinkBandProblem {
  readonly cycleS: number;
  /** In outbound order, two or more. */
  readonly signals: readonly BandSignal[];
  /** `links[i]` joins signals i and i + 1. */
  readonly links: readonly WeightedLink[];
  /** So much earlier than it arrives the center line leaves every signal but the first of a direction, s. */
  readonly queueClearanceS: PerDirection<number>;
  /** `equal`: as much band before the center line as after it; `free`: each half for itself. */
  readonly halves: "equal" | "free";
  /**
   * `meetsGreens`: the center line passes every signal on green, as published. `mayMeetRed`: where it meets red, the
   * links on both sides have no band in this direction; every route has an answer then, but a direction may be given up.
   */
  readonly centerLine: "meetsGreens" | "mayMeetRed";
}

/** Of one link and direction: the band's halves before and after its center line, s. Both 0: no band. */
export interface LinkBand {
  readonly beforeS: number;
  readonly afterS: number;
}

/** What keeps the band of a link from growing. */
export type LinkBandLimit =
  /** It is as wide as the smaller green of its two ends, that of this signal. */
  | {
      readonly kind: "green";
      readonly link: number;
      readonly direction: Direction;
      readonly signal: number;
    }
  /** Both ends would leave more: the offsets serve the other direction or other links. */
  | { readonly kind: "offsets"; readonly link: number; readonly direction: Direction };

export interface LinkBandPlan {
  readonly kind: "solved";
  /** One per signal. The first signal's offset is 0. */
  readonly signals: readonly SignalChoice[];
  /** When the center lines pass the first signal of the list, on the common cycle, s. */
  readonly centerLineS: PerDirection<number>;
  readonly links: readonly PerDirection<LinkBand>[];
  /** Σ a·b + ā·b̄ over the links, weighted s. */
  readonly valueS: number;
  /** No offsets and center lines on the grid reach more. Equal to `valueS` unless the work limit came first. */
  readonly boundS: number;
  /** What each link would be worth if it were alone, weighted s: their sum no plan exceeds, on the grid or off it. */
  readonly aloneS: readonly number[];
  readonly limits: readonly LinkBandLimit[];
  readonly work: { readonly steps: number; readonly isStopped: boolean };
}

/** No center line meets a green at every signal in both directions; `boundS` > 0 where the work limit came first. */
export interface NoLinkBands {
  readonly kind: "noBand";
  readonly boundS: number;
}

export type LinkBandAnswer = LinkBandPlan | NoLinkBands;

/**
 * Weight of a link's band, a = (V/S)^p: the flow ratio to a power that the user chooses; 0 makes all links alike
 * (Gartner et al. 1991).
 */
export function weighLink(of: {
  readonly flowVph: number;
  readonly saturationFlowVph: number;
  readonly power: number;
}): number {
  assert(of.saturationFlowVph > 0, `saturation flow ${of.saturationFlowVph} veh/h`);
  return (of.flowVph / of.saturationFlowVph) ** of.power;
}
