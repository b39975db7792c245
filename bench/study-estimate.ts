/** How far flows estimated from counts are from the volumes that the street was asked to carry. */
import { fixed } from "../src/commands/describe-measures.ts";
import { formatTable } from "../src/commands/terminal.ts";
import type { MovementFlow } from "../src/demand/demand.schema.ts";
import type { PlanMeasures } from "../src/traffic/measures.ts";
import type { StudyCorridor } from "./study-corridor.ts";

export interface EstimateErrors {
  readonly trueVph: number;
  readonly estimatedVph: number;
  /** Sum of absolute errors ÷ sum of volumes, 0…. */
  readonly error: number;
  /** The same of a perfect counter of Poisson arrivals in an hour: mean absolute deviation √(2λ/π). */
  readonly countingNoise: number;
  readonly movements: readonly MovementError[];
}

interface MovementError {
  readonly title: string;
  readonly trueVph: number;
  readonly estimatedVph: number;
  readonly confidence: number;
  readonly degreeOfSaturation: number;
}

const WORST = 8;

/** `model`: of the plan that ran while the counts were taken, for the degree of saturation. */
export function judgeEstimate(
  { flows: truth }: StudyCorridor,
  estimated: readonly MovementFlow[],
  model: PlanMeasures,
): EstimateErrors {
  const keyOf = (it: { intersectionId: string; movementId: string }) =>
    `${it.intersectionId} ${it.movementId}`;
  const trueOf = new Map(truth.map((it) => [keyOf(it), it.flowVph]));
  const saturationOf = new Map(model.movements.map((it) => [keyOf(it), it.degreeOfSaturation]));
  const movements = estimated.map((it) => ({
    title: keyOf(it),
    trueVph: trueOf.get(keyOf(it)) ?? 0,
    estimatedVph: it.flowVph,
    confidence: it.confidence,
    degreeOfSaturation: saturationOf.get(keyOf(it)) ?? 0,
  }));
  const sum = (value: (it: MovementError) => number) => movements.reduce((total, it) => total + value(it), 0);
  const trueVph = sum((it) => it.trueVph);
  return {
    trueVph,
    estimatedVph: sum((it) => it.estimatedVph),
    error: sum(absoluteError) / trueVph,
    countingNoise: sum((it) => Math.sqrt((2 * it.trueVph) / Math.PI)) / trueVph,
    movements,
  };
}

const absoluteError = (it: MovementError): number => Math.abs(it.estimatedVph - it.trueVph);

export function describeEstimate(underToday: EstimateErrors, underFree: EstimateErrors): string {
  const percent = (ratio: number) => `${fixed(100 * ratio, 1)} %`;
  const line = (title: string, it: EstimateErrors) => [
    title,
    fixed(it.trueVph, 0),
    fixed(it.estimatedVph, 0),
    percent(it.error),
    percent(it.countingNoise),
  ];
  const worst = [...underToday.movements].sort((a, b) => absoluteError(b) - absoluteError(a)).slice(0, WORST);
  return [
    "Flows estimated from the counts of one simulated hour, without any prior (veh/h; the solver sees the first row's):",
    formatTable(
      ["counted under", "imported", "estimated", "mean abs. error", "of it counting noise"],
      [line("today's plan", underToday), line("the free solve", underFree)],
    ),
    "Largest errors under today's plan, and the same movements when nothing is saturated:",
    formatTable(
      ["", "imported", "estimated", "saturation", "confidence", "under the free solve"],
      worst.map((it) => [
        it.title,
        fixed(it.trueVph, 0),
        fixed(it.estimatedVph, 0),
        fixed(it.degreeOfSaturation, 2),
        fixed(it.confidence, 2),
        fixed(underFree.movements.find((other) => other.title === it.title)?.estimatedVph ?? Number.NaN, 0),
      ]),
    ),
    "Counters count who passes: where a movement is saturated its queue is not counted, and whom it holds back is missing downstream.",
  ].join("\n");
}
