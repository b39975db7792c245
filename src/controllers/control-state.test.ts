import { expect, test } from "vitest";
import { type ControlEvent, type ControlState, nextControlState } from "./control-state.ts";

function follow(...events: ControlEvent[]): ControlState[] {
  const states: ControlState[] = ["offline"];
  for (const event of events) states.push(nextControlState(states.at(-1) ?? "offline", event));
  return states.slice(1);
}

test("control is taken with a plan and given back with the fallback", () => {
  expect(follow("registeredIdle", "committed", "active", "released", "fellBack")).toEqual([
    "ready",
    "starting",
    "inControl",
    "ending",
    "ready",
  ]);
});

test("the controller may leave control at any time", () => {
  expect(follow("registeredIdle", "committed", "fellBack")).toEqual(["ready", "starting", "ready"]);
  expect(follow("registeredRunning", "fellBack")).toEqual(["inControl", "ready"]);
});

test("a plan change keeps control", () => {
  expect(follow("registeredRunning", "committed", "active")).toEqual(["inControl", "inControl", "inControl"]);
});

test("nothing but the end of the session leaves monitoring", () => {
  expect(follow("registeredForMonitor", "committed", "active", "released", "fellBack", "closed")).toEqual([
    "monitor",
    "monitor",
    "monitor",
    "monitor",
    "monitor",
    "offline",
  ]);
});
