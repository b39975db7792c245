import { describe, expect, test } from "vitest";
import { measureApproachDelay } from "./approach-delay.ts";
import { listDiagramPoints, measureArrivals } from "./arrivals-on-green.ts";
import { measureCoordination } from "./coordination.ts";
import { CODE } from "./event-log.ts";
import { inOrder, lampEvents, writeLog } from "./hand-log.test-support.ts";
import { listPedestrianWaits } from "./intervals.ts";
import { measureOccupancy, occupiedMs } from "./occupancy.ts";
import { countUniquePresses, measurePedestrians } from "./pedestrians.ts";
import { measureQueueOver } from "./queue-over.ts";
import { indexSignal } from "./signal-index.ts";
import { measureSplitFailures } from "./split-failures.ts";
import { countByNumber, sumByCode } from "./tally.ts";
import { measureTrips } from "./travel-time.ts";
import { measurePhaseWaits } from "./waits.ts";
import { measureYellowRed } from "./yellow-red.ts";

const BIN_MS = 900_000;
const ADVANCE = [{ phase: 2, use: "advance", channel: 5 }] as const;
const PRESENCE = [{ phase: 2, use: "presence", channel: 7 }] as const;
const SPLIT_FAILURE = {
  detectors: PRESENCE,
  binMs: BIN_MS,
  redMs: 5000,
  leastGreenOccupancy: 0.8,
  leastRedOccupancy: 0.8,
};

describe("event log", () => {
  test("a row that is written twice counts once, also where the log is not in order", () => {
    const log = writeLog([
      [9, 82, 5],
      [3, 82, 5],
      [9, 82, 6],
      [9, 82, 5],
      [3, 82, 5],
    ]);
    expect(countByNumber(log, [CODE.detectorOn], BIN_MS)).toEqual([
      { atMs: 0, number: 5, count: 2, sum: 2 },
      { atMs: 0, number: 6, count: 1, sum: 1 },
    ]);
  });

  test("a mean split is the sum of the reported ones over their number", () => {
    const log = writeLog([
      [10, 302, 40],
      [140, 302, 50],
      [1000, 302, 60],
    ]);
    expect(sumByCode(log, [302], BIN_MS)).toEqual([
      { atMs: 0, number: 302, count: 2, sum: 90 },
      { atMs: BIN_MS, number: 302, count: 1, sum: 60 },
    ]);
  });
});

describe("arrivals", () => {
  const log = writeLog(
    inOrder([
      ...lampEvents(2, [100, 200], 30),
      [50, 82, 5],
      [100, 82, 5],
      [129.9, 82, 5],
      [130, 82, 5],
      [150, 82, 5],
      [200, 82, 5],
    ]),
  );

  test("green begins at its instant, yellow is not green, and before the first green nothing is", () => {
    const bins = measureArrivals(indexSignal(log), { detectors: ADVANCE, binMs: BIN_MS, latencyMs: 0 });
    expect(bins).toEqual([{ atMs: 0, phase: 2, arrivals: 6, onGreen: 3, share: 0.5 }]);
  });

  test("a dot of the diagram lies in its cycle", () => {
    const points = listDiagramPoints(indexSignal(log), { detectors: ADVANCE, latencyMs: 0 });
    expect(points).toHaveLength(5);
    expect(points[3]).toEqual({
      phase: 2,
      atMs: 150_000,
      inCycleS: 50,
      state: "red",
      yellowS: 30,
      redS: 34,
      cycleS: 100,
    });
    expect(points[4]).toMatchObject({ inCycleS: 0, state: "green", cycleS: undefined });
  });

  test("a detector of the road is late by its latency", () => {
    const bins = measureArrivals(indexSignal(log), { detectors: ADVANCE, binMs: BIN_MS, latencyMs: 1000 });
    expect(bins[0]?.onGreen).toBe(2);
  });
});

