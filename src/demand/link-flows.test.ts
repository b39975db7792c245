import { expect, it } from "vitest";
import type { Detector } from "../network/network.schema.ts";
import type { Count } from "./count.schema.ts";
import { measureDetectors, measurePlace } from "./link-flows.ts";

const HOUR = { fromMs: 0, toMs: 3_600_000 };
const count = (startS: number, countVeh: number, durationS = 900, detectorId = "d"): Count => ({
  detectorId,
  startAtMs: startS * 1000,
  durationS,
  countVeh,
});
const measured = (...counts: Count[]) => measureDetectors(counts, HOUR).get("d");
const detector = (id: string, lanes: number[], setbackM = 0): Detector => ({
  id,
  linkId: "l",
  lanes,
  setbackM,
  type: "advance",
});
const place = (detectors: Detector[], counts: Count[]) =>
  measurePlace(detectors, measureDetectors(counts, HOUR));

it("four quarters of an hour make a flow with full coverage", () => {
  const flow = measured(count(0, 10), count(900, 20), count(1800, 30), count(2700, 40));
  expect(flow).toMatchObject({ flowVph: 100, coverage: 1 });
  expect(flow?.periods.size).toBe(4);
});

it("a missing period lowers the coverage and not the flow", () => {
  expect(measured(count(0, 25), count(900, 25), count(1800, 25))).toMatchObject({
    flowVph: 100,
    coverage: 0.75,
  });
});

it("a detector without a record in the window is absent, one that counted nothing has no flow", () => {
  expect(measured(count(3600, 25), count(-900, 25))).toBeUndefined();
  expect(measured(count(0, 0))).toMatchObject({ flowVph: 0, coverage: 0.25 });
});

it("a duplicate or overlapping record counts once", () => {
  expect(measured(count(0, 25), count(0, 25), count(0, 99, 300), count(450, 99))).toMatchObject({
    flowVph: 100,
    coverage: 0.25,
  });
});

it("a record that reaches over the window's edge counts in proportion", () => {
  expect(measured(count(-450, 50))).toMatchObject({ flowVph: 200, coverage: 0.125 });
});

it("detectors over different lanes add up, those over lanes already counted do not", () => {
  const detectors = [detector("near", [1], 20), detector("far", [1, 2], 60), detector("bay", [3], 20)];
  const counts = ["near", "far", "bay"].map((id) => count(0, 50, 3600, id));
  const flow = place(detectors, counts);
  expect(flow?.detectors.map((it) => it.id)).toEqual(["near", "bay"]);
  // Lane 2 is only counted by the detector that was left out: it carries what the others carry.
  expect(flow).toMatchObject({ flowVph: 150, coverage: 2 / 3 });
});

it("the detector with more records is preferred over the nearer one", () => {
  const detectors = [detector("near", [1], 20), detector("far", [1], 60)];
  const flow = place(detectors, [count(0, 10, 900, "near"), count(0, 80, 3600, "far")]);
  expect(flow?.detectors.map((it) => it.id)).toEqual(["far"]);
});

it("a period counts for a place only when every detector has it", () => {
  const detectors = [detector("a", [1]), detector("b", [2])];
  const flow = place(detectors, [count(0, 5, 900, "a"), count(900, 5, 900, "a"), count(0, 7, 900, "b")]);
  expect([...(flow?.periods ?? [])]).toEqual([["0+900", 12]]);
});

it("a place whose detectors are all silent is unknown", () => {
  expect(place([detector("a", [1])], [])).toBeUndefined();
});
