import { expect, test } from "vitest";
import type { Detector } from "../../network/network.schema.ts";
import { DetectorWatch } from "./detector-watch.ts";

const detector = (id: string, lanes: number[], type: Detector["type"] = "stopLine"): Detector => ({
  id,
  linkId: "L",
  lanes,
  setbackM: 0,
  type,
});
const MINUTE_MS = 60_000;
const start = () => new DetectorWatch([detector("stop", [1]), detector("adv", [1, 2], "advance")], 0);
const pulse = (watch: DetectorWatch, detectorId: string, atMs: number) => {
  watch.note({ detectorId, isOccupied: true, atMs });
  watch.note({ detectorId, isOccupied: false, atMs: atMs + 300 });
};

test("a detector that is occupied for five minutes is stuck until it is left", () => {
  const watch = start();
  watch.note({ detectorId: "stop", isOccupied: true, atMs: 0 });
  pulse(watch, "adv", 4 * MINUTE_MS);
  expect(watch.listFailures(5 * MINUTE_MS - 1)).toEqual([]);
  expect(watch.listFailures(5 * MINUTE_MS)).toEqual([{ detectorId: "stop", why: "stuck" }]);
  watch.note({ detectorId: "stop", isOccupied: false, atMs: 6 * MINUTE_MS });
  expect(watch.listFailures(6 * MINUTE_MS)).toEqual([]);
});

test("a detector is silent when a hundred vehicles pass another over its lanes in half an hour", () => {
  const watch = start();
  for (let veh = 0; veh < 100; veh++) pulse(watch, "adv", veh * 20_000);
  expect(watch.listFailures(34 * MINUTE_MS)).toEqual([{ detectorId: "stop", why: "silent" }]);
  pulse(watch, "stop", 34 * MINUTE_MS);
  expect(watch.listFailures(34 * MINUTE_MS + 300)).toEqual([]);
});

test("while nothing at all is heard no detector is relied on", () => {
  const watch = start();
  expect(watch.listFailures(5 * MINUTE_MS).map((it) => it.why)).toEqual(["quiet", "quiet"]);
  pulse(watch, "adv", 5 * MINUTE_MS);
  expect(watch.listFailures(5 * MINUTE_MS + 300)).toEqual([]);
});

test("a detector that is not the controller's is ignored", () => {
  const watch = start();
  pulse(watch, "elsewhere", 4 * MINUTE_MS);
  expect(watch.listFailures(5 * MINUTE_MS)).toHaveLength(2);
});