describe("occupancy", () => {
  const occupied = (events: Parameters<typeof writeLog>[0]) =>
    occupiedMs(measureOccupancy(indexSignal(writeLog(events)), [7, 8]), 0, 100_000) / 1000;

  test.each([
    {
      name: "on and off",
      events: [
        [10, 82, 7],
        [14, 81, 7],
      ],
      wantedS: 4,
    },
    {
      name: "two detectors that overlap",
      events: [
        [10, 82, 7],
        [12, 82, 8],
        [14, 81, 7],
        [15, 81, 8],
      ],
      wantedS: 5,
    },
    {
      name: "on again within 2 s",
      events: [
        [10, 82, 7],
        [12, 82, 7],
        [13, 81, 7],
      ],
      wantedS: 3,
    },
    {
      name: "on again later",
      events: [
        [10, 82, 7],
        [20, 82, 7],
        [21, 81, 7],
      ],
      wantedS: 6,
    },
    {
      name: "off twice",
      events: [
        [10, 82, 7],
        [11, 81, 7],
        [21, 81, 7],
      ],
      wantedS: 6,
    },
    { name: "off first", events: [[10, 81, 7]], wantedS: 0.001 },
    { name: "never off", events: [[90, 82, 7]], wantedS: 10 },
  ] as const)("$name", ({ events, wantedS }) => {
    expect(occupied(events)).toBeCloseTo(wantedS, 9);
  });
});

describe("split failures", () => {
  const measure = (events: Parameters<typeof writeLog>[0]) =>
    measureSplitFailures(indexSignal(writeLog(inOrder(events))), SPLIT_FAILURE);
  const lamps = lampEvents(2, [100, 200], 30);

  test("a queue that stands all green and into red has failed", () => {
    expect(measure([...lamps, [90, 82, 7], [139, 81, 7], [300, 82, 7]])).toEqual([
      { atMs: 0, phase: 2, cycles: 2, failures: 1, greenS: 30, greenOccupancy: 0.5, redOccupancy: 0.5 },
    ]);
  });

  test("exactly the threshold fails, a tenth of a second less does not", () => {
    const [exact] = measure([...lamps, [90, 82, 7], [124, 81, 7], [134, 82, 7], [138, 81, 7]]);
    const [less] = measure([...lamps, [90, 82, 7], [123.9, 81, 7], [134, 82, 7], [138, 81, 7]]);
    expect([exact?.failures, less?.failures]).toEqual([1, 0]);
  });

  test("a cycle with two yellows, and one before the detectors' first word, are not judged", () => {
    expect(measure([...lamps, [110, 82, 7], [150, 81, 7], [210, 8, 2]])).toEqual([]);
  });
});

test("an actuation 1 s into red is one on red, in the bin of the red", () => {
  const events = inOrder([...lampEvents(2, [866, 966], 30), [902.5, 82, 9], [891, 82, 9]]);
  const detectors = [{ phase: 2, use: "yellowRed", channel: 9 }] as const;
  const options = { detectors, binMs: BIN_MS, latencyMs: 1500, leastRedOffsetS: -8 };
  expect(measureYellowRed(indexSignal(writeLog(events)), options)).toEqual([
    { atMs: BIN_MS, phase: 2, state: "red", redOffsetS: 1, count: 1 },
  ]);
});

