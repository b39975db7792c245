/**
 * Delay after the Highway Capacity Manual, d = d1 PF + d2 + d3. Movements: `v` flow, `c` capacity and `s` saturation
 * flow of all lanes, veh/h; `g` or `g_over_C`; `X` degree of saturation as printed; `PF`, `k`, `I` or `x_u` (of the
 * signal upstream), `Qb` initial queue, veh; `T` h; `cycle` or `C`. A movement's own value goes before the
 * intersection's; without `movements` there is one.
 */
import { z } from "zod";
import {
  incrementalDelayS,
  initialQueueDelayS,
  uniformDelayS,
  upstreamFilteringFactor,
} from "../../src/traffic/hcm-delay.ts";
import { Amount, type Answer, PositiveQuantity, REMARKS, readInput, refuse } from "./case.ts";

const TERMS = {
  ...REMARKS,
  cycle: PositiveQuantity.optional(),
  C: PositiveQuantity.optional(),
  T: PositiveQuantity.optional(),
  v: Amount.optional(),
  g: PositiveQuantity.optional(),
  g_over_C: PositiveQuantity.optional(),
  c: PositiveQuantity.optional(),
  s: PositiveQuantity.optional(),
  X: Amount.optional(),
  k: PositiveQuantity.optional(),
  I: PositiveQuantity.optional(),
  x_u: Amount.optional(),
  PF: PositiveQuantity.optional(),
  Qb: Amount.optional(),
};
const MovementSchema = z.strictObject({ ...TERMS, approach: z.string().optional() });
const HcmSchema = z.strictObject({ ...TERMS, movements: z.array(MovementSchema).min(1).optional() });

type Movement = z.infer<typeof MovementSchema>;

export function answerHcm(input: unknown): Answer {
  const { movements: given, ...shared } = readInput(HcmSchema, input);
  const movements = (given ?? [{}]).map((it) => delayOf({ ...shared, ...it }));
  const meanOf = (chosen: typeof movements): number =>
    chosen.reduce((sum, it) => sum + it.v * it.d, 0) / chosen.reduce((sum, it) => sum + it.v, 0);
  const names = new Set(movements.flatMap((it) => it.approach ?? []));
  const approaches = Object.fromEntries(
    [...names].map((name) => [name, meanOf(movements.filter((it) => it.approach === name))]),
  );
  return { ...movements[0], movements, approaches, intersection: meanOf(movements) };
}

function delayOf(it: Movement) {
  const cycleS = it.cycle ?? it.C ?? refuse("a movement without cycle");
  const effectiveGreenS = it.g ?? times(it.g_over_C, cycleS) ?? refuse("a movement without g");
  const capacityVph = it.c ?? times(it.s, effectiveGreenS / cycleS) ?? refuse("a movement without c, or s");
  const flowVph = it.v ?? times(it.X, capacityVph) ?? refuse("a movement without v, or X");
  const degreeOfSaturation = it.X ?? flowVph / capacityVph;
  const periodH = it.T ?? 0.25;
  const filteringFactor = it.I ?? (it.x_u === undefined ? 1 : upstreamFilteringFactor(it.x_u));
  const d1 = uniformDelayS({ cycleS, effectiveGreenS, degreeOfSaturation });
  const d2 = incrementalDelayS({
    degreeOfSaturation,
    capacityVph,
    periodH,
    filteringFactor,
    incrementalFactor: it.k ?? 0.5,
  });
  const d3 = initialQueueDelayS({ initialQueueVeh: it.Qb ?? 0, flowVph, capacityVph, periodH });
  return {
    ...(it.approach !== undefined && { approach: it.approach }),
    v: flowVph,
    c: capacityVph,
    X: degreeOfSaturation,
    I: filteringFactor,
    d1,
    d2,
    d3,
    d: d1 * (it.PF ?? 1) + d2 + d3,
  };
}

const times = (value: number | undefined, factor: number): number | undefined =>
  value === undefined ? undefined : value * factor;
