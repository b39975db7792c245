import fc from "fast-check";
import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildNetworkIndex } from "../network/find.ts";
import { holds } from "../timing/cycle.ts";
import { buildMovementGreens } from "../timing/phase-times.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildArterial, buildArterialPlan } from "./arterial.test-support.ts";
import { measureBand } from "./measure-band.ts";

const SPEED_MPS = 15;

function bandsOf(spacingsM: readonly number[], plans: readonly TimingPlan[], groupIds?: ReadonlySet<string>) {
  const network = buildArterial(spacingsM);
  const route = known(network.routes[0], "route");
  const timingPlans = new Map(plans.map((it) => [it.intersectionId, it]));
  return [route.outbound, known(route.inbound, "inbound")].map((direction) =>
    measureBand({
      index: buildNetworkIndex(network),
      direction,
      timingPlans,
      ...(groupIds === undefined ? {} : { groupIds }),
    }),
  );
}

const widthOf = (band: ReturnType<typeof measureBand>) => (band.kind === "band" ? band.bandwidthS : 0);

test("two signals 1400 ft apart have bands of 30 and 20 s (Coordinated Signal Timing, example 1)", () => {
  const travelTimeS = 35;
  const plans = [0, travelTimeS].map((offsetS, i) =>
    buildArterialPlan(i, { cycleS: 60, offsetS, sideSplitS: 11 }),
  );
  const [outbound, inbound] = bandsOf([travelTimeS * SPEED_MPS], plans);
  expect(outbound).toMatchObject({
    kind: "band",
    bandwidthS: 30,
    bandEfficiency: 0.5,
    bandAttainability: 1,
    startS: 0,
    beginsAt: ["A0", "A1"],
    endsAt: ["A0", "A1"],
  });
  expect(inbound).toMatchObject({ kind: "band", bandwidthS: expect.closeTo(20, 6) });
});

test("a signal outside the group is passed without a limit", () => {
  const plans = [0, 45, 60].map((offsetS, i) =>
    buildArterialPlan(i, { cycleS: i === 1 ? 80 : 90, offsetS, sideSplitS: 50 }),
  );
  expect(bandsOf([450, 450], plans)[0]).toMatchObject({
    kind: "none",
    reason: "cycles differ: 90 s at A0, 80 s at A1",
  });
  expect(bandsOf([450, 450], plans, new Set(["A0", "A2"]))[0]).toMatchObject({
    kind: "band",
    bandwidthS: expect.closeTo(21, 6),
  });
});

test("a band that may be slower loses the time that the next green still wants", () => {
  // 30 s of green each, the second 8 s later than the band at 15 m/s: 300 m at 12 m/s cost 5 s more, at 10 m/s 10 s.
  const network = buildArterial([300]);
  const outbound = known(network.routes[0], "route").outbound;
  const plans = [0, 28].map((offsetS, i) => buildArterialPlan(i, { cycleS: 60, offsetS, sideSplitS: 11 }));
  const widths = [undefined, 12, 10].map((leastProgressionSpeedMps) =>
    widthOf(
      measureBand({
        index: buildNetworkIndex(network),
        direction: { ...outbound, progressionSpeedMps: SPEED_MPS, leastProgressionSpeedMps },
        timingPlans: new Map(plans.map((it) => [it.intersectionId, it])),
      }),
    ),
  );
  expect(widths).toEqual([22, 27, 30].map((it) => expect.closeTo(it, 6)));
});

test("a signal without a plan leaves no band, with the reason", () => {
  const plans = [buildArterialPlan(0, { cycleS: 90, offsetS: 0 })];
  expect(bandsOf([450], plans)[0]).toEqual({ kind: "none", reason: "intersection A1 has no timing plan" });
});

test("the band is the longest run of tenths of a second whose trajectory meets green everywhere", () => {
  const cycleS = 60;
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          travelS: fc.integer({ min: 5, max: 40 }),
          offsetS: fc.nat(59),
          sideS: fc.integer({ min: 10, max: 30 }),
        }),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
      (signals) => {
        const spacingsM = signals.slice(1).map((it) => it.travelS * SPEED_MPS);
        const plans = signals.map(({ offsetS, sideS }, i) =>
          buildArterialPlan(i, { cycleS, offsetS, sideSplitS: sideS }),
        );
        const [outbound, inbound] = bandsOf(spacingsM, plans);
        expect(widthOf(known(outbound, "outbound"))).toBeCloseTo(walk(spacingsM, plans, "EBT"), 6);
        expect(widthOf(known(inbound, "inbound"))).toBeCloseTo(
          walk([...spacingsM].reverse(), [...plans].reverse(), "WBT"),
          6,
        );
      },
    ),
    { seed: 6, numRuns: 60 },
  );

  /** Longest run on the circle of start instants from which every signal is green. */
  function walk(spacingsM: readonly number[], plans: readonly TimingPlan[], movementId: string): number {
    const { intersections } = buildArterial(plans.slice(1).map(() => 1));
    const greens = plans.map((plan) => {
      const intersection = known(
        intersections.find((it) => it.id === plan.intersectionId),
        "intersection",
      );
      return known(buildMovementGreens(intersection, plan).get(movementId), "greens").protected;
    });
    const meetsGreen = Array.from({ length: cycleS * 10 }, (_, tenth) => {
      let timeS = tenth / 10 + 0.05;
      return greens.every((intervals, i) => {
        if (i > 0) timeS += (spacingsM[i - 1] ?? 0) / SPEED_MPS;
        return intervals.some((it) => holds(it, timeS, cycleS));
      });
    });
    let longest = 0;
    let run = 0;
    for (const good of [...meetsGreen, ...meetsGreen]) {
      run = good ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return Math.min(longest, cycleS * 10) / 10;
  }
});
