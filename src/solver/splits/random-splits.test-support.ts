/** Random split problems for tests: two-ring and stage structures with random minimums, maximums and streams. */
import fc from "fast-check";
import type { SplitProblem } from "./split-problem.ts";

const RINGS = [
  [
    [1, 2],
    [3, 4],
  ],
  [
    [5, 6],
    [7, 8],
  ],
];
const PARTS = [
  [[1, 2], [4]],
  [[5, 6], [8]],
];

/** Rings of phase numbers: NEMA quads, NEMA with side streets of one phase, and 2 to 5 stages. */
const structures = fc.oneof(
  fc.constantFrom(RINGS, PARTS),
  fc.integer({ min: 2, max: 5 }).map((count) => [[Array.from({ length: count }, (_, i) => i + 1)]]),
);

/** `sharing`: some streams are served by two phases of one ring. */
export const splitProblems = (input: { readonly sharing: boolean }): fc.Arbitrary<SplitProblem> =>
  structures.chain((rings) => {
    const numbers = rings.flat(2);
    const phase = fc.record({
      minSplitS: fc.integer({ min: 6, max: 14 }),
      roomS: fc.option(fc.integer({ min: 20, max: 80 }), { nil: Number.POSITIVE_INFINITY, freq: 4 }),
    });
    const stream = fc.record({
      phase: fc.nat(numbers.length - 1),
      flowVph: fc.integer({ min: 20, max: 500 }),
      rateVph: fc.integer({ min: 900, max: 3600 }),
      extraVeh: fc.constantFrom(0, 0, 0, 2),
      extraVps: fc.constantFrom(0, 0, 0, 0.01),
      lostS: fc.integer({ min: 30, max: 60 }).map((it) => it / 10),
      isShared: fc.boolean(),
    });
    return fc
      .record({
        phases: fc.array(phase, { minLength: numbers.length, maxLength: numbers.length }),
        streams: fc.array(stream, { minLength: 0, maxLength: 10 }),
        coordinated: fc.constantFrom(...numbers),
      })
      .map(({ phases, streams, coordinated }) => {
        const cells = (rings[0] ?? []).map((_, group) =>
          rings.map((ring) => (ring[group] ?? []).map((number) => numbers.indexOf(number))),
        );
        const ringOf = (position: number) => cells.flat().find((cell) => cell.includes(position)) ?? [];
        return {
          intersectionId: "X",
          sequenceId: "s",
          resolutionS: 1,
          phases: phases.map(({ minSplitS, roomS }, position) => ({
            phase: numbers[position] ?? 0,
            minSplitS,
            maxSplitS: numbers[position] === coordinated ? Number.POSITIVE_INFINITY : minSplitS + roomS,
            isCoordinated: numbers[position] === coordinated,
          })),
          cells,
          streams: streams.map((it, position) => {
            const partner = ringOf(it.phase).find((other) => other !== it.phase);
            return {
              movementIds: [`M${position}`],
              flowVps: it.flowVph / 3600,
              rateVps: it.rateVph / 3600,
              extraVeh: it.extraVeh,
              extraVps: it.extraVps,
              lostS: it.lostS,
              phases:
                input.sharing && it.isShared && partner !== undefined ? [it.phase, partner] : [it.phase],
            };
          }),
        };
      });
  });

/** The sum of every ring, s. */
export const ringSumsS = (problem: SplitProblem, splitsS: readonly number[]): number[] =>
  (problem.cells[0] ?? []).map((_, ring) =>
    problem.cells.flatMap((it) => it[ring] ?? []).reduce((sum, it) => sum + (splitsS[it] ?? 0), 0),
  );

/** The length of every barrier group by each ring, s. */
export const groupLengthsS = (problem: SplitProblem, splitsS: readonly number[]): number[][] =>
  problem.cells.map((rings) => rings.map((cell) => cell.reduce((sum, it) => sum + (splitsS[it] ?? 0), 0)));
