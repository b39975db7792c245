import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildNetworkIndex, getIntersection, getLink } from "../../network/find.ts";
import type { Intersection } from "../../network/network.schema.ts";
import { buildArterial, buildArterialFlows } from "../../traffic/arterial.test-support.ts";
import { evaluatePlan } from "../../traffic/evaluate-plan.ts";
import { buildSplitProblem } from "./build-split-problem.ts";
import { roundSplits } from "./round-splits.ts";
import { solveSplits } from "./solve-splits.ts";

const index = buildNetworkIndex(buildArterial([]));
const intersection = getIntersection(index, "A0");

function solveAt(cycleS: number, flows: Readonly<Record<string, number>>) {
  const list = buildArterialFlows(0, flows);
  const problem = buildSplitProblem({
    index,
    intersection,
    flows: new Map(list.map((it) => [it.movementId, it.flowVph])),
    sequenceId: "lead-lead",
    referenceCycleS: cycleS,
  });
  const answer = solveSplits({ problem, cycleS, targetDegreeOfSaturation: 0.9, slack: "equal" });
  if (answer.kind === "infeasible") throw new Error(answer.reason);
  const measures = evaluatePlan({
    index,
    timingPlans: [
      {
        intersectionId: "A0",
        cycleS,
        sequenceId: "lead-lead",
        splits: roundSplits({ problem, cycleS, splitsS: answer.splitsS }),
        offsetS: 0,
        offsetReference: intersection.offsetReference,
      },
    ],
    flows: list,
  });
  return { problem, answer, measures };
}

test("the reserve that splits claim is what the traffic model measures, where all is protected", () => {
  const { answer, measures } = solveAt(100, { NBL: 0, SBL: 0 });
  expect(measures.largestDegreeOfSaturation).toBeGreaterThan(0.95 / answer.reserve);
  expect(measures.largestDegreeOfSaturation).toBeLessThan(1.05 / answer.reserve);
});

test("permitted lefts are given what their gaps need, as the traffic model measures it", () => {
  const { answer, measures } = solveAt(90, { NBL: 110, SBL: 90, NBT: 250, SBT: 300 });
  expect(measures.largestDegreeOfSaturation * answer.reserve).toBeGreaterThan(0.85);
  expect(measures.largestDegreeOfSaturation * answer.reserve).toBeLessThan(1.15);
});

test("a lane group asks its phase for its flow ratio, start-up loss and end gain as the lane group shares lanes", () => {
  const { problem } = solveAt(100, { EBT: 900, EBR: 90 });
  const stream = known(
    problem.streams.find((it) => it.movementIds.includes("EBT")),
    "eastbound stream",
  );
  expect(stream.movementIds).toEqual(["EBT", "EBR"]);
  expect(stream.rateVps * 3600).toBeCloseTo(990 / (900 / 3600 + 90 / 3060), 6);
  expect(stream.lostS).toBe(4);
  expect(stream.phases.map((it) => problem.phases[it]?.phase)).toEqual([2]);
});

test("crossings on recall lengthen their phase's least split, actuated ones do not", () => {
  const withCrossing = (service: "recall" | "actuated"): Intersection => ({
    ...intersection,
    crossings: [{ id: "X4", mode: "pedestrian", lengthM: 18, walkS: 7, clearanceS: 17.5, service }],
    phases: intersection.phases.map((it) => (it.number === 4 ? { ...it, crossings: ["X4"] } : it)),
  });
  const leastSplitS = (service: "recall" | "actuated") => {
    const { phases } = buildSplitProblem({
      index,
      intersection: withCrossing(service),
      flows: new Map([["EBT", 500]]),
      sequenceId: "lead-lead",
      referenceCycleS: 90,
    });
    return phases.find((it) => it.phase === 4)?.minSplitS;
  };
  expect(leastSplitS("recall")).toBe(29);
  expect(leastSplitS("actuated")).toBe(9);
});

test("queues stand in their bay or in their lanes' share of the link, and only a full link blocks a junction", () => {
  const street = buildNetworkIndex(buildArterial([200]));
  const links = new Map([...street.links, ["E1", { ...getLink(street, "E1"), from: "A0" }]]);
  const second = getIntersection(street, "A1");
  const { streams } = buildSplitProblem({
    index: { ...street, links },
    intersection: {
      ...second,
      movements: second.movements.map((it) => (it.id === "EBL" ? { ...it, storageM: 38 } : it)),
    },
    flows: new Map([
      ["EBL", 80],
      ["EBT", 900],
      ["SBT", 200],
    ]),
    initialQueues: new Map([["EBT", 12]]),
    sequenceId: "lead-lead",
    referenceCycleS: 90,
  });
  const of = (id: string) => streams.find((it) => it.movementIds.includes(id));
  expect(of("EBL")?.storage).toEqual({ storageVeh: 5, blocksJunction: false });
  expect(of("EBT")?.storage).toEqual({ storageVeh: (2 * 200) / 7.6, blocksJunction: true });
  expect(of("SBT")?.storage).toEqual({ storageVeh: 300 / 7.6 / 2, blocksJunction: false });
  expect([of("EBL")?.initialQueueVeh, of("EBT")?.initialQueueVeh]).toEqual([0, 12]);
});

test("a movement that adjacent stages serve loses its start and its change once", () => {
  const staged: Intersection = {
    ...intersection,
    sequences: [{ id: "stages", rings: [[[1, 2, 4]]] }],
    phases: intersection.phases
      .filter((it) => [1, 2, 4].includes(it.number))
      .map((it) => (it.number === 1 ? { ...it, protectedMovements: ["WBL", "EBT"] } : it)),
    coordinatedPhases: [2],
  };
  const { streams } = buildSplitProblem({
    index,
    intersection: staged,
    flows: new Map([["EBT", 900]]),
    sequenceId: "stages",
    referenceCycleS: 90,
  });
  expect(streams).toHaveLength(1);
  expect(streams[0]?.phases).toEqual([0, 1]);
  expect(streams[0]?.lostS).toBe(4);
});
