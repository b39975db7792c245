/**
 * The delay model against the street on one random arterial: total delay of all vehicles that come to a stop line in the
 * period, what they wait for after it included, over the same period from the same initial queues.
 */
import { evaluatePlan } from "../traffic/evaluate-plan.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import { buildRandomArterial } from "./random-arterial.test-support.ts";
import { simulatePlan } from "./simulate-plan.ts";
import { movementKey } from "./street-layout.ts";

/** T of the model's random and oversaturation delay. */
export const PERIOD_S = 900;
const WARM_UP_S = 900;

export interface Comparison {
  readonly seed: number;
  readonly signals: number;
  readonly degreeOfSaturation: number;
  readonly initialQueueVeh: number;
  readonly modelVehH: number;
  readonly streetVehH: number;
  /** Model ÷ street − 1. */
  readonly error: number;
  /** Standard error of the street's mean ÷ mean. */
  readonly streetNoise: number;
}

/** One random arterial by the model, and by as many hours of street as `seeds` says. */
export function compareWithModel(of: {
  readonly seed: number;
  readonly load: { readonly from: number; readonly to: number };
  readonly seeds: number;
}): Comparison {
  const { seed, seeds } = of;
  const arterial = buildRandomArterial(seed, of.load);
  const { index, timingPlans, flows, initialQueues } = arterial;
  const leftOverVeh = new Map(
    initialQueues.map((it) => [movementKey(it.intersectionId, it.movementId), it.queueVeh]),
  );
  const model = evaluatePlan({
    index,
    timingPlans,
    flows: flows.map((it) => ({
      ...it,
      initialQueueVeh: leftOverVeh.get(movementKey(it.intersectionId, it.movementId)) ?? 0,
    })),
  });
  const modelVehH = (model.totalDelayVehHPerH * PERIOD_S) / SECONDS_PER_HOUR;
  const streets = Array.from({ length: seeds }, (_, i) => {
    const { measures } = simulatePlan({
      index,
      timingPlans,
      flows: flows.map((it) => ({ ...it, confidence: 1 })),
      seed: seed * 100 + i,
      warmUpS: WARM_UP_S,
      periodS: PERIOD_S,
      countPeriodS: PERIOD_S,
      epochMs: 0,
      leftOverVeh,
    });
    return (measures.totalDelayVehHPerH * PERIOD_S) / SECONDS_PER_HOUR;
  });
  const streetVehH = meanOf(streets);
  const variance = streets.reduce((sum, it) => sum + (it - streetVehH) ** 2, 0) / (seeds - 1);
  return {
    seed,
    signals: timingPlans.length,
    degreeOfSaturation: arterial.degreeOfSaturation,
    initialQueueVeh: initialQueues.reduce((sum, it) => sum + it.queueVeh, 0),
    modelVehH,
    streetVehH,
    error: modelVehH / streetVehH - 1,
    streetNoise: Math.sqrt(variance / seeds) / streetVehH,
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, it) => sum + it, 0) / values.length;
