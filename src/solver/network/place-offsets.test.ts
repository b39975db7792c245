import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { createSeededRandom, type SeededRandom } from "../../network/seeded-random.ts";
import { type OffsetGraph, placeOffsets, sumUp } from "./place-offsets.ts";

type Pair = readonly [one: number, other: number];
const ring = (members: number): Pair[] =>
  Array.from({ length: members }, (_, at) => [at, (at + 1) % members]);
const SHAPES: Readonly<Record<string, { members: number; pairs: readonly Pair[] }>> = {
  "a tree": {
    members: 5,
    pairs: [
      [0, 1],
      [1, 2],
      [1, 3],
      [3, 4],
    ],
  },
  "a ring": { members: 5, pairs: ring(5) },
  "a block with a diagonal": { members: 4, pairs: [...ring(4), [0, 2]] },
};
const LABELS = 6;

function buildGraph(shape: { members: number; pairs: readonly Pair[] }, random: SeededRandom): OffsetGraph {
  const tables = Array.from({ length: shape.members }, (): { member: number; costs: Float64Array }[] => []);
  for (const [one, other] of shape.pairs) {
    const byLabel = Array.from({ length: LABELS }, () => random.uniform());
    const costs = (sign: 1 | -1): Float64Array =>
      Float64Array.from({ length: 2 * LABELS }, (_, at) =>
        known(byLabel[(at * sign + 2 * LABELS) % LABELS], "cost"),
      );
    tables[one]?.push({ member: other, costs: costs(1) });
    tables[other]?.push({ member: one, costs: costs(-1) });
  }
  const allowed = tables.map((_, member) =>
    Uint8Array.from({ length: LABELS }, (__, label) => (member === 2 && label % 2 === 1 ? 0 : 1)),
  );
  return { tables, labels: LABELS, allowed };
}

function findLeast(graph: OffsetGraph): number {
  const members = graph.tables.length;
  let least = Number.POSITIVE_INFINITY;
  for (let choice = 0; choice < LABELS ** members; choice++) {
    const labels = Int32Array.from(
      { length: members },
      (_, at) => Math.floor(choice / LABELS ** at) % LABELS,
    );
    if (labels.every((label, member) => graph.allowed[member]?.[label] === 1)) {
      least = Math.min(least, sumUp(graph, labels));
    }
  }
  return least;
}

test.each(Object.entries(SHAPES))("on %s no labels whatever are better", (_, shape) => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = createSeededRandom(seed);
    const graph = buildGraph(shape, random);
    const labels = new Int32Array(shape.members);
    const total = placeOffsets(graph, labels, { rounds: 40, random });
    expect(total).toBeCloseTo(findLeast(graph), 12);
    expect([...labels].every((label, member) => graph.allowed[member]?.[label] === 1)).toBe(true);
  }
});

test("one round finds the best of a tree", () => {
  const shape = known(SHAPES["a tree"], "tree");
  const random = createSeededRandom(7);
  const graph = buildGraph(shape, random);
  expect(placeOffsets(graph, new Int32Array(shape.members), { rounds: 1, random })).toBeCloseTo(
    findLeast(graph),
    12,
  );
});

test("a member that is not to be moved keeps its label, and no round makes the total worse", () => {
  const random = createSeededRandom(3);
  const whole = buildGraph(known(SHAPES["a ring"], "ring"), random);
  const graph = { ...whole, allowed: whole.allowed.map((it, member) => (member === 0 ? undefined : it)) };
  const labels = Int32Array.from([4, 0, 0, 0, 0]);
  let total = sumUp(graph, labels);
  for (let round = 0; round < 10; round++) {
    const next = placeOffsets(graph, labels, { rounds: 1, random });
    expect(next).toBeLessThanOrEqual(total + 1e-12);
    expect(labels[0]).toBe(4);
    total = next;
  }
});
