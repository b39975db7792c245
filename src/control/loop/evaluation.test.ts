import { expect, test } from "vitest";
import { createSeededRandom } from "../../network/seeded-random.ts";
import type { Measurement } from "../../schedule/estimate-effect.ts";
import { describeEvaluation, findBlock, findOffSince, listBlocks, listSwitches } from "./evaluation.ts";

const SLOT_MS = 900_000;
const evaluate = { fromDate: "2026-09-21", weeks: 4, blockHours: 4 } as const;
const blocks = listBlocks("America/Chicago", evaluate);
const fromMs = blocks[0]?.fromMs ?? 0;
const untilMs = blocks.at(-1)?.toMs ?? 0;

/** A slot's occupied seconds per vehicle: a day that rises and falls, noise, and what being on changes. */
function measure(onFactor: number): Measurement[] {
  const random = createSeededRandom(3);
  const slots: Measurement[] = [];
  for (let startAtMs = fromMs; startAtMs < untilMs; startAtMs += SLOT_MS) {
    const hour = (startAtMs / 3_600_000) % 24;
    const usual = 2 + Math.sin((Math.PI * hour) / 12) + 0.2 * random.uniform();
    const factor = findBlock(blocks, startAtMs)?.isOn ? onFactor : 1;
    slots.push({ startAtMs, durationS: 900, value: usual * factor, weight: 100 });
  }
  return slots;
}

const describe = (measurements: readonly Measurement[], atMs = untilMs) =>
  describeEvaluation({ evaluate, blocks, measurements, untilMs: atMs, nowMs: atMs });

test("every weekday and hour is on as often as off, and switches stand where on and off meet", () => {
  expect(blocks.filter((it) => it.isOn)).toHaveLength(blocks.length / 2);
  for (const { atMs } of listSwitches(blocks, fromMs + 1)) {
    expect(findBlock(blocks, atMs)?.isOn).toBe(!findBlock(blocks, atMs - 1)?.isOn);
  }
  for (const { fromMs: atMs, isOn } of blocks) {
    const sinceMs = findOffSince(blocks, atMs + 60_000);
    expect(sinceMs === undefined).toBe(isOn);
    if (sinceMs === undefined) continue;
    expect(findBlock(blocks, sinceMs)?.isOn).toBe(false);
    expect(findBlock(blocks, sinceMs - 1)?.isOn ?? true).toBe(true);
  }
});

test("a loop that helps by a tenth is seen, one that does nothing is not", () => {
  const helps = describe(measure(0.9));
  expect(helps).toMatchObject({ isOn: null, nextSwitchAtMs: null, blocks: 168, blocksOver: 168 });
  expect(helps.effect).toMatchObject({ kind: "estimated", verdict: "lower", pairs: 84 });
  expect((helps.effect.difference ?? 0) / (helps.effect.offMean ?? 1)).toBeCloseTo(-0.1, 2);
  expect(describe(measure(1)).effect.verdict).toBe("noDifferenceSeen");
});

test("before a fortnight has passed, and without occupancy, it says that it knows nothing", () => {
  const early = describe(measure(0.9), fromMs + 5 * 86_400_000);
  expect(early.effect).toMatchObject({ kind: "notEnough", pairs: 0 });
  expect(describe([]).effect.sentence).toMatch(/^No counts carry an occupancy/);
});
