import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError, known } from "../errors.ts";
import { buildNetworkIndex, getIntersection } from "../network/find.ts";
import type { Network } from "../network/network.schema.ts";
import { buildPhaseTimes } from "../timing/phase-times.ts";
import type { CoordinationPlan } from "../timing/plan.schema.ts";
import { exportUtdf } from "./export-utdf.ts";
import { loadUtdf } from "./imported.test-support.ts";
import { buildSmallUtdf } from "./small-utdf.test-support.ts";

const shared = new URL("../../../shared/data/utdf/", import.meta.url);
const runs = process.env["GREENWAVE_FULL"] === "1" ? 500 : 5;

/** Start and length of every green, which is what a plan means. */
function listGreens(network: Network, plan: CoordinationPlan) {
  const index = buildNetworkIndex(network);
  return plan.timingPlans.map((it) => ({
    id: it.intersectionId,
    cycleS: it.cycleS,
    greens: buildPhaseTimes(getIntersection(index, it.intersectionId), it)
      .map(({ phase, greenStartS, splitS }) => ({ phase, greenStartS, splitS }))
      .sort((a, b) => a.phase - b.phase),
  }));
}

/** Another plan that keeps all rules of rings: other offsets, another order, and seconds moved between a ring's phases. */
function change(
  { network, plan }: ReturnType<typeof loadUtdf>,
  by: { readonly offsetTenths: number; readonly moveTenths: number; readonly order: number },
): CoordinationPlan {
  return {
    ...plan,
    timingPlans: plan.timingPlans.map((it) => {
      const intersection = known(
        network.intersections.find((own) => own.id === it.intersectionId),
        it.intersectionId,
      );
      const sequence = known(intersection.sequences[by.order % intersection.sequences.length], "sequence");
      const [from, to] = sequence.rings[0]?.find((group) => group.length === 2) ?? [];
      const offset = (Math.round(it.offsetS * 10) + by.offsetTenths) % Math.round(it.cycleS * 10);
      return {
        ...it,
        sequenceId: sequence.id,
        offsetS: offset / 10,
        splits: it.splits.map(({ phase, splitS }) => {
          const tenths = phase === from ? -by.moveTenths : phase === to ? by.moveTenths : 0;
          return { phase, splitS: (Math.round(splitS * 10) + tenths) / 10 };
        }),
      };
    }),
  };
}

function checkRoundTrip(originalText: string, by: Parameters<typeof change>[1]): void {
  const imported = loadUtdf(originalText);
  const plan = change(imported, by);
  const text = exportUtdf({ originalText, network: imported.network, plan });
  const again = loadUtdf(text);
  expect(listGreens(again.network, again.plan)).toEqual(listGreens(imported.network, plan));
}

test.each([
  { referencedTo: 0, offsets: [20, 50] },
  { referencedTo: 1, offsets: [50, 90] },
  { referencedTo: 2, offsets: [54, 94] },
  { referencedTo: 3, offsets: [15, 35] },
  { referencedTo: 4, offsets: [38, 90] },
] as const)("a changed plan comes back as it was, offsets referenced to $referencedTo", (of) => {
  checkRoundTrip(buildSmallUtdf(of), { offsetTenths: 333, moveTenths: 15, order: 3 });
});

test("an unchanged plan changes no byte", () => {
  const originalText = buildSmallUtdf().replaceAll("\n", "\r\n");
  const { network, plan } = loadUtdf(originalText);
  expect(exportUtdf({ originalText, network, plan })).toBe(originalText);
});

test("a new offset changes the times of its signal and nothing else", () => {
  const originalText = buildSmallUtdf();
  const { network, plan } = loadUtdf(originalText);
  const timingPlans = plan.timingPlans.map((it) =>
    it.intersectionId === "1" ? { ...it, offsetS: 30.5 } : it,
  );
  const lines = exportUtdf({ originalText, network, plan: { ...plan, timingPlans } }).split("\n");
  const changed = originalText.split("\n").flatMap((it, at) => (it === lines[at] ? [] : [lines[at]]));
  expect(changed).toEqual([
    "Offset,1,30.5",
    "Start,1,10.5,25.5,65.5,80.5,10.5,30.5,65.5,80.5",
    "End,1,25.5,65.5,80.5,10.5,30.5,65.5,80.5,10.5",
    "Yield,1,20.5,60.5,75.5,5.5,25.5,60.5,75.5,5.5",
    "Yield170,1,20.5,48.5,75.5,5.5,25.5,60.5,75.5,5.5",
  ]);
});

test("without the original text the sections of the plan alone are written", () => {
  const { network, plan } = loadUtdf(buildSmallUtdf());
  const text = exportUtdf({ network, plan });
  expect(text).toContain("\nCycle Length,2,100.0\nReferenced To,2,0\nReference Phase,2,6\nOffset,2,50.0\n");
  expect(text).toContain("\nMaxGreen,2,,55,,35,10,40,,\n");
  expect(text).toContain("\nYield170,1,10,38,65,95,15,50,65,95\n");
});

test("an original that is no UTDF is refused", () => {
  const { network, plan } = loadUtdf(buildSmallUtdf());
  expect(() => exportUtdf({ originalText: "nothing", network, plan })).toThrow(AppError);
});

describe.skipIf(!existsSync(shared))("real arterials", () => {
  const read = (path: string): string => readFileSync(new URL(path, shared), "utf8");

  test.each(["grand-ave", "bullhead-sr95"])("%s: an unchanged plan changes no byte", (folder) => {
    const originalText = read(`${folder}/UTDF.csv`);
    const { network, plan } = loadUtdf(originalText);
    expect(exportUtdf({ originalText, network, plan })).toBe(originalText);
  });

  test.each(["grand-ave", "bullhead-sr95"])(
    "%s: changed plans come back as they were",
    (folder) => {
      const originalText = read(`${folder}/UTDF.csv`);
      fc.assert(
        fc.property(
          fc.record({
            offsetTenths: fc.nat(1700),
            moveTenths: fc.integer({ min: -8, max: 8 }),
            order: fc.nat(3),
          }),
          (by) => checkRoundTrip(originalText, by),
        ),
        { seed: 20260, numRuns: runs },
      );
    },
    900_000,
  );
});
