/** Random intersections with random valid plans for them, as fast-check arbitraries, for the tests of the sequencer. */
import fc from "fast-check";
import type { Intersection, Phase } from "../network/network.schema.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import type { TimingPlan } from "./plan.schema.ts";

const [fourLegs, , tee] = buildSampleNetwork().intersections;

/** A four-leg intersection with eight phases in two rings, or a T with three stages in one. */
export const intersectionArbitrary: fc.Arbitrary<Intersection> = fc
  .tuple(fc.boolean(), fc.boolean(), fc.array(fixedTimes(), { minLength: 8, maxLength: 8 }), crossingTimes())
  .map(([staged, permittedLefts, times, crossings]) => {
    const base = staged ? tee : fourLegs;
    if (base === undefined) throw new Error("the sample network has too few intersections");
    return {
      ...base,
      phases: base.phases.map((phase, index) => ({
        ...phase,
        ...times[index],
        permittedMovements: [
          ...phase.permittedMovements,
          ...(permittedLefts && !staged ? leftsBeside(phase) : []),
        ],
      })),
      crossings: base.crossings.map((it) => ({ ...it, ...crossings })),
      sequences: staged
        ? [
            { id: "123", rings: [[[1, 2, 3]]] },
            { id: "132", rings: [[[1, 3, 2]]] },
            { id: "321", rings: [[[3, 2, 1]]] },
            { id: "barrier", rings: [[[3], [1, 2]]] },
          ]
        : [
            ...base.sequences,
            {
              id: "side-first",
              rings: [
                [
                  [3, 4],
                  [2, 1],
                ],
                [
                  [8, 7],
                  [5, 6],
                ],
              ],
            },
          ],
    };
  });

/** A plan that keeps every minimum, ring sum and barrier; phases that may be missing are missing at random. */
export function planArbitrary(intersection: Intersection): fc.Arbitrary<TimingPlan> {
  const optional = intersection.sequences.length === 4 ? [2] : [1, 3, 5, 7];
  return fc
    .record({
      sequence: fc.constantFrom(...intersection.sequences),
      omitted: fc.subarray(optional),
      extrasDs: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 16, maxLength: 16 }),
      reference: fc.constantFrom(...(intersection.coordinatedPhases.length > 1 ? [2, 6] : [1, 3])),
      point: fc.constantFrom("beginGreen" as const, "beginYellow" as const, "beginRed" as const),
      offset: fc.double({ min: 0, max: 0.999, noNaN: true }),
    })
    .map(({ sequence, omitted, extrasDs, reference, point, offset }) => {
      const splitsDs = new Map<number, number>();
      let cycleDs = 0;
      for (let group = 0; group < (sequence.rings[0]?.length ?? 0); group++) {
        const rings = sequence.rings.map((ring) => (ring[group] ?? []).filter((it) => !omitted.includes(it)));
        for (const phase of rings.flat()) {
          splitsDs.set(phase, shortestSplitDs(intersection, phase) + (extrasDs[phase] ?? 0));
        }
        const sums = rings.map((ring) => ring.reduce((sum, it) => sum + (splitsDs.get(it) ?? 0), 0));
        const lengthDs = Math.max(...sums);
        for (const [ring, phases] of rings.entries()) {
          const last = phases.at(-1);
          if (last !== undefined)
            splitsDs.set(last, (splitsDs.get(last) ?? 0) + lengthDs - (sums[ring] ?? 0));
        }
        cycleDs += lengthDs;
      }
      return {
        intersectionId: intersection.id,
        cycleS: cycleDs / 10,
        sequenceId: sequence.id,
        splits: [...splitsDs].map(([phase, splitDs]) => ({ phase, splitS: splitDs / 10 })),
        offsetS: Math.floor(offset * cycleDs) / 10,
        offsetReference: { phase: reference, point },
      };
    });
}

function fixedTimes() {
  const tenths = (min: number, max: number) =>
    fc.integer({ min: min * 10, max: max * 10 }).map((it) => it / 10);
  return fc.record({
    minGreenS: tenths(4, 15),
    flashingGreenS: fc.oneof(fc.constant(0), tenths(1, 4)),
    yellowS: tenths(3, 5),
    redClearanceS: fc.oneof(fc.constant(0), tenths(0, 3)),
  });
}

function crossingTimes() {
  return fc.record({
    walkS: fc.integer({ min: 40, max: 120 }).map((it) => it / 10),
    clearanceS: fc.integer({ min: 30, max: 150 }).map((it) => it / 10),
  });
}

const leftsBeside = (phase: Phase): string[] =>
  phase.protectedMovements.filter((it) => it.endsWith("T")).map((it) => `${it.slice(0, 2)}L`);

function shortestSplitDs(intersection: Intersection, number: number): number {
  const phase = intersection.phases.find((it) => it.number === number);
  if (phase === undefined) throw new Error(`no phase ${number}`);
  const crossings = intersection.crossings.filter((it) => phase.crossings.includes(it.id));
  const greenS = Math.max(phase.minGreenS, ...crossings.map((it) => it.walkS + it.clearanceS));
  return Math.round((greenS + phase.yellowS + phase.redClearanceS) * 10);
}
