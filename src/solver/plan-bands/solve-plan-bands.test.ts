/** Bands of a plan: any wish is answered, within its own bound, or with a reason. */
import { expect, test } from "vitest";
import { buildNetworkIndex } from "../../network/find.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { buildSamplePlan } from "../../timing/sample-plan.test-support.ts";
import { createHighsEngine } from "../lp/highs.ts";
import type { PlanBandsWish } from "./plan-bands-request.ts";
import { solvePlanBands } from "./solve-plan-bands.ts";

const network = buildSampleNetwork();
const engine = await createHighsEngine();
const flows = network.intersections.flatMap(({ id: intersectionId, movements }) =>
  movements.map(({ id: movementId }) => ({ intersectionId, movementId, flowVph: 200 })),
);
const WISHES: readonly PlanBandsWish[] = [
  { kind: "links", routeId: "main", halves: "free", weightPower: 1 },
  { kind: "links", routeId: "main", halves: "equal", weightPower: 10 },
  { kind: "streams", routeId: "main", leastBandS: 4, leastDemandVph: 0 },
  { kind: "steady", routeId: "main", speedChangeMps: 1 },
  { kind: "routes", floors: [] },
  { kind: "routes", routeIds: ["main"], floors: [{ routeId: "main", floorsS: { outbound: 5, inbound: 5 } }] },
];

const ask = (wish: PlanBandsWish, routes = network.routes) =>
  solvePlanBands(
    {
      index: buildNetworkIndex({ ...network, routes }),
      flows,
      running: buildSamplePlan().timingPlans,
      sequences: "choose",
      wish,
      seed: 1,
      workLimit: 50,
    },
    engine,
  );

test("the weighted sum of the bands is the value, and no more than the bound", () => {
  for (const wish of WISHES) {
    const answer = ask(wish);
    if (answer.kind === "infeasible") expect.fail(answer.reasons.join(" "));
    const sum = answer.bands.reduce((total, it) => total + it.weight * it.bandwidthS, 0);
    expect(answer.value).toBeCloseTo(sum, 6);
    expect(answer.bound).toBeGreaterThan(answer.value - 1e-6);
    expect(answer.gap).toBeGreaterThanOrEqual(0);
    expect(ask(wish)).toEqual(answer);
  }
});

test("a route of one intersection has no links and no streams, and says so", () => {
  const short = network.routes.map(({ inbound: _, ...it }) => ({
    ...it,
    outbound: { ...it.outbound, stops: it.outbound.stops.slice(0, 1) },
  }));
  for (const wish of WISHES) {
    const answer = ask(wish, short);
    if (wish.kind === "routes") expect(answer.kind).toBe("solved");
    else
      expect(answer).toEqual({ kind: "infeasible", reasons: ["A route of one intersection has no link."] });
  }
});
