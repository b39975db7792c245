import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { createConflictMonitor, inspect } from "./conflict-monitor.ts";
import { buildAllRed, type Indications } from "./indications.ts";

const intersection = known(buildSampleNetwork().intersections[0], "intersection A");
const show = (lamps: {
  movements?: [string, "protected" | "permitted" | "yellow"][];
  crossings?: [string, "walk" | "clearance"][];
}): Indications => {
  const red = buildAllRed(intersection);
  return {
    phases: red.phases,
    movements: new Map([...red.movements, ...(lamps.movements ?? [])]),
    crossings: new Map([...red.crossings, ...(lamps.crossings ?? [])]),
  };
};
const monitor = createConflictMonitor(intersection);
const conflictIn = (...states: Indications[]) => {
  let current = monitor;
  let conflict: ReturnType<typeof inspect>["conflict"];
  for (const state of states) ({ monitor: current, conflict } = inspect(current, state));
  return conflict;
};

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
  const together = show({
    movements: [
      ["EBL", "permitted"],
      ["WBT", "protected"],
    ],
  });
  const ending = show({
    movements: [
      ["EBL", "yellow"],
      ["WBT", "protected"],
    ],
  });
  expect(conflictIn(together, ending)).toBeUndefined();
});

test("the yellow after a protected green still holds the right of way", () => {
  const left = show({ movements: [["EBL", "protected"]] });
  const tooEarly = show({
    movements: [
      ["EBL", "yellow"],
      ["WBT", "protected"],
    ],
  });
  expect(conflictIn(left, tooEarly)?.between.toSorted()).toEqual(["EBL", "WBT"]);
});

test("a crossing holds its right of way until its clearance is over", () => {
  const meeting = show({ movements: [["SBT", "protected"]], crossings: [["pedS", "clearance"]] });
  expect(conflictIn(meeting)?.between.toSorted()).toEqual(["SBT", "pedS"]);
});

test("phases that no sequence runs together are caught even when nothing is protected", () => {
  const red = buildAllRed(intersection);
  const both = (one: number, other: number): Indications => ({
    ...red,
    phases: new Map([...red.phases, [one, "green"], [other, "yellow"]]),
  });
  expect(conflictIn(both(2, 6))).toBeUndefined();
  expect(conflictIn(both(2, 4))?.between).toEqual(["phase 2", "phase 4"]);
});
