import { expect, test } from "vitest";
import { assessDetectors, imputeCounts } from "./assess-detectors.ts";
import { ADAPT_CONFIDENCE } from "./confidence.ts";
import type { Count } from "./count.schema.ts";
import { DetectorCountSchema, DetectorHealthSchema } from "./detector-watch.schema.ts";
import {
  DAY_MS,
  FROM_MS,
  LEARNED,
  listCounts,
  NINE_MS,
  newWatch,
  SLOT_MS,
  watchOn,
} from "./watch-stage.test-support.ts";

const HOUR_MS = 3_600_000;
const ONE = "1-E";

/** Health of one detector after so many hours in which its counts were changed. */
function assessAfter(hours: number, change: (count: Count) => Count | undefined) {
  const sound = watchOn(LEARNED, NINE_MS);
  const watch = watchOn(sound, NINE_MS + hours * HOUR_MS, {
    change: (it) => (it.detectorId === ONE ? change(it) : it),
  });
  return { watch, health: assessDetectors(watch).find((it) => it.detectorId === ONE) };
}

test("sound detectors are sound, with confidence to adapt", () => {
  const watch = watchOn(LEARNED, NINE_MS);
  for (const it of assessDetectors(watch)) {
    expect(DetectorHealthSchema.parse(it)).toEqual(it);
    expect(it.state).toBe("sound");
    expect(it.confidence).toBeGreaterThan(ADAPT_CONFIDENCE);
  }
});

test.each([
  ["zeros by day are a detector stuck off", (it: Count) => ({ ...it, countVeh: 0 }), "stuckOff"],
  ["the same count for two hours is a frozen detector", (it: Count) => ({ ...it, countVeh: 71 }), "frozen"],
  [
    "twice the vehicles contradict the neighbors",
    (it: Count) => ({ ...it, countVeh: 2 * it.countVeh }),
    "contradictsNeighbors",
  ],
  [
    "half the vehicles contradict the neighbors",
    (it: Count) => ({ ...it, countVeh: Math.round(it.countVeh / 2.2) }),
    "contradictsNeighbors",
  ],
  [
    "more than lanes can carry is implausible",
    (it: Count) => ({ ...it, countVeh: 2400 }),
    "implausibleCount",
  ],
  [
    "pulses too short for vehicles are chatter",
    (it: Count) => ({ ...it, countVeh: it.countVeh + 300, occupancy: 0.02 }),
    "chattering",
  ],
  ["occupied without vehicles is stuck on", (it: Count) => ({ ...it, countVeh: 0, occupancy: 1 }), "stuckOn"],
] as const)("%s", (_name, change, fault) => {
  const { health } = assessAfter(2, change);
  expect(health).toMatchObject({ state: "faulty", fault });
});

test("a detector that is repaired is believed again within half an hour", () => {
  const { watch } = assessAfter(3, (it) => ({ ...it, countVeh: 2 * it.countVeh }));
  const repaired = watchOn(watch, NINE_MS + 3.5 * HOUR_MS);
  expect(assessDetectors(repaired).find((it) => it.detectorId === ONE)?.state).not.toBe("faulty");
});

test("a lane that never worked is told by the lanes beside it", () => {
  const dead = "2-N";
  const start = newWatch((it) => (it.siteId === "2" ? { ...it, besideId: "2" } : it));
  const watch = watchOn(start, FROM_MS + 3 * DAY_MS, {
    change: (it) => (it.detectorId === dead ? { ...it, countVeh: Math.round(it.countVeh / 20) } : it),
  });
  expect(assessDetectors(watch).filter((it) => it.state === "faulty")).toMatchObject([{ detectorId: dead }]);
});

test("what stands in for a false count comes from the neighbors, is near the truth and is trusted less", () => {
  const { watch } = assessAfter(2, (it) => ({ ...it, countVeh: 0 }));
  const [truth] = listCounts(NINE_MS + 2 * HOUR_MS - SLOT_MS, NINE_MS + 2 * HOUR_MS).filter(
    (it) => it.detectorId === ONE,
  );
  const imputed = imputeCounts(watch).find((it) => it.detectorId === ONE);
  expect(DetectorCountSchema.parse(imputed)).toEqual(imputed);
  expect(imputed?.basis).toBe("neighbors");
  expect((imputed?.countVeh ?? 0) / (truth?.countVeh ?? 1)).toBeCloseTo(1, 0);
  expect(imputed?.confidence).toBeLessThan(0.85);
});

test("a silent leg is silent, and its confidence falls from day to day below the bar to adapt", () => {
  const confidence: number[] = [];
  let watch = watchOn(LEARNED, NINE_MS);
  for (const day of [0.1, 0.5, 1]) {
    watch = watchOn(watch, NINE_MS + day * DAY_MS, {
      change: (it) => (it.detectorId === ONE ? undefined : it),
    });
    const health = assessDetectors(watch).find((it) => it.detectorId === ONE);
    expect(health).toMatchObject({ state: "silent", sinceMs: NINE_MS });
    confidence.push(health?.confidence ?? 1);
  }
  expect(confidence).toEqual(confidence.toSorted((a, b) => b - a));
});

test("a street on which every detector falls silent is carried by its profile, on which nothing adapts", () => {
  const watch = watchOn(watchOn(LEARNED, NINE_MS), NINE_MS + HOUR_MS, { change: () => undefined });
  for (const it of imputeCounts(watch)) {
    expect(it.basis).toBe("profile");
    expect(it.countVeh).toBeGreaterThan(0);
    expect(it.confidence).toBeLessThan(ADAPT_CONFIDENCE);
  }
});