describe("waits", () => {
  const options = {
    binMs: BIN_MS,
    leastMs: 200,
    recoveryMs: 120_000,
    assumedCycleMs: 140_000,
    skipFactor: 1.5,
  };

  test("a phase waits from its last call to its green; 1.5 cycles are a skip", () => {
    const log = writeLog([
      [0, 132, 60],
      [10, 43, 4],
      [20, 43, 4],
      [50, 1, 4],
      [60, 43, 4],
      [151, 1, 4],
    ]);
    expect(measurePhaseWaits(log, options)).toEqual([{ atMs: 0, phase: 4, waits: 2, meanS: 60.5, skips: 1 }]);
  });

  test("a wait that begins soon after a preemption does not count", () => {
    const log = writeLog([
      [0, 102, 1],
      [10, 104, 1],
      [129, 43, 4],
      [150, 1, 4],
      [131, 43, 6],
      [150, 1, 6],
    ]);
    expect(measurePhaseWaits(log, options).map((it) => it.phase)).toEqual([6]);
  });

  test("a pedestrian waits from the first press; presses during walk do not wait", () => {
    const log = writeLog([
      [10, 90, 2],
      [15, 90, 2],
      [40, 21, 2],
      [42, 90, 2],
      [47, 22, 2],
      [50, 90, 2],
      [140, 21, 2],
    ]);
    expect(listPedestrianWaits(log).map((it) => (it.endMs - it.startMs) / 1000)).toEqual([30, 90]);
  });
});

test("presses 15 s apart or less are one person; the volume of an hour follows its formula", () => {
  const log = writeLog([
    [0, 90, 2],
    [15, 90, 2],
    [30.1, 90, 2],
    [1000, 90, 2],
  ]);
  expect(countUniquePresses(log, { binMs: BIN_MS, apartMs: 15_000 }).map((it) => it.count)).toEqual([1, 1]);
  const [first] = measurePedestrians(log, { binMs: BIN_MS, apartMs: 15_000, fromMs: 0, toMs: 1_000_000 });
  expect(first).toMatchObject({ presses: 3, uniquePresses: 1 });
  expect(first?.volume).toBeCloseTo((0.7167 * 2 + 0.0599 * 4) / 2 + 1.1063 / 4, 9);
});

test("what the controller says of its coordination is carried on", () => {
  const log = writeLog([
    [1, 131, 3],
    [2, 132, 90],
    [1000, 132, 100],
  ]);
  const bins = measureCoordination(log, [0, BIN_MS, 2 * BIN_MS], BIN_MS);
  expect(bins.map(({ pattern, cycleS }) => [pattern, cycleS])).toEqual([
    [3, 90],
    [3, 100],
    [3, 100],
  ]);
});

describe("queues", () => {
  const lamps = lampEvents(2, [100, 200, 300], 30);
  const index = indexSignal(
    writeLog(inOrder([...lamps, [110, 82, 5], [150, 82, 5], [151, 82, 5], [210, 82, 5]])),
  );

  test("delay is the wait for green and for those ahead; a green without a queue costs nothing", () => {
    // Arrivals at 110 (passes), 150 (202), 151 (204) and 210 (passes).
    const [bin] = measureApproachDelay(index, { detectors: ADVANCE, binMs: BIN_MS, travelMsOf: () => 0 });
    expect(bin).toEqual({ atMs: 0, phase: 2, vehicles: 4, delayS: 52 + 53 });
  });

  test("a virtual vehicle waits behind the queue that the log shows", () => {
    const leg = { index, phase: 2, lanes: [{ channel: 5, travelMs: 0 }], freeMs: 20_000 };
    expect(measureTrips([leg], [132_000, 195_000, 285_000], {})).toEqual([
      { startMs: 132_000, travelS: 74, delayS: 54, stops: 1 },
      { startMs: 195_000, travelS: 20, delayS: 0, stops: 0 },
      { startMs: 285_000, travelS: 20, delayS: 0, stops: 0 },
    ]);
  });

  test("a detector that stays occupied has a queue over it, in each bin that it crosses", () => {
    const log = writeLog([
      [10, 82, 5],
      [12, 81, 5],
      [890, 82, 5],
      [910, 81, 5],
    ]);
    expect(measureQueueOver(indexSignal(log), { channels: [5], binMs: BIN_MS, leastMs: 3000 })).toEqual([
      { atMs: 0, channel: 5, stretches: 1, coveredS: 10, share: 10 / 900 },
      { atMs: BIN_MS, channel: 5, stretches: 1, coveredS: 10, share: 10 / 900 },
    ]);
  });
});
