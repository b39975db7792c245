/**
 * The search for many routes that cross: simulated annealing in two parts, from a high temperature to a low one.
 * First whole routes are placed anew with regard to the others (`settle-route.ts`), which finds the forms of the bands and
 * how the routes lie to each other; then single signals over all offsets and alternatives, and stretches of a route over
 * all shifts, each drawn from its Boltzmann distribution ("heat bath"), which settles the seconds.
 * Kirkpatrick, Gelatt and Vecchi, Optimization by simulated annealing, Science 220, 1983; Geman and Geman, Stochastic
 * relaxation, IEEE Transactions on Pattern Analysis and Machine Intelligence 6, 1984.
 */
import { known } from "../../errors.ts";
import type { SeededRandom } from "../../network/seeded-random.ts";
import type { RouteShapes } from "./route-shapes.ts";
import { type Scorer, scoreAll, scoreShift, scoreSignal } from "./score-shifts.ts";
import { settleRoute } from "./settle-route.ts";

export interface Annealing {
  readonly scorer: Scorer;
  readonly routes: readonly RouteShapes[];
  readonly random: SeededRandom;
  /** A scan asks for all offsets of a signal or all shifts of a stretch; the search may end a little later. */
  readonly scanLimit: number;
  /** What temperatures are counted in: the mean worth of a route at its best. */
  readonly meanWorth: number;
}

interface Cooling {
  readonly from: number;
  readonly to: number;
}

const COOL_ROUTES: Cooling = { from: 0.06, to: 0.007 };
const COOL_SIGNALS: Cooling = { from: 0.01, to: 0.0015 };
/** Of all scans, those of the first part; of the second part, those that move a stretch. */
const ROUTE_SHARE = 0.4;
const STRETCH_SHARE = 0.3;

/** Leaves the placement at the best found, which is no worse than what it was; answers the scans made. */
export function anneal(annealing: Annealing): number {
  const best = createBest(annealing.scorer);
  const scans = annealRoutes(annealing, best);
  best.restore();
  return annealSignals(annealing, best, scans);
}

interface Best {
  /** Takes the placement, worth so much, if it is the best so far. */
  offer(worth: number): void;
  /** Puts the placement back to it. */
  restore(): void;
}

function createBest(scorer: Scorer): Best {
  const { placement } = scorer;
  const offsets = placement.offsets.slice();
  const alternatives = placement.alternatives.slice();
  let most = scoreAll(scorer);
  return {
    offer: (worth) => {
      if (worth <= most + NO_GAIN) return;
      most = worth;
      offsets.set(placement.offsets);
      alternatives.set(placement.alternatives);
    },
    restore: () => {
      placement.offsets.set(offsets);
      placement.alternatives.set(alternatives);
    },
  };
}

/** Less is rounding. */
const NO_GAIN = 1e-9;

function annealRoutes({ scorer, routes, random, scanLimit, meanWorth }: Annealing, best: Best): number {
  const limit = scanLimit * ROUTE_SHARE;
  let scans = 0;
  while (scans < limit) {
    const route = known(routes[random.integer(0, routes.length - 1)], "route");
    const temperature = meanWorth * cool(COOL_ROUTES, scans / limit);
    scans += settleRoute(scorer, route, { temperature, random });
    best.offer(scoreAll(scorer));
  }
  return scans;
}

function annealSignals(annealing: Annealing, best: Best, scansBefore: number): number {
  const { scorer, routes, random, scanLimit, meanWorth } = annealing;
  const signals = [...new Set(routes.flatMap((it) => it.route.signals))];
  const draw = createDraw(scorer, random);
  let worth = scoreAll(scorer);
  for (let scans = scansBefore; scans < scanLimit; scans++) {
    const temperature = meanWorth * cool(COOL_SIGNALS, (scans - scansBefore) / (scanLimit - scansBefore));
    if (random.uniform() < STRETCH_SHARE) {
      const { route } = known(routes[random.integer(0, routes.length - 1)], "route");
      worth += moveStretch(scorer, drawStretch(route.signals, random), (count) => draw(count, temperature));
    } else {
      const signal = known(signals[random.integer(0, signals.length - 1)], "signal");
      worth += moveSignal(scorer, signal, (count) => draw(count, temperature));
    }
    best.offer(worth);
  }
  best.restore();
  return Math.max(scansBefore, scanLimit);
}

const cool = ({ from, to }: Cooling, progress: number): number => from * (to / from) ** progress;

function drawStretch(signals: readonly number[], random: SeededRandom): readonly number[] {
  const one = random.integer(0, signals.length - 1);
  const other = random.integer(0, signals.length - 1);
  return signals.slice(Math.min(one, other), Math.max(one, other) + 1);
}

/** Answers what the move gained. */
function moveStretch(scorer: Scorer, signals: readonly number[], draw: (count: number) => number): number {
  const { space, placement, scores } = scorer;
  scoreShift(scorer, signals);
  const shift = draw(space.steps);
  for (const it of signals) {
    placement.offsets[it] = ((placement.offsets[it] as number) + shift) % space.steps;
  }
  return (scores[shift] as number) - (scores[0] as number);
}

function moveSignal(scorer: Scorer, signal: number, draw: (count: number) => number): number {
  const { space, placement, scores } = scorer;
  const { steps } = space;
  scoreSignal(scorer, signal);
  const before = (placement.alternatives[signal] as number) * steps + (placement.offsets[signal] as number);
  const after = draw((space.alternativeCounts[signal] as number) * steps);
  placement.alternatives[signal] = Math.floor(after / steps);
  placement.offsets[signal] = after % steps;
  return (scores[after] as number) - (scores[before] as number);
}

/** Draws one of the first `count` scores, each with probability ∝ exp(score ÷ temperature). */
function createDraw(
  { scores }: Scorer,
  random: SeededRandom,
): (count: number, temperature: number) => number {
  const sums = new Float64Array(scores.length);
  return (count, temperature) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) if ((scores[i] as number) > most) most = scores[i] as number;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const below = ((scores[i] as number) - most) / temperature;
      if (below > NEVER) sum += Math.exp(below);
      sums[i] = sum;
    }
    const drawn = random.uniform() * sum;
    let at = 0;
    while ((sums[at] as number) <= drawn) at++;
    return at;
  };
}

/** e^−16 is about one in ten million. */
const NEVER = -16;
