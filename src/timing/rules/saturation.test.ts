import { expect, it } from "vitest";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { judgeSample } from "../judge-sample.test-support.ts";

const load = (movementId: string, degreeOfSaturation: number, queueVeh = 0, intersectionId = "B") => ({
  intersectionId,
  movementId,
  degreeOfSaturation,
  queueVeh,
});

it("rule 27: a movement above 0.9 of its capacity is a warning, above 1 too", () => {
  expect(judgeSample({ loads: [load("EBT", 0.9)] })).toEqual([]);
  expect(judgeSample({ loads: [load("NBT", 1.2), load("EBT", 0.95)] })).toEqual([
    "WARN 27 B 0.9 1.2",
    "WARN 27 B 0.9 0.95",
  ]);
});

it("rule 26: the 95 % queue of a movement with a bay fits the bay", () => {
  // Twice the mean queue, 7.6 m each, 80 m: 5.26 vehicles.
  expect(judgeSample({ loads: [load("EBL", 0.5, 5.26)] })).toEqual([]);
  expect(judgeSample({ loads: [load("EBL", 0.5, 5.5)] })).toEqual(["WARN 26 B 80 83.6"]);
});

it("rule 26: the queues of the other movements fit the link between two signals", () => {
  // A to B: 3 lanes of 400 m hold 157.9 vehicles.
  expect(judgeSample({ loads: [load("EBT", 0.5, 60), load("EBR", 0.5, 18)] })).toEqual([]);
  expect(judgeSample({ loads: [load("EBT", 0.5, 60), load("EBR", 0.5, 19)] })).toEqual([
    "WARN 26 B 157.89 158",
  ]);
  const sample = buildSampleNetwork();
  const links = sample.links.map((it) => (it.id === "A.B" ? { ...it, storageVeh: 20 } : it));
  expect(judgeSample({ network: { ...sample, links }, loads: [load("EBT", 0.5, 11)] })).toEqual([
    "WARN 26 B 20 22",
  ]);
});

it("rule 26: a queue at the edge of the network reaches back into no other signal", () => {
  expect(judgeSample({ loads: [load("NBT", 0.5, 500)] })).toEqual([]);
});
