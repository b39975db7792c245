/**
 * A day divided into stretches of one plan each: for every number of stretches the division and the plans that cost least.
 *
 * Given is what each of P plans costs in each of Q periods, and what a change costs: the time until the new plan is in
 * step × what it costs more per hour until then. With m the least number of periods in one plan,
 *
 *   F(k, q, p) = min( F(k, q − 1, p) + c(p, q − 1),
 *                     min over r ≠ p of F(k − 1, q − m, r) + change(r, p, q − m) + c(p, q − m) + … + c(p, q − 1) )
 *
 * is the least cost of the first q periods in k stretches of which p is the last and at least m long (dynamic programming
 * over segmentations, as Bellman, Communications of the ACM 4, 1961). The day repeats: the change from its last plan to
 * its first one is paid at midnight, so the search runs once for every first plan. Exact for the plans that are given.
 *
 * Limits: a plan that runs through midnight keeps to m on both sides of it. Cost: K Q P³ steps; 16, 96 and 60: 0.3 · 10⁹.
 */
import { assert, known } from "../errors.ts";

/** Plans and periods by position. */
export interface DayCosts {
  /** [plan][period]: performance index of the plan over the period, veh·h. */
  readonly costs: readonly Float64Array[];
  /** [plan][period]: what the plan costs more while it is out of step, veh·h/h. */
  readonly outOfStepCosts: readonly Float64Array[];
  /** [from · P + to]: how long a change takes until all signals are in step, h; 0 on the diagonal. */
  readonly changeHours: Float64Array;
}

export interface Stretch {
  readonly plan: number;
  /** Periods [from, to). */
  readonly from: number;
  readonly to: number;
}

export interface Segmentation {
  readonly stretches: readonly Stretch[];
  /** Changes a day; the one at midnight among them when the day ends with another plan than it begins with. */
  readonly changes: number;
  /** veh·h a day. */
  readonly plansCost: number;
  readonly changesCost: number;
}

/**
 * The best segmentation for 1, 2, … stretches, as many as there can be and at most `mostStretches`; each has exactly so
 * many.
 */
export function segmentDay(of: {
  readonly day: DayCosts;
  readonly mostStretches: number;
  /** Periods that a plan stays at least. */
  readonly leastPeriods: number;
}): Segmentation[] {
  const { day, leastPeriods } = of;
  const plans = day.costs.length;
  const periods = day.costs[0]?.length ?? 0;
  assert(plans > 0 && periods >= leastPeriods && leastPeriods >= 1, `${plans} plans, ${periods} periods`);
  const most = Math.min(of.mostStretches, Math.floor(periods / leastPeriods));
  const tables = allocate({ plans, periods, most });
  const best: { cost: number; stretches: readonly Stretch[] }[] = [];
  for (let first = 0; first < plans; first++) {
    fillFrom(first, day, tables, leastPeriods);
    for (let count = 1; count <= most; count++) {
      const { cost, last } = closeDay(first, day, tables, count);
      if (!(cost < (best[count - 1]?.cost ?? Number.POSITIVE_INFINITY))) continue;
      best[count - 1] = { cost, stretches: traceBack(tables, { count, last, leastPeriods }) };
    }
  }
  return best.map(({ stretches }) => describeStretches(day, stretches));
}

/** What a change costs at the begin of a period, veh·h. */
export function changeCost({ changeHours, outOfStepCosts, costs }: DayCosts, change: Change): number {
  const hours = known(changeHours[change.from * costs.length + change.to], "duration of a change");
  return hours * known(outOfStepCosts[change.to]?.[change.at], "cost out of step");
}

