import fc from "fast-check";
import { expect, it } from "vitest";
import { buildNetworkIndex, type NetworkIndex } from "../network/find.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import type { Count } from "./count.schema.ts";
import type { MovementFlow } from "./demand.schema.ts";
import { estimateFlows } from "./estimate-flows.ts";

const PERIODS = 12;
const PERIOD_S = 300;
const WINDOW = { fromMs: 0, toMs: PERIODS * PERIOD_S * 1000 };
const index = buildNetworkIndex(buildSampleNetwork());

type Truth = ReadonlyMap<string, number>;
const keyOf = (intersectionId: string, movementId: string) => `${intersectionId} ${movementId}`;

/** Vehicles per period of every movement; every approach varies from period to period in its own way. */
const truth: Truth = new Map(
  index.network.intersections.flatMap(({ id, movements }, at) =>
    movements.map((it, position) => [
      keyOf(id, it.id),
      it.turn === "through" ? 40 + 5 * at : 4 + (position % 4),
    ]),
  ),
);

/** Noiseless counts of the detectors that `keeps` lets through: what their movements carry in each period. */
function countAll(of: NetworkIndex, flows: Truth, keeps: (id: string) => boolean = () => true): Count[] {
  const { intersections, detectors } = of.network;
  return detectors
    .filter((it) => keeps(it.id))
    .flatMap((detector) => {
      const passing = intersections.flatMap((intersection) =>
        intersection.movements
          .filter((it) => {
            const approach = intersection.approaches.find((a) => a.id === it.approachId);
            if (detector.type === "exit") return it.toLinkId === detector.linkId;
            if (approach?.linkId !== detector.linkId) return false;
            return detector.type === "advance" || detector.movementIds?.includes(it.id);
          })
          .map((it) => ({ key: keyOf(intersection.id, it.id), approach: it.approachId })),
      );
      return Array.from({ length: PERIODS }, (_, period) => ({
        detectorId: detector.id,
        startAtMs: period * PERIOD_S * 1000,
        durationS: PERIOD_S,
        countVeh: passing.reduce((sum, it) => sum + (flows.get(it.key) ?? 0) * swell(it.approach, period), 0),
      }));
    });
}

/** Each approach has periods of double traffic of its own, so that exits tell the approaches apart. */
const swell = (approach: string, period: number): number =>
  1 + ((period + ["EB", "WB", "NB", "SB"].indexOf(approach)) % 4 === 0 ? 1 : 0);
/** 12 periods, 3 of them double: 15 times the base in an hour. */
const HOURLY = 15;

const estimate = (counts: readonly Count[], prior: readonly MovementFlow[] = [], of = index) =>
  new Map(
    estimateFlows({ index: of, counts, window: WINDOW, prior }).map((it) => [
      keyOf(it.intersectionId, it.movementId),
      it,
    ]),
  );

/** The sample network with one stop-line detector for each movement: lanes as many as movements. */
const separate = buildNetworkIndex({
  ...index.network,
  detectors: index.network.intersections.flatMap((intersection) =>
    intersection.movements.map((it, at) => ({
      id: `own.${intersection.id}.${it.id}`,
      linkId: intersection.approaches.find((a) => a.id === it.approachId)?.linkId ?? "",
      lanes: [at + 1],
      setbackM: 0,
      type: "stopLine" as const,
      movementIds: [it.id],
    })),
  ),
});

it("movements with a detector each come back exactly, with full confidence", () => {
  const flows = estimate(countAll(separate, truth), [], separate);
  for (const [key, perPeriod] of truth) {
    expect(flows.get(key)?.flowVph, key).toBeCloseTo(perPeriod * HOURLY, 6);
    expect(flows.get(key)?.confidence, key).toBeCloseTo(1, 9);
  }
});

it("movements that share a lane come back from exit counts", () => {
  const flows = estimate(countAll(index, truth));
  for (const [key, perPeriod] of truth) {
    const flow = flows.get(key);
    expect(Math.abs((flow?.flowVph ?? 0) - perPeriod * HOURLY), key).toBeLessThan(0.02 * 60 * HOURLY);
    expect(flow?.confidence, key).toBeGreaterThan(0.6);
  }
});

