import { expect, test } from "vitest";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { judgeSample, samplePlanWith, sampleWith } from "../judge-sample.test-support.ts";
import type { Actuation } from "../plan.schema.ts";

const actuation = (over: Partial<Actuation> = {}): Actuation => ({
  mode: "coordinated",
  forceOff: "fixed",
  phases: [1, 2, 3, 4, 5, 6, 7, 8].map((phase) => ({ phase, passageS: 3, recall: "none" })),
  ...over,
});
const phasesWith = (over: Partial<Actuation["phases"][number]>, of: number): Actuation["phases"] =>
  actuation().phases.map((it) => (it.phase === of ? { ...it, ...over } : it));
const judge = (over: Partial<Actuation>, network = buildSampleNetwork()): string[] =>
  judgeSample({ network, plan: samplePlanWith({ actuation: actuation(over) }) });

test("an actuated plan over detectors at every stop line has no finding", () => {
  expect(judge({})).toEqual([]);
  expect(judge({ mode: "free" })).toEqual([]);
});

test("a phase that does not run, or runs twice in the list, blocks", () => {
  const twice = [...actuation().phases, { phase: 2, passageS: 3, recall: "none" as const }];
  expect(judge({ phases: twice })).toEqual(["BLOCK 21 A once 2"]);
  const unknown = [...actuation().phases, { phase: 9, passageS: 3, recall: "none" as const }];
  expect(judge({ phases: unknown })).toEqual(["BLOCK 21 A a phase with a split 9"]);
});

test("a maximum below the minimum green blocks", () => {
  expect(judge({ mode: "free", phases: phasesWith({ maxGreenS: 9.9 }, 2) })).toEqual(["BLOCK 7 A 10 9.9"]);
});

test("maximums that together keep somebody waiting too long block", () => {
  // 2 has 120 s and its change of 5.3 s; 1 takes 11 s, 3 and 4 take 41 s; the shortest, 11 s, waits for all others.
  expect(judge({ mode: "free", phases: phasesWith({ maxGreenS: 120 }, 2) })).toEqual([
    "BLOCK 25 A 150 166.3",
  ]);
});

test("pedestrian recall asks for a split that holds the crossing", () => {
  const network = sampleWith((it) => ({
    crossings: it.crossings.map((crossing) =>
      crossing.id === "pedW" ? { ...crossing, service: "actuated", walkS: 12 } : crossing,
    ),
  }));
  expect(judge({ phases: phasesWith({ recall: "pedestrian" }, 4) }, network)).toEqual([
    "WARN 13 A 31.4 30",
    "BLOCK 17 A 31.4 30",
  ]);
});

test("a movement without a detector is told: its phase runs on maximum recall", () => {
  const { detectors } = buildSampleNetwork();
  const network = buildSampleNetwork({ detectors: detectors.filter((it) => it.id !== "stop.A.N.left") });
  expect(judge({}, network)).toEqual(["INFO 25 A a detector for every movement none"]);
});

test("a permitted left turn whose phase may end beside oncoming traffic blocks", () => {
  const network = sampleWith((it) => ({
    phases: it.phases.map((phase) =>
      phase.number === 2 ? { ...phase, permittedMovements: [...phase.permittedMovements, "EBL"] } : phase,
    ),
  }));
  const plan = samplePlanWith({ sequenceId: "lag-lag", actuation: actuation() });
  const findings = judgeSample({ network, plan });
  expect(findings.filter((it) => it.startsWith("BLOCK 21"))).toEqual(["BLOCK 21 A no yellow trap lag-lag"]);
  expect(judge({}, network).filter((it) => it.startsWith("BLOCK"))).toEqual([]);
});
