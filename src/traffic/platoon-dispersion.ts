/**
 * How a platoon spreads along a link: Robertson's recurrence.
 *
 *   q'(t + βT) = F q(t) + (1 − F) q'(t + βT − 1),   F = 1 / (1 + α β T)
 *
 * q, q': flow leaving upstream and arriving downstream, per step; T: mean travel time of the link in steps;
 * βT: the first vehicle's travel time; α: how much the platoon spreads.
 * Source: D. I. Robertson, TRANSYT: a traffic network study tool, RRL report LR 253, 1969.
 * Limits: geometric travel times without end, no storage limit, no overtaking of the queue.
 */

/** Robertson's spread and lag factors for streets with moderate friction (TRANSYT-7F's default). */
export const PLATOON_SPREAD = 0.35;
export const PLATOON_LAG_RATIO = 0.8;

/** F for a link whose mean travel time is this many steps. */
export const smoothingFactor = (travelTimeSteps: number): number =>
  1 / (1 + PLATOON_SPREAD * PLATOON_LAG_RATIO * travelTimeSteps);

/** One platoon on an empty link: arrivals in the first `steps` steps, the first `lagSteps` of them zero. */
export function dispersePlatoon(input: {
  readonly flows: readonly number[];
  readonly lagSteps: number;
  readonly smoothing: number;
  readonly steps: number;
}): number[] {
  const arrivals: number[] = [];
  let previous = 0;
  for (let step = 0; step < input.steps; step++) {
    previous = input.smoothing * (input.flows[step - input.lagSteps] ?? 0) + (1 - input.smoothing) * previous;
    arrivals.push(previous);
  }
  return arrivals;
}

/**
 * The same, repeated every period: what arrives in the step before the first, so that the recurrence may begin there. The
 * flows stand in `profile` at [from, to). The lag βT is not applied; it is a rotation, which the caller combines with the
 * offsets. The recurrence is linear, so the periodic start follows from one round that begins at zero:
 * y₀ = z_n / (1 − (1 − F)ⁿ).
 */
export function startOfPlatoon(profile: Float64Array, from: number, to: number, smoothing: number): number {
  const keep = 1 - smoothing;
  const keepTwo = keep * keep;
  const keepFour = keepTwo * keepTwo;
  let arriving = 0;
  let at = from;
  // Four steps at once, because each would have to wait for the one before.
  for (; at + 3 < to; at += 4) {
    const early = (profile[at] as number) * keep + (profile[at + 1] as number);
    const late = (profile[at + 2] as number) * keep + (profile[at + 3] as number);
    arriving = keepFour * arriving + smoothing * (early * keepTwo + late);
  }
  for (; at < to; at++) arriving = keep * arriving + smoothing * (profile[at] as number);
  return arriving / (1 - keep ** (to - from));
}
