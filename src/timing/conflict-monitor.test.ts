import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { createConflictMonitor, findConflict } from "./conflict-monitor.ts";
import {
  buildAllRed,
  type CrossingIndication,
  type Indications,
  type MovementIndication,
  type PhaseIndication,
} from "./indications.ts";

const intersection = known(buildSampleNetwork().intersections[0], "intersection A");
const show = (lamps: {
  phases?: [number, PhaseIndication][];
  movements?: [string, MovementIndication][];
  crossings?: [string, CrossingIndication][];
}): Indications => {
  const red = buildAllRed(intersection);
  return {
    phases: new Map([...red.phases, ...(lamps.phases ?? [])]),
    movements: new Map([...red.movements, ...(lamps.movements ?? [])]),
    crossings: new Map([...red.crossings, ...(lamps.crossings ?? [])]),
  };
};
const monitor = createConflictMonitor(intersection);
const conflictIn = (shown: Indications) => findConflict(monitor, shown);

test("all red and streams that do not conflict are let through", () => {
  expect(conflictIn(show({}))).toBeUndefined();
  expect(
    conflictIn(
      show({
        movements: [
          ["EBT", "protected"],
          ["WBT", "protected"],
        ],
      }),
    ),
  ).toBeUndefined();
});

test("two protected greens that conflict are caught", () => {
  const conflict = conflictIn(
    show({
      movements: [
        ["EBT", "protected"],
        ["SBT", "protected"],
      ],
    }),
  );
  expect(conflict?.between.toSorted()).toEqual(["EBT", "SBT"]);
});

test("a permitted left turn may meet the through movement that it yields to, also in yellow", () => {
  for (const left of ["permitted", "yellow"] as const) {
    const together = show({
      phases: [[6, "green"]],
      movements: [
        ["EBL", left],
        ["WBT", "protected"],
      ],
    });
    expect(conflictIn(together)).toBeUndefined();
  }
});

test("the yellow of the phase that protects a movement still holds the right of way", () => {
  const tooEarly = show({ phases: [[5, "yellow"]], movements: [["WBT", "protected"]] });
  expect(conflictIn(tooEarly)?.between.toSorted()).toEqual(["EBL", "WBT"]);
  const cleared = show({ phases: [[5, "redClearance"]], movements: [["WBT", "protected"]] });
  expect(conflictIn(cleared)).toBeUndefined();
});

test("a crossing holds its right of way until its clearance is over", () => {
  const meeting = show({ movements: [["SBT", "protected"]], crossings: [["pedS", "clearance"]] });
  expect(conflictIn(meeting)?.between.toSorted()).toEqual(["SBT", "pedS"]);
});

test("phases that no sequence runs together are caught even when nothing is protected", () => {
  const bare = { ...intersection, conflicts: [] };
  const both = (one: number, other: number) =>
    findConflict(
      createConflictMonitor(bare),
      show({
        phases: [
          [one, "green"],
          [other, "yellow"],
        ],
      }),
    );
  expect(both(2, 6)).toBeUndefined();
  expect(both(2, 4)?.between).toEqual(["phase 2", "phase 4"]);
});