it("approach counts and exit counts alone give turning shares", () => {
  const flows = estimate(countAll(index, truth, (id) => !id.startsWith("stop.")));
  for (const [key, perPeriod] of truth) {
    expect(Math.abs((flows.get(key)?.flowVph ?? 0) - perPeriod * HOURLY), key).toBeLessThan(
      0.05 * 60 * HOURLY,
    );
  }
});

it("with no counts the prior stays, with low confidence", () => {
  const prior = [...truth].map(([key, perPeriod]) => {
    const [intersectionId = "", movementId = ""] = key.split(" ");
    return { intersectionId, movementId, flowVph: perPeriod * HOURLY, confidence: 1 };
  });
  for (const [key, flow] of estimate([], prior)) {
    expect(flow.flowVph, key).toBeCloseTo((truth.get(key) ?? 0) * HOURLY, 9);
    expect(flow.confidence, key).toBe(0.1);
  }
});

it("an approach without a working detector falls back to its prior, the others do not", () => {
  const prior = [{ intersectionId: "A", movementId: "NBT", flowVph: 123, confidence: 1 }];
  const silent = (id: string) => !id.includes(".A.") || (!id.includes(".S") && !id.startsWith("exit."));
  const flows = estimate(countAll(index, truth, silent), prior);
  expect(flows.get("A NBT")).toMatchObject({ flowVph: 123, confidence: 0.1 });
  expect(flows.get("A NBL")).toMatchObject({ flowVph: 0, confidence: 0.1 });
  expect(flows.get("A SBL")?.confidence).toBeGreaterThan(0.9);
});

it("an approach that is not counted is scaled to what leaves", () => {
  const prior = ["NBL", "NBT", "NBR"].map((movementId) => ({
    intersectionId: "A",
    movementId,
    flowVph: 300,
    confidence: 1,
  }));
  const flows = estimate(
    countAll(index, truth, (id) => !id.endsWith(".A.S") && !id.includes(".A.S.")).concat(
      countAll(index, truth, (id) => id === "exit.A.S"),
    ),
    prior,
  );
  // 600 veh/h in truth, 300 in the prior: the exits ask for more, and WBR that leaves with NBT takes a part of it.
  expect(flows.get("A NBT")?.flowVph).toBeGreaterThan(480);
  expect(flows.get("A NBT")?.flowVph).toBeLessThan(600);
  expect(flows.get("A NBT")?.confidence).toBe(0.1);
});

it("a share that only the prior speaks for is trusted half as much as a count", () => {
  const flows = estimate(countAll(index, truth, (id) => id === "adv.A.S"));
  const total = ["NBL", "NBT", "NBR"].reduce((sum, it) => sum + (flows.get(`A ${it}`)?.flowVph ?? 0), 0);
  const counted = ["NBL", "NBT", "NBR"].reduce((sum, it) => sum + (truth.get(`A ${it}`) ?? 0) * HOURLY, 0);
  expect(total).toBeCloseTo(counted, 6);
  expect(flows.get("A NBT")?.flowVph).toBeCloseTo(0.8 * counted, 6);
  expect(flows.get("A NBT")?.confidence).toBeCloseTo(0.55, 9);
});

it("half the records give the same flow at less confidence, and duplicates change nothing", () => {
  const counts = countAll(separate, truth);
  const half = counts.filter((it) => it.startAtMs < (WINDOW.toMs * 2) / 3);
  const whole = estimate(counts, [], separate).get("A EBT");
  expect(estimate(half, [], separate).get("A EBT")?.flowVph).toBeCloseTo(whole?.flowVph ?? 0, 6);
  expect(estimate(half, [], separate).get("A EBT")?.confidence).toBeCloseTo(0.7, 9);
  expect(estimate([...counts, ...counts], [], separate).get("A EBT")).toEqual(whole);
});

