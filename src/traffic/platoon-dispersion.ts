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
 * The same, repeated every cycle: smooths the periodic profile `profile` in place. The lag βT is not applied; it is a
 * rotation, which the caller combines with the offsets.
 * The recurrence is linear, so its periodic start follows from one round that begins at zero: y₀ = z_n / (1 − (1−F)ⁿ).
 */
export function disperseCyclic(profile: Float64Array, smoothing: number): void {
  const keep = 1 - smoothing;
  const steps = profile.length;
  let previous = 0;
  for (let step = 0; step < steps; step++) {
    previous = smoothing * (profile[step] as number) + keep * previous;
  }
  previous /= 1 - keep ** steps;
  for (let step = 0; step < steps; step++) {
    previous = smoothing * (profile[step] as number) + keep * previous;
    profile[step] = previous;
  }
}
