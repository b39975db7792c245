/**
 * Where time is lost, in order: what a measure finds beyond its threshold, each with what it costs.
 *
 *   hours lost per hour = Σ waiting time of the people concerned ÷ time measured
 *     vehicles:    approach delay of the phase
 *     pedestrians: presses that were answered × mean wait
 *
 * One unit for all kinds, so that a crossing can outrank a lane. A hot spot is reported from its threshold on:
 *   bottleneck      split failures in ≥ 20 % of cycles while the way ahead is free
 *   blocked         the same while a queue stands over the link ahead for ≥ 5 % of the time: the cause lies ahead
 *   spillback       a queue stands over the beginning of the link for ≥ 5 % of the time
 *   lateArrivals    platoon ratio (share of arrivals on green ÷ share of green) ≤ 0.85: HCM 6th ed., arrival type 2
 *   pedestrianWait  mean wait ≥ 60 s: HCM 6th ed., level of service F
 * The 20 % and 5 % are ours. The identity is the same at every measurement, so that an owner and a plan stay with it.
 * Bottleneck and cause ahead after Chen, Skabardonis & Varaiya, Systematic identification of freeway bottlenecks, 2004.
 */

import type { DelayBin } from "./approach-delay.ts";
import type { ArrivalBin } from "./arrivals-on-green.ts";
import type { SplitFailureBin } from "./split-failures.ts";
import type { BinTotal } from "./tally.ts";

export type HotSpotKind = "bottleneck" | "blocked" | "spillback" | "lateArrivals" | "pedestrianWait";

export interface HotSpot {
  /** `intersection/phase/concern`; a bottleneck and a blocked phase are one concern. */
  readonly id: string;
  readonly kind: HotSpotKind;
  readonly intersectionId: string;
  readonly phase: number;
  readonly lostHoursPerHour: number;
  /** What was measured, in the unit of the threshold. */
  readonly value: number;
  readonly threshold: number;
}

/** What was measured at one intersection; bins of any length. */
export interface MeasuredIntersection {
  readonly intersectionId: string;
  readonly measuredS: number;
  readonly splitFailures: readonly SplitFailureBin[];
  readonly arrivals: readonly ArrivalBin[];
  readonly delays: readonly DelayBin[];
  readonly pedestrianWaits: readonly BinTotal[];
  /** 0…1 of the time green. */
  readonly greenShareByPhase: ReadonlyMap<number, number>;
  /** Share of the time that a queue stands over the beginning of the link that arrives at the phase. */
  readonly coveredShareByPhase: ReadonlyMap<number, number>;
  /** The same of the links into which the phase leads. */
  readonly coveredAheadByPhase: ReadonlyMap<number, number>;
}

export const HOT_SPOT_THRESHOLDS = {
  failedShare: 0.2,
  coveredShare: 0.05,
  platoonRatio: 0.85,
  pedestrianWaitS: 60,
} as const;

/** The costliest first; of equal cost by identity. */
export function rankHotSpots(measured: readonly MeasuredIntersection[]): HotSpot[] {
  return measured
    .flatMap((it) => [
      ...findFailingPhases(it),
      ...findSpillback(it),
      ...findLateArrivals(it),
      ...findPedestrianWaits(it),
    ])
    .sort((a, b) => b.lostHoursPerHour - a.lostHoursPerHour || (a.id < b.id ? -1 : 1));
}

function findFailingPhases(measured: MeasuredIntersection): HotSpot[] {
  const { failedShare, coveredShare } = HOT_SPOT_THRESHOLDS;
  return phasesOf(measured.splitFailures).flatMap((phase) => {
    const bins = measured.splitFailures.filter((it) => it.phase === phase);
    const value = sumOf(bins, (it) => it.failures) / sumOf(bins, (it) => it.cycles);
    if (value < failedShare) return [];
    const isBlocked = (measured.coveredAheadByPhase.get(phase) ?? 0) >= coveredShare;
    return [
      {
        ...place(measured, phase, "capacity"),
        kind: isBlocked ? "blocked" : "bottleneck",
        lostHoursPerHour: vehicleLoss(measured, phase),
        value,
        threshold: failedShare,
      },
    ];
  });
}

function findSpillback(measured: MeasuredIntersection): HotSpot[] {
  const threshold = HOT_SPOT_THRESHOLDS.coveredShare;
  return [...measured.coveredShareByPhase].flatMap(([phase, value]): HotSpot[] =>
    value < threshold
      ? []
      : [
          {
            ...place(measured, phase, "spillback"),
            kind: "spillback",
            lostHoursPerHour: vehicleLoss(measured, phase),
            value,
            threshold,
          },
        ],
  );
}

function findLateArrivals(measured: MeasuredIntersection): HotSpot[] {
  const threshold = HOT_SPOT_THRESHOLDS.platoonRatio;
  return phasesOf(measured.arrivals).flatMap((phase): HotSpot[] => {
    const bins = measured.arrivals.filter((it) => it.phase === phase);
    const onGreen = sumOf(bins, (it) => it.onGreen) / sumOf(bins, (it) => it.arrivals);
    const greenShare = measured.greenShareByPhase.get(phase) ?? 0;
    if (greenShare === 0 || onGreen / greenShare > threshold) return [];
    return [
      {
        ...place(measured, phase, "lateArrivals"),
        kind: "lateArrivals",
        lostHoursPerHour: vehicleLoss(measured, phase),
        value: onGreen / greenShare,
        threshold,
      },
    ];
  });
}

function findPedestrianWaits(measured: MeasuredIntersection): HotSpot[] {
  const threshold = HOT_SPOT_THRESHOLDS.pedestrianWaitS;
  const phases = [...new Set(measured.pedestrianWaits.map((it) => it.number))];
  return phases.flatMap((phase): HotSpot[] => {
    const bins = measured.pedestrianWaits.filter((it) => it.number === phase);
    const waitedS = sumOf(bins, (it) => it.sum);
    const value = waitedS / sumOf(bins, (it) => it.count);
    if (value < threshold) return [];
    return [
      {
        ...place(measured, phase, "pedestrianWait"),
        kind: "pedestrianWait",
        lostHoursPerHour: waitedS / measured.measuredS,
        value,
        threshold,
      },
    ];
  });
}

const place = ({ intersectionId }: MeasuredIntersection, phase: number, concern: string) => ({
  id: `${intersectionId}/${phase}/${concern}`,
  intersectionId,
  phase,
});

const vehicleLoss = ({ delays, measuredS }: MeasuredIntersection, phase: number): number =>
  sumOf(
    delays.filter((it) => it.phase === phase),
    (it) => it.delayS,
  ) / measuredS;

const phasesOf = (bins: readonly { readonly phase: number }[]): number[] => [
  ...new Set(bins.map((it) => it.phase)),
];

const sumOf = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((sum, it) => sum + value(it), 0);
