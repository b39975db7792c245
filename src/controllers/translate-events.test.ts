import { expect, test } from "vitest";
import { createEventLog } from "../measures/event-log.ts";
import { listSignalDetectors, toPhaseDetectors } from "../measures/network-detectors.ts";
import { indexSignal } from "../measures/signal-index.ts";
import { buildNetworkIndex } from "../network/find.ts";
import type { Intersection } from "../network/network.schema.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import type { EventItem } from "./protocol.schema.ts";
import { createEventTranslator } from "./translate-events.ts";

const index = buildNetworkIndex(buildSampleNetwork());
const [first] = index.network.intersections;
if (first === undefined) throw new Error("the sample network has no intersection");
const detectors = listSignalDetectors(index, first);

const lamp = (atMs: number, interval: "green" | "yellow" | "redClearance" | "red"): EventItem => ({
  type: "intervalChange",
  atMs,
  phase: 2,
  interval,
});

const ALWAYS = { fromMs: 0, toMs: Number.POSITIVE_INFINITY };

function cyclesOf(intersection: Intersection, items: readonly EventItem[]) {
  const log = createEventLog();
  for (const { atMs, code, number } of createEventTranslator(intersection, detectors)(items, ALWAYS)) {
    log.add(atMs, code, number);
  }
  return indexSignal(log.finish()).cyclesByPhase.get(2);
}

test("lamps make whole cycles, also where a phase has no red clearance", () => {
  const cycle = { greenAtMs: 0, yellowAtMs: 30_000, nextGreenAtMs: 90_000, isWhole: true };
  const ends = [lamp(0, "green"), lamp(30_000, "yellow")];
  const withClearance = [...ends, lamp(34_000, "redClearance"), lamp(36_000, "red"), lamp(90_000, "green")];
  expect(cyclesOf(first, withClearance)?.[0]).toEqual({ ...cycle, redAtMs: 34_000 });
  const without = { ...first, phases: first.phases.map((it) => ({ ...it, redClearanceS: 0 })) };
  expect(cyclesOf(without, [...ends, lamp(34_000, "red"), lamp(90_000, "green")])?.[0]).toEqual({
    ...cycle,
    redAtMs: 34_000,
  });
});

test("a crossing speaks of the phases that serve it, a detector of its place; what is unknown is left out", () => {
  const phase = first.phases.find((it) => it.crossings.length > 0);
  const [detector] = detectors;
  const translate = createEventTranslator(first, detectors);
  expect(
    translate(
      [
        { type: "crossingChange", atMs: 1, crossingId: phase?.crossings[0] ?? "", interval: "walk" },
        { type: "detectorChange", atMs: 2, detectorId: detector?.detectorId ?? "", isOccupied: true },
        { type: "detectorChange", atMs: 3, detectorId: "nobody's", isOccupied: true },
        { type: "termination", atMs: 4, phase: 2, reason: "gapOut" },
        { type: "termination", atMs: 5, phase: 4, reason: "skip" },
      ],
      ALWAYS,
    ),
  ).toEqual([
    { atMs: 1, code: 21, number: phase?.number },
    { atMs: 2, code: 82, number: detector?.channel },
    { atMs: 4, code: 4, number: 2 },
  ]);
});

test("each detector has its own number and speaks of phases of its intersection", () => {
  expect(detectors.map((it) => it.channel)).toEqual(detectors.map((_, place) => place + 1));
  const phases = new Set(first.phases.map((it) => it.number));
  const spoken = toPhaseDetectors(detectors);
  expect(spoken.length).toBeGreaterThan(0);
  expect(spoken.every((it) => phases.has(it.phase))).toBe(true);
});

test("what a wrong clock puts far away is left out", () => {
  const items = [10, 2 ** 53 - 1, 20, 100].map((atMs) => lamp(atMs, "green"));
  const events = createEventTranslator(first, detectors)(items, { fromMs: 15, toMs: 100 });
  expect(events.map((it) => it.atMs)).toEqual([20, 100]);
});
