import { expect, it } from "vitest";
import type { Network } from "../../network/network.schema.ts";
import { withMovement, withPhase } from "../../network/sample-network.test-support.ts";
import { judgeSample, samplePlanWith, sampleWith } from "../judge-sample.test-support.ts";

/** Left turns of the main street of A also permitted on the circular green beside them; arrows as given. */
const permissive = (flashingYellowArrow: boolean): Network =>
  sampleWith(({ phases, movements }) => ({
    phases: withPhase(withPhase(phases, 2, { permittedMovements: ["EBR", "EBL"] }), 6, {
      permittedMovements: ["WBR", "WBL"],
    }),
    movements: withMovement(withMovement(movements, "EBL", { flashingYellowArrow }), "WBL", {
      flashingYellowArrow,
    }),
  }));

const traps = (network: Network, sequenceId: string) =>
  judgeSample({ network, plan: samplePlanWith({ sequenceId }) }).filter((it) => it.includes(" 21 A"));

it("a leading and a lagging left turn on circular greens trap the driver whose green ends first", () => {
  const found = "BLOCK 21 A no yellow trap";
  // Ring 1: WBL EBT, ring 2: WBT EBL. WBT and with it permitted WBL end first, EBT runs on beside lagging EBL.
  expect(traps(permissive(false), "lead-lag")).toEqual([`${found} lead-lag`]);
  expect(traps(permissive(false), "lag-lead")).toEqual([`${found} lag-lead`]);
});

it("left turns that both lead do not trap, because both circular greens end at the barrier", () => {
  expect(traps(permissive(false), "lead-lead")).toEqual([]);
});

it("left turns that both lag trap unless both circular greens end together", () => {
  // Phase 2 of 28 s ends 1 s after phase 6 of 27 s.
  expect(traps(permissive(false), "lag-lag")).toEqual(["BLOCK 21 A no yellow trap lag-lag"]);
  const together = [11, 28, 11, 30, 11, 28, 11, 30].map((splitS, at) => ({ phase: at + 1, splitS }));
  const plan = samplePlanWith({ sequenceId: "lag-lag", splits: together });
  expect(judgeSample({ network: permissive(false), plan })).toEqual([]);
});

it("a flashing yellow arrow follows the oncoming green and cannot trap", () => {
  for (const sequenceId of ["lead-lead", "lead-lag", "lag-lead", "lag-lag"]) {
    expect(traps(permissive(true), sequenceId)).toEqual([]);
  }
});

it("left turns that are only protected cannot trap", () => {
  for (const sequenceId of ["lead-lag", "lag-lead", "lag-lag"]) {
    expect(judgeSample({ plan: samplePlanWith({ sequenceId }) })).toEqual([]);
  }
});

it("a stage that goes on with one direction traps the permitted left turn against it", () => {
  // Stage 1 of C with EBT and WBT; WBT runs on in stage 2. Were EBR a left turn against WBT, it would be trapped.
  const network = sampleWith(
    ({ movements, conflicts }) => ({
      movements: movements.map((it) => (it.id === "EBR" ? { ...it, turn: "left" } : it)),
      conflicts: [...conflicts, ["EBR", "WBT"]],
    }),
    { at: "C" },
  );
  expect(judgeSample({ network })).toEqual(["BLOCK 21 C no yellow trap stages"]);
});

it("a permitted turn that is green all the time never loses its green", () => {
  const network = sampleWith(
    ({ phases, movements }) => ({
      movements: withMovement(movements, "WBL", {}),
      phases: phases.map((it) => ({
        ...it,
        protectedMovements: it.protectedMovements.filter((id) => id !== "WBL"),
        permittedMovements: [...it.permittedMovements, "WBL"],
      })),
    }),
    { at: "C" },
  );
  expect(judgeSample({ network }).filter((it) => it.includes(" 21 "))).toEqual([]);
});

it("driving on the left it is the right turn that crosses oncoming traffic", () => {
  const network = { ...permissive(false), drivingSide: "left" as const };
  expect(traps(network, "lead-lag")).toEqual([]);
});
