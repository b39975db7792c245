/** Bands of a route of the network: what the answer claims holds for the timing plans that it returns. */
import { expect, test } from "vitest";
import { buildNetworkIndex } from "../../network/find.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { createSeededRandom } from "../../network/seeded-random.ts";
import { buildGreensOf } from "../../timing/phase-times.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildSamplePlan } from "../../timing/sample-plan.test-support.ts";
import { measureLinkBands, measurePassageBand } from "../../traffic/measure-link-bands.ts";
import { createHighsEngine } from "../lp/highs.ts";
import { listRouteSignals } from "../route/route-signals.ts";
import { type RouteBandsInput, solveRouteLinkBands } from "./route-link-bands.ts";
import { solveRouteStreamBands } from "./route-stream-bands.ts";
import { listRouteStreams } from "./route-streams.ts";

const network = buildSampleNetwork();
const index = buildNetworkIndex(network);
const ids = network.intersections.map((it) => it.id);
const [main] = network.routes;
if (main === undefined) throw new Error("the sample network has a route");
const route = listRouteSignals(index, main, new Set(ids));

const flowOf = (turn: string): number => ({ through: 600, left: 80, right: 120, uTurn: 0 })[turn] ?? 0;

const input: RouteBandsInput = {
  route,
  cycleS: 80,
  resolutionS: 1,
  alternatives: route.signals.map(({ intersection }) => {
    const plan = buildSamplePlan().timingPlans.find((it) => it.intersectionId === intersection.id);
    return plan === undefined ? [] : intersection.sequences.map(({ id }) => ({ ...plan, sequenceId: id }));
  }),
  flows: network.intersections.flatMap(({ id: intersectionId, movements }) =>
    movements.map(({ id: movementId, turn }) => ({ intersectionId, movementId, flowVph: flowOf(turn) })),
  ),
};

/** The greens of a movement that carry a band, on the common cycle, from the plan alone. */
function greensOf(timingPlans: readonly TimingPlan[], intersectionId: string, movementId: string) {
  const intersection = network.intersections.find((it) => it.id === intersectionId);
  const plan = timingPlans.find((it) => it.intersectionId === intersectionId);
  if (intersection === undefined || plan === undefined) throw new Error(intersectionId);
  return buildGreensOf(intersection, plan, movementId).protected;
}

test("link bands stand on the street as claimed, in both directions", () => {
  for (const halves of ["equal", "free"] as const) {
    const answer = solveRouteLinkBands(input, { halves, weightPower: 1 });
    if (answer.kind !== "solved") expect.fail("no bands");
    expect(answer.centerLine).toBe("meetsGreens");
    for (const direction of ["outbound", "inbound"] as const) {
      const order = direction === "outbound" ? ids : [...ids].reverse();
      let arrivalS = 0;
      const passages = order.map((id, position) => {
        const at = ids.indexOf(id);
        const link = route.links[direction === "outbound" ? at - 1 : at];
        if (position > 0) arrivalS += link?.[`${direction}TravelS`] ?? Number.NaN;
        const movementId = direction === "outbound" ? "EBT" : "WBT";
        return { arrivalS, greens: greensOf(answer.timingPlans, id, movementId) };
      });
      const atFirstS =
        answer.bands.centerLineS[direction] -
        (direction === "outbound" ? 0 : (passages.at(-1)?.arrivalS ?? 0));
      const measured = measureLinkBands({ cycleS: 80, halves, passages }, atFirstS);
      if (direction === "inbound") measured.reverse();
      for (const [link, band] of measured.entries()) {
        const claimed = answer.bands.links[link]?.[direction];
        expect(band.beforeS).toBeCloseTo(claimed?.beforeS ?? -1, 6);
        expect(band.afterS).toBeCloseTo(claimed?.afterS ?? -1, 6);
      }
    }
  }
});

test("weights by flow have a mean of 1", () => {
  const answer = solveRouteLinkBands(input, { halves: "free", weightPower: 1 });
  const even = solveRouteLinkBands(input, { halves: "free", weightPower: 0 });
  if (answer.kind !== "solved" || even.kind !== "solved") expect.fail("no bands");
  // All through flows are alike here, and so are the lanes.
  expect(answer.bands.valueS).toBeCloseTo(even.bands.valueS, 6);
});

test("a stream's demand is what enters times the shares that stay and leave", () => {
  const streams = listRouteStreams(input, { leastDemandVph: 0 });
  const find = (from: string, to: string) =>
    streams.find(
      (it) =>
        `${it.from.intersectionId} ${it.from.movementId}` === from &&
        `${it.to.intersectionId} ${it.to.movementId}` === to,
    );
  // 600 veh/h go through at A; of 800 that come to B, 600 go through and 80 turn left.
  expect(find("A EBT", "C EBT")?.demandVph).toBeCloseTo(((600 * 600) / 800) * shareOfThroughAtC(), 6);
  expect(find("A SBL", "B EBL")?.demandVph).toBeCloseTo((80 * 80) / 800, 6);
  expect(streams.some((it) => it.direction === "inbound")).toBe(true);
});

function shareOfThroughAtC(): number {
  const tee = network.intersections.find((it) => it.id === "C");
  const through = tee?.movements.find((it) => it.id === "EBT");
  const approach = tee?.movements.filter((it) => it.approachId === through?.approachId) ?? [];
  return 600 / approach.reduce((sum, it) => sum + flowOf(it.turn), 0);
}

test("stream bands stand on the street as claimed, and nothing is worse than the start", async () => {
  const answer = solveRouteStreamBands(input, {
    leastBandS: 4,
    leastDemandVph: 20,
    engine: await createHighsEngine(),
    random: createSeededRandom(2),
    workLimit: 300,
    nodeLimit: 0,
  });
  expect(answer.streams.length).toBeGreaterThan(4);
  expect(answer.bands.boundS).toBeGreaterThanOrEqual(answer.bands.valueS);
  for (const [at, { stream, from, to, direction }] of answer.streams.entries()) {
    const passages = stream.stops.map(({ signal, arrivalS }, position) => {
      const id = ids[signal] ?? "";
      const through = direction === "outbound" ? "EBT" : "WBT";
      const movementId =
        position === 0 ? from.movementId : position === stream.stops.length - 1 ? to.movementId : through;
      return { arrivalS, greens: greensOf(answer.timingPlans, id, movementId) };
    });
    const { bandwidthS } = measurePassageBand(passages, 80);
    expect(bandwidthS < 4 - 1e-9 ? 0 : bandwidthS).toBeCloseTo(answer.bands.bands[at]?.bandwidthS ?? -1, 6);
  }
});
