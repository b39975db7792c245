import fc from "fast-check";
import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { type DayCosts, segmentDay } from "./segment-day.ts";

const toDay = (costs: number[][], outOfStep: number[][], hours: number[][]): DayCosts => ({
  costs: costs.map((it) => Float64Array.from(it)),
  outOfStepCosts: outOfStep.map((it) => Float64Array.from(it)),
  changeHours: Float64Array.from(hours.flatMap((row, from) => row.map((it, to) => (from === to ? 0 : it)))),
});

/** Every sequence of plans by enumeration: the least cost for each number of stretches; shares no code. */
function enumerate(of: {
  costs: number[][];
  outOfStep: number[][];
  hours: number[][];
  leastPeriods: number;
}): Map<number, number> {
  const periods = known(of.costs[0], "costs").length;
  const plans = of.costs.length;
  const least = new Map<number, number>();
  for (let code = 0; code < plans ** periods; code++) {
    const days = Array.from({ length: periods }, (_, q) => Math.floor(code / plans ** q) % plans);
    const lengths: number[] = [];
    for (const [q, plan] of days.entries()) {
      if (q > 0 && days[q - 1] === plan) lengths.push((lengths.pop() ?? 0) + 1);
      else lengths.push(1);
    }
    if (lengths.some((it) => it < of.leastPeriods)) continue;
    let cost = 0;
    for (const [q, plan] of days.entries()) {
      const before = known(days[(q + periods - 1) % periods], "plan before");
      cost += known(of.costs[plan]?.[q], "cost");
      if (before !== plan)
        cost += known(of.hours[before]?.[plan], "hours") * known(of.outOfStep[plan]?.[q], "extra");
    }
    least.set(lengths.length, Math.min(cost, least.get(lengths.length) ?? Number.POSITIVE_INFINITY));
  }
  return least;
}

const FULL = process.env["GREENWAVE_FULL"] === "1";
const number = fc.integer({ min: 0, max: 1000 }).map((it) => it / 100);
const table = (rows: number, columns: number) =>
  fc.array(fc.array(number, { minLength: columns, maxLength: columns }), {
    minLength: rows,
    maxLength: rows,
  });
const instance = fc
  .record({ plans: fc.integer({ min: 1, max: 3 }), periods: fc.integer({ min: 3, max: 8 }) })
  .chain(({ plans, periods }) =>
    fc.record({
      costs: table(plans, periods),
      outOfStep: table(plans, periods),
      hours: table(plans, plans),
      leastPeriods: fc.integer({ min: 1, max: 3 }),
    }),
  );

test("every segmentation is the best of all sequences of plans, for every number of stretches", () => {
  const check = fc.property(instance, (it) => {
    const expected = enumerate(it);
    const found = segmentDay({
      day: toDay(it.costs, it.outOfStep, it.hours),
      mostStretches: 16,
      leastPeriods: it.leastPeriods,
    });
    expect(found.length).toBe(Math.max(...expected.keys()));
    for (const [position, { stretches, plansCost, changesCost }] of found.entries()) {
      expect(stretches.length).toBe(position + 1);
      expect(plansCost + changesCost).toBeCloseTo(known(expected.get(position + 1), "least cost"), 9);
      expect(stretches.every(({ from, to }) => to - from >= it.leastPeriods)).toBe(true);
    }
  });
  fc.assert(check, { seed: 41, numRuns: FULL ? 2000 : 100 });
});

test("a change that costs more than it saves makes more stretches cost more in all", () => {
  const costs = [
    [1, 1, 5, 5, 1, 1],
    [3, 3, 2, 2, 3, 3],
  ];
  const free = segmentDay({
    day: toDay(
      costs,
      [Array(6).fill(1), Array(6).fill(1)],
      [
        [0, 1],
        [1, 0],
      ],
    ),
    mostStretches: 16,
    leastPeriods: 2,
  });
  expect(free.map((it) => [it.plansCost, it.changesCost, it.changes])).toEqual([
    [14, 0, 0],
    [12, 2, 2],
    [8, 2, 2],
  ]);
  expect(free[2]?.stretches).toEqual([
    { plan: 0, from: 0, to: 2 },
    { plan: 1, from: 2, to: 4 },
    { plan: 0, from: 4, to: 6 },
  ]);
});

test("of a full day of 40 plans every further stretch costs no more", () => {
  const plans = 40;
  const wave = (plan: number, q: number) =>
    10 + Math.abs(Math.sin(q / 9) * 30 - plan) + ((q * plan) % 7) / 10;
  const rows = (of: (plan: number, q: number) => number) =>
    Array.from({ length: plans }, (_, plan) => Array.from({ length: 96 }, (_, q) => of(plan, q)));
  const hours = Array.from({ length: plans }, () => Array(plans).fill(0.05) as number[]);
  const found = segmentDay({
    day: toDay(
      rows(wave),
      rows(() => 4),
      hours,
    ),
    mostStretches: 16,
    leastPeriods: 2,
  });
  const totals = found.map((it) => it.plansCost);
  expect(found.length).toBe(16);
  for (const [at, total] of totals.entries())
    if (at > 0) expect(total).toBeLessThan((totals[at - 1] ?? 0) + 1e-9);
});
