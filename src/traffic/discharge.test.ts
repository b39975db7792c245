import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildNetworkIndex, getIntersection } from "../network/find.ts";
import type { Intersection } from "../network/network.schema.ts";
import { buildMovementGreens } from "../timing/phase-times.ts";
import { buildArterial, buildArterialPlan } from "./arterial.test-support.ts";
import { buildDischarges, capacityOfDischargesVph } from "./discharge.ts";
import { gapCapacityVph, PERMITTED_TURN } from "./gap-acceptance.ts";
import { buildLaneGroups } from "./lane-group.ts";

const CYCLE_S = 90;
/** Side street: 26 s of green, main street: 41 s. */
const plan = buildArterialPlan(0, { cycleS: CYCLE_S, offsetS: 0 });
const index = buildNetworkIndex(buildArterial([]));
const usual = getIntersection(index, "A0");

function dischargesOf(
  movementId: string,
  flows: Readonly<Record<string, number>>,
  intersection: Intersection = usual,
) {
  const groups = buildLaneGroups({ index, intersection, flows: new Map(Object.entries(flows)) });
  const group = known(
    groups.find((it) => it.members.some((member) => member.movement.id === movementId)),
    `lane group of ${movementId}`,
  );
  const discharges = buildDischarges({
    group,
    greens: buildMovementGreens(intersection, plan),
    cycleS: CYCLE_S,
  });
  return { discharges, capacityVph: capacityOfDischargesVph(discharges, CYCLE_S) };
}

const withMovement = (id: string, change: object): Intersection => ({
  ...usual,
  movements: usual.movements.map((it) => (it.id === id ? { ...it, ...change } : it)),
});

test("effective green is displayed green, later by the start-up lost time", () => {
  const { discharges } = dischargesOf("EBT", { EBT: 900 });
  expect(discharges).toEqual([{ startS: 2, lengthS: 41, rateVps: 1, varianceVps: 0 }]);
});

test("movements in shared lanes discharge at the harmonic mean of their saturation flows", () => {
  const { capacityVph } = dischargesOf("EBT", { EBT: 900, EBR: 100 });
  const mixedVph = 1000 / (900 / 3600 + 100 / 3060);
  expect(capacityVph).toBeCloseTo((mixedVph * 41) / CYCLE_S, 6);
});

test("a permitted left turn finds gaps once the opposing queue is gone, and sneaks at the end of green", () => {
  const { capacityVph } = dischargesOf("NBL", { NBL: 60, SBT: 300 });
  const greenS = 26;
  const opposingQueueS = (300 * (CYCLE_S - greenS)) / (1800 - 300);
  const unblockedS = greenS - 2 - opposingQueueS;
  const gapsVph = (gapCapacityVph(300, PERMITTED_TURN) * unblockedS) / CYCLE_S;
  const sneakersVph = (2 * 3600) / CYCLE_S;
  expect(capacityVph).toBeCloseTo(gapsVph + sneakersVph, 6);
});

test("a permitted left turn against a saturated stream is left with its sneakers", () => {
  expect(dischargesOf("NBL", { NBL: 60, SBT: 900 }).capacityVph).toBeCloseTo((2 * 3600) / CYCLE_S, 6);
});

test("a measured permitted saturation flow holds for the whole green", () => {
  const measured = withMovement("NBL", { permittedSaturationFlowVph: 600 });
  expect(dischargesOf("NBL", { NBL: 60, SBT: 900 }, measured).capacityVph).toBeCloseTo(
    (600 * 26) / CYCLE_S,
    6,
  );
});

test("a left turn that waits in the through lane holds up who comes behind it", () => {
  const shared = withMovement("NBL", { lanes: 0, sharesLanesOf: "NBT" });
  const free = dischargesOf("NBT", { NBT: 200 }, shared).capacityVph;
  const few = dischargesOf("NBT", { NBL: 10, NBT: 200, SBT: 300 }, shared).capacityVph;
  const many = dischargesOf("NBT", { NBL: 60, NBT: 150, SBT: 300 }, shared).capacityVph;
  expect(few).toBeLessThan(free);
  expect(many).toBeLessThan(0.8 * few);
});

test("a left turn that never finds a gap holds up its lane, and alone it discharges nothing", () => {
  const change = { lanes: 0, sharesLanesOf: "NBT", permittedSaturationFlowVph: 0 };
  const shared = withMovement("NBL", change);
  const free = dischargesOf("NBT", { NBT: 200 }, shared).capacityVph;
  const heldUp = dischargesOf("NBT", { NBL: 10, NBT: 200 }, shared).capacityVph;
  expect(heldUp).toBeGreaterThan(0);
  expect(heldUp).toBeLessThan(free);
  expect(dischargesOf("NBT", { NBL: 10 }, shared).capacityVph).toBe(0);
});

test("a permitted left turn in every phase loses nothing at the start of its green and has no end to sneak at", () => {
  const always = {
    ...usual,
    phases: usual.phases.map((it) => ({ ...it, permittedMovements: [...it.permittedMovements, "NBL"] })),
  };
  const { capacityVph } = dischargesOf("NBL", { NBL: 60, SBT: 300 }, always);
  const blockedS = 2 + (300 * (CYCLE_S - 26)) / (1800 - 300);
  const gapsVph = gapCapacityVph(300, PERMITTED_TURN) * (1 - blockedS / CYCLE_S);
  expect(capacityVph).toBeCloseTo(gapsVph, 6);
});

test("a turn on red from its own lane adds gaps in the flow that it joins", () => {
  const own = { lanes: 1, sharesLanesOf: undefined };
  const stopped = dischargesOf("NBR", { NBR: 100, EBT: 900 }, withMovement("NBR", own));
  const turning = dischargesOf(
    "NBR",
    { NBR: 100, EBT: 900 },
    withMovement("NBR", { ...own, rightTurnOnRed: true }),
  );
  expect(turning.capacityVph).toBeGreaterThan(stopped.capacityVph + 50);
  const busier = dischargesOf(
    "NBR",
    { NBR: 100, EBT: 1800 },
    withMovement("NBR", { ...own, rightTurnOnRed: true }),
  );
  expect(busier.capacityVph).toBeLessThan(turning.capacityVph);
});

test("a movement with lanes of its own that no phase serves flows freely", () => {
  const slip = {
    ...withMovement("NBR", { lanes: 1, sharesLanesOf: undefined }),
    phases: usual.phases.map((it) => ({
      ...it,
      protectedMovements: it.protectedMovements.filter((id) => id !== "NBR"),
    })),
  };
  expect(dischargesOf("NBR", { NBR: 100 }, slip).capacityVph).toBeCloseTo(1530, 6);
});

test("a movement whose phase the plan leaves out discharges nothing", () => {
  const groups = buildLaneGroups({ index, intersection: usual, flows: new Map([["EBL", 100]]) });
  const group = known(
    groups.find((it) => it.members[0]?.movement.id === "EBL"),
    "left turn",
  );
  const without = { ...plan, splits: plan.splits.filter((it) => it.phase !== 5) };
  const greens = buildMovementGreens(usual, without);
  expect(buildDischarges({ group, greens, cycleS: CYCLE_S })).toEqual([]);
});