it("a movement of which one detector is silent is taken from the arrivals", () => {
  const split = {
    ...index.network,
    detectors: index.network.detectors.flatMap((it) =>
      it.id === "stop.A.W.rest"
        ? [
            { ...it, id: "lane1", lanes: [1] },
            { ...it, id: "lane2", lanes: [2] },
          ]
        : [it],
    ),
  };
  const counts = countAll(buildNetworkIndex(split), truth, (id) => id !== "lane2");
  const flow = estimate(counts, [], buildNetworkIndex(split)).get("A EBT");
  expect(Math.abs((flow?.flowVph ?? 0) - (truth.get("A EBT") ?? 0) * HOURLY)).toBeLessThan(20);
});

it("detectors whose lanes some movements share and others do not are each met exactly", () => {
  const shared = {
    ...index.network,
    detectors: [
      ...index.network.detectors.filter((it) => it.linkId !== "in.A.W"),
      ...[
        { id: "kerb", lanes: [1], movementIds: ["EBR", "EBT"] },
        { id: "middle", lanes: [2], movementIds: ["EBT"] },
        { id: "far", lanes: [3], movementIds: ["EBL"] },
      ].map((it) => ({ ...it, linkId: "in.A.W", setbackM: 0, type: "stopLine" as const })),
    ],
  };
  const hour = (detectorId: string, countVeh: number): Count => ({
    detectorId,
    startAtMs: 0,
    durationS: 3600,
    countVeh,
  });
  const flows = estimate(
    [hour("kerb", 300), hour("middle", 400), hour("far", 50)],
    [],
    buildNetworkIndex(shared),
  );
  const of = (id: string) => flows.get(`A ${id}`)?.flowVph ?? 0;
  expect(of("EBL")).toBeCloseTo(50, 6);
  expect(of("EBT") + of("EBR")).toBeCloseTo(700, 6);
  expect(of("EBT")).toBeGreaterThan(400);
});

it("any counts: flows are not negative, counted blocks keep their totals, confidence lies within 0.1 and 1", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 60 }), { minLength: index.network.detectors.length, maxLength: 200 }),
      fc.array(fc.boolean(), { minLength: index.network.detectors.length, maxLength: 200 }),
      (vehicles, speaks) => {
        const counts = index.network.detectors.flatMap(({ id }, at) =>
          speaks[at] ? [{ detectorId: id, startAtMs: 0, durationS: 3600, countVeh: vehicles[at] ?? 0 }] : [],
        );
        const flows = estimate(counts);
        for (const { flowVph, confidence } of flows.values()) {
          expect(flowVph).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeGreaterThanOrEqual(0.1);
          expect(confidence).toBeLessThanOrEqual(1);
        }
        for (const { detectorId, countVeh } of counts) {
          const detector = index.network.detectors.find((it) => it.id === detectorId);
          if (detector?.type !== "stopLine") continue;
          const at = index.arrivals.get(detector.linkId)?.intersection.id ?? "";
          const sum = (detector.movementIds ?? []).reduce(
            (total, it) => total + (flows.get(keyOf(at, it))?.flowVph ?? 0),
            0,
          );
          expect(sum).toBeCloseTo(countVeh, 6);
        }
      },
    ),
    { seed: 51, numRuns: process.env["GREENWAVE_FULL"] === "1" ? 1000 : 40 },
  );
});

it("counts that are believed less make flows of the same size that are believed less", () => {
  const counts = countAll(index, truth);
  const sure = estimateFlows({ index, counts, window: WINDOW, prior: [] });
  const unsure = estimateFlows({
    index,
    counts: counts.map((it) => ({ ...it, confidence: 0.5 })),
    window: WINDOW,
    prior: [],
  });
  for (const [at, it] of unsure.entries()) {
    expect(it.flowVph).toBeCloseTo(sure[at]?.flowVph ?? 0, 6);
    expect(it.confidence).toBeCloseTo(0.1 + ((sure[at]?.confidence ?? 0) - 0.1) / 2, 6);
  }
});
