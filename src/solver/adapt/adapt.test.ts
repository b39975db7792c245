import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildNetworkIndex } from "../../network/find.ts";
import { buildDistrict } from "../../shipped/district.ts";
import { signedDifferenceS } from "../../timing/cycle.ts";
import { validatePlan } from "../../timing/validate-plan.ts";
import { evaluatePlan } from "../../traffic/evaluate-plan.ts";
import { adaptNetwork } from "./adapt-network.ts";
import type { AdaptRequest } from "./adapt-request.ts";
import { judgeChange } from "./judge-change.ts";
import { chooseScope } from "./parts.ts";

const { network, demand, plan } = buildDistrict();
const index = buildNetworkIndex(network);
const ids = plan.timingPlans.map((it) => it.intersectionId);

const request = (over: Partial<AdaptRequest> = {}): AdaptRequest => ({
  index,
  flows: demand.flows.map((it) => ({ ...it, confidence: 1 })),
  running: plan.timingPlans,
  scope: chooseScope(index, ids, 0),
  heldIds: [],
  step: { splitS: 4, offsetS: 4 },
  leastConfidence: 0.6,
  leastGainRatio: 0.04,
  stepStayS: 600,
  activateAtDs: 17_000_000_000,
  seed: 1,
  workLimit: 60_000,
  ...over,
});

test("every intersection comes to its turn once, and neighbors are part of what is looked at", () => {
  const turns = Array.from({ length: 10 }, (_, turn) => chooseScope(index, ids, turn));
  expect(turns.flatMap((it) => it.own).sort()).toEqual([...ids].sort());
  for (const { own, all } of turns) {
    expect(own.length).toBeLessThanOrEqual(20);
    expect(all.length).toBeGreaterThan(own.length);
    expect(all).toEqual(expect.arrayContaining([...own]));
  }
});

test("a step stays within its limits, changes its own part alone, is better by another evaluation, and comes again", () => {
  const answer = adaptNetwork(request());
  const candidate = known(answer.candidate, "candidate");
  expect(answer.kind).toBe("change");
  const running = new Map(plan.timingPlans.map((it) => [it.intersectionId, it]));
  for (const changed of candidate.timingPlans) {
    const before = known(running.get(changed.intersectionId), "running plan");
    expect(request().scope.own).toContain(changed.intersectionId);
    expect(changed.cycleS).toBe(before.cycleS);
    expect(Math.abs(signedDifferenceS(before.offsetS, changed.offsetS, changed.cycleS))).toBeLessThanOrEqual(
      4,
    );
    for (const { phase, splitS } of changed.splits) {
      const splitBeforeS = before.splits.find((it) => it.phase === phase)?.splitS ?? 0;
      expect(Math.abs(splitS - splitBeforeS)).toBeLessThanOrEqual(4);
    }
  }
  const changedPlans = new Map(candidate.timingPlans.map((it) => [it.intersectionId, it]));
  const timingPlans = plan.timingPlans.map((it) => changedPlans.get(it.intersectionId) ?? it);
  const delayOf = (plans: typeof timingPlans): number =>
    evaluatePlan({ index, timingPlans: plans, flows: demand.flows, routeIds: [] }).totalDelayVehHPerH;
  expect(delayOf(timingPlans)).toBeLessThan(delayOf([...plan.timingPlans]));
  expect(adaptNetwork(request())).toEqual(answer);
});

test("a plan change moves the cycle by a step at most, and the gate blocks nothing of it", () => {
  const scope = { own: ids, all: ids };
  const planChange = { stayS: 1800, cycleS: 8, cycleMinS: 60, cycleMaxS: 150 };
  const answer = adaptNetwork(request({ scope, planChange }));
  const candidate = known(answer.candidate, "candidate");
  expect(candidate.cycles).toMatchObject([{ fromS: 110, toS: 118 }]);
  const timingPlans = candidate.timingPlans.map((it) => ({ ...it, splits: [...it.splits] }));
  const { findings } = validatePlan({
    network,
    plan: { ...plan, id: "changed", revision: plan.revision + 1, timingPlans },
    running: plan,
    nowMs: 0,
  });
  expect(findings.filter((it) => it.severity === "BLOCK")).toEqual([]);
  expect(candidate.worth.transitionCycles).toBeGreaterThan(0);
  expect(candidate.worth.transitionCycles).toBeLessThanOrEqual(5);
  expect(candidate.worth.transitionVehH).toBeGreaterThan(0);
});

test("what is held, what is unsure and what does not pay for its transition stays", () => {
  const { scope, flows } = request();
  expect(adaptNetwork(request({ heldIds: scope.own })).kind).toBe("held");
  const unsure = flows.map((it) => ({ ...it, confidence: 0.59 }));
  expect(adaptNetwork(request({ flows: unsure })).kind).toBe("lowConfidence");
  expect(adaptNetwork(request({ stepStayS: 1 })).kind).toBe("notWorth");
  const [heldId = ""] = scope.own;
  const changed = adaptNetwork(request({ heldIds: [heldId] })).candidate?.timingPlans ?? [];
  expect(changed.map((it) => it.intersectionId)).not.toContain(heldId);
});

test("the guard waits for readings in a row, forgives one, and lets go of what does well", () => {
  const limits = { marginRatio: 0.25, readings: 3 };
  const before = { measured: 2, predicted: 20 };
  const bad = { measured: 3, predicted: 20 };
  const good = { measured: 2.2, predicted: 21 };
  const verdict = (...after: (typeof good)[]) => judgeChange(before, after, limits).kind;
  expect(verdict()).toBe("watching");
  expect(verdict(bad, bad)).toBe("watching");
  expect(verdict(bad, bad, bad)).toBe("worse");
  expect(verdict(bad, bad, good, bad)).toBe("watching");
  expect(verdict(...Array(9).fill(good))).toBe("kept");
  // More delay that the model had predicted is no reason.
  expect(verdict(...Array(3).fill({ measured: 4, predicted: 40 }))).toBe("watching");
  expect(judgeChange(before, [bad], limits).ratio).toBeCloseTo(1.5, 12);
});
