import { expect, test } from "vitest";
import { createSeededRandom } from "../network/seeded-random.ts";
import { designSwitchback, type SwitchBlock } from "./design-switchback.ts";
import { estimateEffect, type Measurement, t95 } from "./estimate-effect.ts";
import { weekdayOf } from "./local-day.ts";

const design = (change: Partial<Parameters<typeof designSwitchback>[0]> = {}): readonly SwitchBlock[] => {
  const designed = designSwitchback({
    timeZone: "America/Chicago",
    fromDate: "2026-10-19",
    weeks: 4,
    blockHours: 24,
    skippedDates: new Set(),
    random: createSeededRandom(7),
    ...change,
  });
  if (designed.kind === "tooShort") throw new Error(designed.reason);
  return designed.blocks;
};

test("every weekday, or weekday and hour, is on as often as off, and blocks tile the days", () => {
  for (const blockHours of [24, 6, 2] as const) {
    const blocks = design({ blockHours });
    expect(blocks.length).toBe((4 * 7 * 24) / blockHours);
    const balance = new Map<string, number>();
    for (const { date, isOn, fromMs } of blocks) {
      const hour = new Date(fromMs).toLocaleTimeString("en-GB", { timeZone: "America/Chicago" });
      const key = `${weekdayOf(date)} ${hour}`;
      balance.set(key, (balance.get(key) ?? 0) + (isOn ? 1 : -1));
    }
    expect([...balance.values()].every((it) => it === 0)).toBe(true);
    for (const [at, block] of blocks.entries()) {
      if (at > 0) expect(block.fromMs).toBe(blocks[at - 1]?.toMs);
    }
  }
});

test("the same seed designs the same; skipped dates take their partner along; a short study is refused", () => {
  expect(design()).toEqual(design());
  expect(design({ random: createSeededRandom(8) })).not.toEqual(design());
  const dates = design({ skippedDates: new Set(["2026-10-20"]) }).map((it) => it.date);
  expect(dates).not.toContain("2026-10-20");
  expect(dates).not.toContain("2026-10-27");
  const short = designSwitchback({
    timeZone: "UTC",
    fromDate: "2026-10-19",
    weeks: 1,
    blockHours: 24,
    skippedDates: new Set(),
    random: createSeededRandom(1),
  });
  expect(short).toMatchObject({ kind: "tooShort" });
});

test("Student's quantiles agree with the tables", () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2.
  for (const [n, expected] of [
    [5, 2.571],
    [6, 2.447],
    [10, 2.228],
    [13, 2.16],
    [27, 2.052],
    [100, 1.984],
  ] as const) {
    expect(Math.abs(t95(n) - expected)).toBeLessThan(0.005);
  }
});

/** Hourly delays: the weekday, the hour, a trend, good and bad days, noise; and after a switch an hour of the old. */
function measure(blocks: readonly SwitchBlock[], effect: number, seed: number): Measurement[] {
  const random = createSeededRandom(seed);
  const dayNoise = new Map<string, number>();
  let before = 0;
  return blocks.flatMap(({ fromMs, toMs, date, isOn }, block) => {
    if (!dayNoise.has(date)) dayNoise.set(date, random.normal(0, 3));
    const hours: Measurement[] = [];
    for (let startAtMs = fromMs; startAtMs < toMs; startAtMs += 3_600_000) {
      const level = 40 + 5 * Math.sin(startAtMs / 8.64e7) + block / 20 + (dayNoise.get(date) ?? 0);
      const now = isOn ? effect : 0;
      const value = level + (startAtMs === fromMs ? before : now) + random.normal(0, 4);
      hours.push({ startAtMs, durationS: 3600, value, weight: 100 + random.integer(0, 50) });
    }
    before = isOn ? effect : 0;
    return hours;
  });
}

const FULL = process.env["GREENWAVE_FULL"] === "1";

test("the 95 % interval covers the truth in 93 to 97 % of seeded studies, with an effect and without one", () => {
  const studies = FULL ? 1000 : 200;
  const slack = FULL ? 0 : 0.02;
  for (const [blockHours, weeks] of [
    [24, 4],
    [3, 2],
  ] as const) {
    for (const effect of [0, -4]) {
      let covered = 0;
      for (let study = 0; study < studies; study++) {
        const blocks = design({ blockHours, weeks, random: createSeededRandom(1000 + study) });
        const measurements = measure(blocks, effect, 50_000 + study);
        const found = estimateEffect({ blocks, measurements, carryOverS: 3600 });
        if (found.kind !== "estimated") throw new Error(found.sentence);
        const [low, high] = found.interval;
        if (low <= effect && effect <= high) covered += 1;
      }
      const share = covered / studies;
      if (FULL)
        console.log(`blocks of ${blockHours} h, effect ${effect}: ${(100 * share).toFixed(1)} % covered`);
      expect(share).toBeGreaterThanOrEqual(0.93 - slack);
      expect(share).toBeLessThanOrEqual(0.97 + slack);
    }
  }
});

test("no effect is not called one, and a clear one is, in plain words", () => {
  const blocks = design();
  const none = estimateEffect({ blocks, measurements: measure(blocks, 0, 3), carryOverS: 3600 });
  expect(none).toMatchObject({ verdict: "noDifferenceSeen", pairs: 14 });
  const clear = estimateEffect({ blocks, measurements: measure(blocks, -10, 3), carryOverS: 3600 });
  expect(clear).toMatchObject({ verdict: "lower" });
  expect(clear.sentence).toMatch(
    /^Lower when on: -\d+\.\d % \(95 % interval -\d+\.\d % to -\d+\.\d %\) over 14 pairs\.$/,
  );
});

test("what a block carries over from the one before is left out", () => {
  const blocks = design({ blockHours: 2, weeks: 2 });
  const spoiled = blocks.flatMap(({ fromMs, isOn }) =>
    [0, 1].map((hour) => ({
      startAtMs: fromMs + hour * 3_600_000,
      durationS: 3600,
      value: hour === 0 ? 1000 : isOn ? 30 : 40,
      weight: 1,
    })),
  );
  const found = estimateEffect({ blocks, measurements: spoiled, carryOverS: 3600 });
  expect(found).toMatchObject({ difference: -10, offMean: 40 });
});

test("pairs of which one side was not measured do not count", () => {
  const blocks = design();
  const [first] = blocks;
  const found = estimateEffect({
    blocks,
    measurements: measure(blocks, 0, 3).filter((it) => it.startAtMs >= (first?.toMs ?? 0)),
    carryOverS: 0,
  });
  expect(found).toMatchObject({ pairs: 13 });
  expect(estimateEffect({ blocks, measurements: [], carryOverS: 0 })).toMatchObject({ kind: "notEnough" });
});
