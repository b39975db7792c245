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

/** α and β of a link. */
export interface PlatoonDispersion {
  readonly spread: number;
  readonly lagRatio: number;
}

/** Streets with moderate friction (TRANSYT-7F's default): what holds for a link that states nothing. */
export const MODERATE_FRICTION: PlatoonDispersion = { spread: 0.35, lagRatio: 0.8 };

/** F for a link whose mean travel time is this many steps. */
export const smoothingFactor = (
  travelTimeSteps: number,
  { spread, lagRatio }: PlatoonDispersion = MODERATE_FRICTION,
): number => 1 / (1 + spread * lagRatio * travelTimeSteps);

/**
 * α and β from the mean and standard deviation of single travel times, in steps of the recurrence: it delays each vehicle
 * by βT and a geometric number of steps with mean k = αβT and variance k (k + 1).
 * Source: L. Yu, Calibration of platoon dispersion parameters on the basis of link travel time statistics, TRR 1727, 2000.
 */
export function dispersionOfTravelTimes(of: {
  readonly travelTimeSteps: number;
  readonly meanSteps: number;
  readonly deviationSteps: number;
}): PlatoonDispersion {
  const geometricSteps = (Math.sqrt(1 + 4 * of.deviationSteps ** 2) - 1) / 2;
  const lagSteps = of.meanSteps - geometricSteps;
  return { spread: geometricSteps / lagSteps, lagRatio: lagSteps / of.travelTimeSteps };
}

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

/**
 * α and β of a link by least squares from measured platoons: vehicles that leave upstream and that arrive downstream in
 * each step, on a link that is empty before. Every lag in whole steps up to the mean travel time is tried; for each, the F
 * of least error is found by golden section, since the error of a geometric spread has one minimum in F.
 * `undefined` when nothing leaves upstream.
 */
export function calibrateDispersion(of: {
  readonly upstream: readonly number[];
  readonly downstream: readonly number[];
  readonly travelTimeSteps: number;
}): (PlatoonDispersion & { readonly squaredError: number }) | undefined {
  const { upstream, downstream, travelTimeSteps } = of;
  if (!upstream.some((it) => it > 0)) return undefined;
  let best: { lagSteps: number; smoothing: number; squaredError: number } | undefined;
  for (let lagSteps = 1; lagSteps <= Math.ceil(travelTimeSteps); lagSteps++) {
    const errorOf = (smoothing: number): number =>
      dispersePlatoon({ flows: upstream, lagSteps, smoothing, steps: downstream.length }).reduce(
        (sum, it, step) => sum + (it - (downstream[step] ?? 0)) ** 2,
        0,
      );
    const smoothing = findLeast(errorOf, 0.005, 1);
    const squaredError = errorOf(smoothing);
    if (best === undefined || squaredError < best.squaredError) best = { lagSteps, smoothing, squaredError };
  }
  if (best === undefined) return undefined;
  const { lagSteps, smoothing, squaredError } = best;
  return {
    spread: (1 / smoothing - 1) / lagSteps,
    lagRatio: lagSteps / travelTimeSteps,
    squaredError,
  };
}

/** Where a function with one minimum is least in [from, to], to 1e-4 (golden section). */
function findLeast(value: (at: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  let [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [atLeft, atRight] = [value(left), value(right)];
  while (high - low > 1e-4) {
    if (atLeft < atRight) {
      high = right;
      [right, atRight] = [left, atLeft];
      left = high - ratio * (high - low);
      atLeft = value(left);
    } else {
      low = left;
      [left, atLeft] = [right, atRight];
      right = low + ratio * (high - low);
      atRight = value(right);
    }
  }
  return (low + high) / 2;
}
