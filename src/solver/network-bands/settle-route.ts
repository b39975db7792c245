/**
 * One route placed anew as a whole, with regard to all others: of all its forms and beginnings the one where the route's
 * own worth and what the other ways through its shared signals are worth then is largest. The others are asked signal by
 * signal, each as if only that signal moved: exact where no other way passes two of the signals.
 * With a temperature what the others say is disturbed, so that the search wanders.
 */
import { known } from "../../errors.ts";
import type { SeededRandom } from "../../network/seeded-random.ts";
import { listOffsetRanges, type OffsetRange, type RouteShape, type RouteShapes } from "./route-shapes.ts";
import { type Scorer, scoreSignal } from "./score-shifts.ts";

/** tables[k][i] = best of the 2^k offsets from i on, for one alternative of a signal. */
type WindowTables = readonly Float64Array[];

interface Opinion {
  readonly signal: number;
  /** By alternative. */
  readonly tables: readonly WindowTables[];
  readonly most: number;
}

/** How far the search wanders. */
export interface Wander {
  readonly temperature: number;
  readonly random: SeededRandom;
}

/** Moves the signals of the route; answers the work done, in scans. */
export function settleRoute(scorer: Scorer, of: RouteShapes, wander: Wander): number {
  const { steps } = scorer.space;
  const opinions = of.shared.map((signal) => askOthers(scorer, signal, of, wander));
  const mostOfOthers = opinions.reduce((sum, it) => sum + it.most, 0);
  const totals = new Float64Array(steps);
  const here = new Float64Array(steps);
  let best = Number.NEGATIVE_INFINITY;
  let bestShape: RouteShape | undefined;
  let bestBegin = 0;
  let scans = of.shared.length;
  for (const shape of of.shapes) {
    let most = shape.worth + mostOfOthers;
    if (most <= best) break;
    scans += 1;
    totals.fill(most);
    // Each signal takes from the most that could be; the form is dropped where nothing beats the best any more.
    for (let i = 0; i < opinions.length && most > best; i++) {
      const opinion = opinions[i] as Opinion;
      listBest(opinion, shape.ranges[i] as readonly OffsetRange[], here);
      most = subtract(totals, here, opinion.most);
    }
    if (most <= best) continue;
    best = most;
    bestShape = shape;
    bestBegin = totals.indexOf(most);
  }
  if (bestShape !== undefined) place(scorer, of, { shape: bestShape, begin: bestBegin, opinions });
  return scans;
}

/** totals −= most − here; answers the largest that is left. */
function subtract(totals: Float64Array, here: Float64Array, most: number): number {
  let left = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < totals.length; i++) {
    const total = (totals[i] as number) - most + (here[i] as number);
    totals[i] = total;
    if (total > left) left = total;
  }
  return left;
}

function askOthers(scorer: Scorer, signal: number, { route }: RouteShapes, wander: Wander): Opinion {
  const { steps, alternativeCounts } = scorer.space;
  const { temperature, random } = wander;
  scoreSignal(scorer, signal, route);
  let most = Number.NEGATIVE_INFINITY;
  const tables = Array.from({ length: known(alternativeCounts[signal], "signal") }, (_, alternative) => {
    const scores = scorer.scores.slice(alternative * steps, (alternative + 1) * steps);
    for (let i = 0; i < steps; i++) {
      // Gumbel noise: the largest of the disturbed scores falls to each with its Boltzmann probability.
      const score = (scores[i] as number) - temperature * Math.log(-Math.log(random.uniform()));
      scores[i] = score;
      if (score > most) most = score;
    }
    return buildWindows(scores);
  });
  return { signal, tables, most };
}

function buildWindows(scores: Float64Array): WindowTables {
  const tables = [scores];
  const steps = scores.length;
  let last = scores;
  for (let half = 1; 2 * half <= steps; half *= 2) {
    const next = new Float64Array(steps);
    let far = half;
    for (let i = 0; i < steps; i++) {
      next[i] = Math.max(last[i] as number, last[far] as number);
      if (++far === steps) far = 0;
    }
    tables.push(next);
    last = next;
  }
  return tables;
}

/** into[begin] = best that the signal's other ways have when the outbound band begins then. */
function listBest({ tables }: Opinion, ranges: readonly OffsetRange[], into: Float64Array): void {
  const steps = into.length;
  into.fill(Number.NEGATIVE_INFINITY);
  for (const { alternative, from, count } of ranges) {
    const level = 31 - Math.clz32(count);
    const window = tables[alternative]?.[level] as Float64Array;
    const toSecond = count - 2 ** level;
    let first = ((from % steps) + steps) % steps;
    let second = (first + toSecond) % steps;
    for (let begin = 0; begin < steps; begin++) {
      const best = Math.max(window[first] as number, window[second] as number);
      if (best > (into[begin] as number)) into[begin] = best;
      if (++first === steps) first = 0;
      if (++second === steps) second = 0;
    }
  }
}

/** Shared signals where the others like it best, the route's own in the middle of their freedom. */
function place(
  { space, placement }: Scorer,
  { own, choices }: RouteShapes,
  of: { readonly shape: RouteShape; readonly begin: number; readonly opinions: readonly Opinion[] },
): void {
  const { steps } = space;
  const { shape, begin, opinions } = of;
  const put = (signal: number, alternative: number, offset: number): void => {
    placement.alternatives[signal] = alternative;
    placement.offsets[signal] = (((offset + begin) % steps) + steps) % steps;
  };
  for (const [i, { signal, tables }] of opinions.entries()) {
    let most = Number.NEGATIVE_INFINITY;
    for (const { alternative, from, count } of known(shape.ranges[i], "ranges")) {
      for (let offset = from; offset < from + count; offset++) {
        const score = tables[alternative]?.[0]?.[(((offset + begin) % steps) + steps) % steps] as number;
        if (score <= most) continue;
        most = score;
        put(signal, alternative, offset);
      }
    }
  }
  for (const signal of own) {
    const ranges = listOffsetRanges(choices.get(signal) ?? [], shape, steps);
    const widest = ranges.reduce((a, b) => (b.count > a.count ? b : a));
    put(signal, widest.alternative, widest.from + Math.floor((widest.count - 1) / 2));
  }
}
