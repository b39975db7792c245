import { expect, test } from "vitest";
import { createSeededRandom, type SeededRandom } from "../network/seeded-random.ts";
import { estimateTurningShares, type TurningProblem } from "./estimate-turning-shares.ts";
import { learnTurningShares, type TurningMemory } from "./learn-turning-shares.ts";

const APPROACHES = [
  ["EBL", "EBT", "EBR"],
  ["NBL", "NBT", "NBR"],
] as const;
const EXITS = [
  ["EBL", "NBT"],
  ["EBT", "NBR"],
  ["EBR", "NBL"],
] as const;

/** Arrivals of some periods, and what leaves by each exit under these shares; every vehicle chooses for itself. */
function countPeriods(
  random: SeededRandom,
  of: { readonly periods: readonly number[]; readonly eastLeft: number },
): TurningProblem {
  const shares: Record<string, number> = {
    EBL: of.eastLeft,
    EBT: 0.9 - of.eastLeft,
    EBR: 0.1,
    NBL: 0.2,
    NBT: 0.5,
    NBR: 0.3,
  };
  const turned = new Map(Object.keys(shares).map((it) => [it, new Map<string, number>()]));
  const arrivals = APPROACHES.map((own) => {
    const counts = new Map<string, number>();
    for (const period of of.periods) {
      const vehicles = random.integer(40, 160);
      counts.set(String(period), vehicles);
      for (let vehicle = 0; vehicle < vehicles; vehicle += 1) {
        let draw = random.uniform();
        const chosen = own.find((it) => {
          draw -= shares[it] ?? 0;
          return draw < 0;
        });
        const into = turned.get(chosen ?? own[2]);
        into?.set(String(period), (into.get(String(period)) ?? 0) + 1);
      }
    }
    return counts;
  });
  return {
    approaches: APPROACHES.map((own, at) => ({
      movements: own.map((id) => ({ id, priorShare: 1 / 3 })),
      arrivals: arrivals[at],
    })),
    sums: EXITS.map((own) => ({
      movements: new Set<string>(own),
      vehicles: new Map(
        of.periods.map((it) => [
          String(it),
          own.reduce((sum, id) => sum + (turned.get(id)?.get(String(it)) ?? 0), 0),
        ]),
      ),
    })),
  };
}

test("with nothing forgotten, period by period is the same as all periods at once", () => {
  const random = createSeededRandom(5);
  const all = countPeriods(random, { periods: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], eastLeft: 0.3 });
  const only = (period: number): TurningProblem => ({
    approaches: all.approaches,
    sums: all.sums.map(({ movements, vehicles }) => ({
      movements,
      vehicles: new Map([[String(period), vehicles.get(String(period)) ?? 0]]),
    })),
  });
  let memory: TurningMemory = [];
  let learned = new Map(estimateTurningShares(all));
  for (let period = 0; period < 10; period += 1) {
    const step = learnTurningShares(memory, { problem: only(period), keep: 1 });
    memory = step.memory;
    learned = new Map(step.shares);
  }
  for (const [id, { share, resolution }] of estimateTurningShares(all)) {
    expect(learned.get(id)?.share).toBeCloseTo(share, 8);
    expect(learned.get(id)?.resolution).toBeCloseTo(resolution, 8);
  }
  expect(memory.length).toBeLessThanOrEqual(7);
});

test("shares that change are followed, more steadily than by each hour alone, and they always sum to 1", () => {
  const random = createSeededRandom(7);
  let memory: TurningMemory = [];
  let squared = { learned: 0, alone: 0 };
  for (let hour = 0; hour < 60; hour += 1) {
    const eastLeft = hour < 30 ? 0.2 : 0.5;
    const periods = [0, 1, 2, 3].map((it) => 4 * hour + it);
    const problem = countPeriods(random, { periods, eastLeft });
    const step = learnTurningShares(memory, { problem, keep: 0.8 });
    memory = step.memory;
    for (const own of APPROACHES) {
      const sum = own.reduce((total, it) => total + (step.shares.get(it)?.share ?? 0), 0);
      expect(sum).toBeCloseTo(1, 9);
    }
    // Ten hours after the change it has been learned.
    if (hour < 10 || (hour >= 30 && hour < 40)) continue;
    const errorOf = (shares: typeof step.shares): number => ((shares.get("EBL")?.share ?? 0) - eastLeft) ** 2;
    squared = {
      learned: squared.learned + errorOf(step.shares),
      alone: squared.alone + errorOf(estimateTurningShares(problem)),
    };
  }
  expect(Math.sqrt(squared.learned / 40)).toBeLessThan(0.06);
  expect(squared.learned).toBeLessThan(0.5 * squared.alone);
});

test("an hour without counts leaves what was learned", () => {
  const random = createSeededRandom(9);
  const problem = countPeriods(random, { periods: [0, 1, 2, 3, 4, 5, 6, 7], eastLeft: 0.4 });
  const { memory, shares } = learnTurningShares([], { problem, keep: 0.95 });
  const silent = { ...problem, sums: [] };
  const after = learnTurningShares(memory, { problem: silent, keep: 0.95 }).shares;
  expect(after.get("EBL")?.share).toBeCloseTo(shares.get("EBL")?.share ?? 0, 2);
});