export interface Change {
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/** F and its decisions, for one first plan at a time: [count − 1][q][p], flat. */
interface Tables {
  readonly plans: number;
  readonly periods: number;
  readonly most: number;
  readonly cost: Float64Array;
  /** The plan before, where stretch p begins m periods before q; −1: it goes on. */
  readonly before: Int32Array;
  /** [p][q]: costs of the first q periods. */
  readonly sums: Float64Array;
}

function allocate(of: { plans: number; periods: number; most: number }): Tables {
  const size = of.most * (of.periods + 1) * of.plans;
  return {
    ...of,
    cost: new Float64Array(size),
    before: new Int32Array(size),
    sums: new Float64Array(of.plans * (of.periods + 1)),
  };
}

function fillFrom(first: number, day: DayCosts, tables: Tables, least: number): void {
  const { plans, periods, most, cost, before, sums } = tables;
  const level = (periods + 1) * plans;
  cost.fill(Number.POSITIVE_INFINITY);
  before.fill(-1);
  for (let plan = 0; plan < plans; plan++) {
    const own = day.costs[plan] as Float64Array;
    const row = plan * (periods + 1);
    for (let q = 0; q < periods; q++) sums[row + q + 1] = (sums[row + q] as number) + (own[q] as number);
  }
  for (let q = least; q <= periods; q++) cost[q * plans + first] = sums[first * (periods + 1) + q] as number;
  for (let count = 1; count < most; count++) {
    for (let q = (count + 1) * least; q <= periods; q++) {
      const start = q - least;
      const from = (count - 1) * level + start * plans;
      for (let plan = 0; plan < plans; plan++) {
        const extra = (day.outOfStepCosts[plan] as Float64Array)[start] as number;
        let cheapest = Number.POSITIVE_INFINITY;
        let previous = -1;
        for (let other = 0; other < plans; other++) {
          const total =
            (cost[from + other] as number) + (day.changeHours[other * plans + plan] as number) * extra;
          if (total < cheapest && other !== plan) {
            cheapest = total;
            previous = other;
          }
        }
        const row = plan * (periods + 1);
        const begun = cheapest + (sums[row + q] as number) - (sums[row + start] as number);
        const at = count * level + q * plans + plan;
        const goesOn =
          (cost[at - plans] as number) + (sums[row + q] as number) - (sums[row + q - 1] as number);
        cost[at] = Math.min(begun, goesOn);
        before[at] = begun < goesOn ? previous : -1;
      }
    }
  }
}

/** The least cost of the whole day in so many stretches, with the change back to the first plan, and its last plan. */
function closeDay(
  first: number,
  day: DayCosts,
  { plans, periods, cost }: Tables,
  count: number,
): { readonly cost: number; readonly last: number } {
  const end = ((count - 1) * (periods + 1) + periods) * plans;
  let least = Number.POSITIVE_INFINITY;
  let last = first;
  for (let plan = 0; plan < plans; plan++) {
    const total = (cost[end + plan] as number) + changeCost(day, { from: plan, to: first, at: 0 });
    if (total < least) {
      least = total;
      last = plan;
    }
  }
  return { cost: least, last };
}

function traceBack(
  { plans, periods, before }: Tables,
  of: { readonly count: number; readonly last: number; readonly leastPeriods: number },
): Stretch[] {
  const stretches: Stretch[] = [];
  let plan = of.last;
  let to = periods;
  let q = periods;
  for (let count = of.count; count > 1; count--) {
    const level = (count - 1) * (periods + 1) * plans;
    while (before[level + q * plans + plan] === -1) q -= 1;
    const from = q - of.leastPeriods;
    stretches.push({ plan, from, to });
    plan = known(before[level + q * plans + plan], "plan before");
    to = from;
    q = from;
  }
  stretches.push({ plan, from: 0, to });
  return stretches.reverse();
}

/** What any stretches of the day cost, summed up from the stretches themselves. */
export function describeStretches(day: DayCosts, stretches: readonly Stretch[]): Segmentation {
  let plansCost = 0;
  let changesCost = 0;
  let changes = 0;
  for (const [position, { plan, from, to }] of stretches.entries()) {
    for (let q = from; q < to; q++) plansCost += known(day.costs[plan]?.[q], "cost");
    const { plan: previous } = known(stretches.at(position - 1), "stretch before");
    if (previous === plan) continue;
    changes += 1;
    changesCost += changeCost(day, { from: previous, to: plan, at: from });
  }
  return { stretches, changes, plansCost, changesCost };
}
