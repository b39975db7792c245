/** Worked by hand after the Signal Timing Manual, 2nd edition (NCHRP Report 812), 6.1 and 7.3–7.5. */
import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import type { Actuation, TimingPlan } from "../plan.schema.ts";
import { buildSamplePlan, withSplits } from "../sample-plan.test-support.ts";
import {
  advanceSignal,
  detectVehicle,
  distrust,
  pressButton,
  requestSignalPlan,
  type Signal,
  startSignal,
} from "../signal.ts";
import type { Termination } from "./actuated-state.ts";

const network = buildSampleNetwork();
const base = known(network.intersections[0], "intersection A");
const intersection = {
  ...base,
  crossings: base.crossings.map((it) => ({ ...it, service: "actuated" as const })),
};
const detectors = network.detectors.filter((it) => it.id.includes(".A."));
const fixedTime = known(buildSamplePlan().timingPlans[0], "plan of A");

/**
 * Cycle 80 s, beginning with phases 1 and 5 at 69 s of the common cycle. From there, splits of 11, 28, 11, 30 s put the
 * force-offs of ring 1 at 6.5, 33.7, 45 and 74.7 s; phases 2 and 6 yield at 33.7 s. Minimum greens: 10 s for 2 and 6, 7 s
 * for 4 and 8, 5 s for the left turns.
 */
const CYCLE_START_DS = 690;
/** The first cycle serves everybody once; times below count from the second. */
const SECOND_CYCLE_DS = CYCLE_START_DS + 800;

const withActuation = (over: Partial<Actuation> = {}, plan: TimingPlan = fixedTime): TimingPlan => ({
  ...plan,
  actuation: {
    mode: "coordinated",
    forceOff: "fixed",
    phases: plan.splits.map(({ phase }) => ({ phase, passageS: 3, recall: "none" })),
    ...over,
  },
});

class Street {
  #signal: Signal;
  readonly #greens: string[] = [];
  readonly #walks: string[] = [];
  readonly #terminations: Termination[] = [];

  constructor(plan: TimingPlan) {
    const timeBase = { timeZero: { type: "epoch" }, timeZone: "UTC" } as const;
    this.#signal = startSignal({ intersection, detectors, plan, timeBase, atDs: CYCLE_START_DS - 60 });
  }

  /** Goes on to a time of the second cycle. */
  to(atS: number): this {
    const { signal, changes, terminations } = advanceSignal(
      this.#signal,
      SECOND_CYCLE_DS + Math.round(atS * 10),
    );
    this.#signal = signal;
    this.#terminations.push(...terminations.map((it) => ({ ...it, atDs: it.atDs - SECOND_CYCLE_DS })));
    for (const it of changes) {
      const at = (it.atDs - SECOND_CYCLE_DS) / 10;
      if (it.type === "phase" && (it.indication === "green" || it.indication === "yellow")) {
        this.#greens.push(`${at} ${it.phase} ${it.indication}`);
      }
      if (it.type === "crossing") this.#walks.push(`${at} ${it.crossingId} ${it.indication}`);
    }
    return this;
  }

  vehicle(detectorId: string, isOccupied: boolean): this {
    this.#signal = detectVehicle(this.#signal, { detectorId, isOccupied });
    return this;
  }

  press(crossingId: string): this {
    this.#signal = pressButton(this.#signal, crossingId);
    return this;
  }

  change(next: (signal: Signal) => Signal): this {
    this.#signal = next(this.#signal);
    return this;
  }

  /** Since the start of the second cycle. */
  get greens(): string[] {
    return this.#greens.filter((it) => Number.parseFloat(it) >= 0);
  }
  get walks(): string[] {
    return this.#walks.filter((it) => Number.parseFloat(it) >= 0);
  }
  get terminations(): string[] {
    return this.#terminations
      .filter((it) => it.atDs >= 0)
      .map((it) => `${it.atDs / 10} ${it.phase} ${it.reason}`);
  }
}

test("nobody calls: the coordinated phases rest in green from cycle to cycle", () => {
  const street = new Street(withActuation()).to(0).to(400);
  expect(street.greens).toEqual([]);
});

test("a call is answered from the yield point on, phases without a call are left out, and a gap gives the time back to the coordinated phases", () => {
  // SBT waits; phase 4 follows the clearance of 5.3 s, gets its 7 s, gaps out; 2 and 6 are back 23.4 s early.
  const street = new Street(withActuation())
    .to(20)
    .vehicle("stop.A.N.rest", true)
    .to(40)
    .vehicle("stop.A.N.rest", false)
    .to(130);
  expect(street.greens).toEqual([
    "33.7 2 yellow",
    "33.7 6 yellow",
    "39 4 green",
    "46 4 yellow",
    "51.3 2 green",
    "51.3 6 green",
  ]);
  expect(street.terminations).toContain("46 4 gapOut");
  expect(street.terminations).toContain("33.7 2 forceOff");
  expect(street.terminations).toContain("33.7 3 skip");
});

test("vehicles within the passage time keep the green, until its force-off at the latest", () => {
  const street = new Street(withActuation()).to(20).vehicle("stop.A.N.rest", true);
  expect(street.to(100).greens).toEqual([
    "33.7 2 yellow",
    "33.7 6 yellow",
    "39 4 green",
    "74.7 4 yellow",
    "80 2 green",
    "80 6 green",
  ]);
  // An advance detector holds it for the passage of 3 s, the stop line for 2 s at most.
  const gap = new Street(withActuation())
    .to(20)
    .vehicle("stop.A.N.rest", true)
    .to(45)
    .vehicle("stop.A.N.rest", false);
  gap.vehicle("adv.A.N", true).to(46.5).vehicle("adv.A.N", false);
  expect(gap.to(60).greens).toContain("49.5 4 yellow");
});

test("with fixed force-offs the next phase uses what the one before leaves; with floating ones it gets its split", () => {
  // NBL (3) once, SBT (4) all the time: 3 has 5 s from 39 s on, so 4 begins at 49 s, 1 s early; its split gives 24.7 s.
  const run = (forceOff: Actuation["forceOff"]) =>
    new Street(withActuation({ forceOff }))
      .to(20)
      .vehicle("stop.A.S.left", true)
      .vehicle("stop.A.N.rest", true)
      .to(40)
      .vehicle("stop.A.S.left", false)
      .to(100).greens;
  expect(run("fixed")).toContain("74.7 4 yellow");
  expect(run("floating")).toContain("73.7 4 yellow");
  expect(run("floating")).toContain("79 2 green");
});

test("a call too late for its minimum green before the force-off waits for the next cycle", () => {
  // Phase 4 needs 5.3 s of clearance and 7 s of green before 74.7 s: 62.4 s is the last chance.
  const late = (atS: number) =>
    new Street(withActuation()).to(atS).vehicle("stop.A.N.rest", true).to(120).greens[0];
  expect(late(62.4)).toBe("62.4 2 yellow");
  expect(late(62.5)).toBe("113.7 2 yellow");
});

test("recall calls without vehicles: minimum, maximum, and pedestrians", () => {
  const of = (recall: Actuation["phases"][number]["recall"]) =>
    new Street(
      withActuation({
        phases: fixedTime.splits.map(({ phase }) => ({
          phase,
          passageS: 3,
          recall: phase === 4 ? recall : "none",
        })),
      }),
    )
      .to(0)
      .to(100);
  expect(of("min").greens).toContain("46 4 yellow");
  expect(of("max").greens).toContain("74.7 4 yellow");
  // Walk of 10 s and clearance of 14.1 s.
  expect(of("pedestrian").greens).toContain("63.1 4 yellow");
  expect(of("pedestrian").walks).toEqual(["39 pedW walk", "49 pedW clearance", "63.1 pedW dontWalk"]);
});

test("a pedestrian call that does not fit its split is served whole, and the next yield point is kept", () => {
  const splits = withSplits(fixedTime.splits, { 2: 38, 6: 37, 4: 20, 8: 20 });
  const street = new Street(withActuation({}, { ...fixedTime, splits, offsetS: 0 })).to(20).press("pedW");
  // The yield comes at 43.7 s, walk at 49 s; 24.1 s later it is 73.1 s although the force-off stands at 74.7 − 0 s.
  expect(street.to(200).walks).toEqual(["49 pedW walk", "59 pedW clearance", "73.1 pedW dontWalk"]);
  expect(street.terminations.filter((it) => it.endsWith("2 forceOff"))).toEqual(["43.7 2 forceOff"]);
});

test("free: a phase rests in green until somebody calls elsewhere, then goes on to its maximum at most", () => {
  const phases = fixedTime.splits.map(({ phase }) => ({
    phase,
    passageS: 3,
    recall: "none" as const,
    maxGreenS: 20,
  }));
  const street = new Street(withActuation({ mode: "free", phases })).to(300);
  const resting = street.greens.length;
  street.vehicle("stop.A.W.rest", true).vehicle("stop.A.E.rest", true).to(320);
  expect(street.greens.slice(resting)).toEqual([
    "300 4 yellow",
    "300 8 yellow",
    "305.3 2 green",
    "305.3 6 green",
  ]);
  street.vehicle("stop.A.N.left", true);
  expect(street.to(345).greens.slice(resting + 4)).toEqual(
    ["340 2 yellow", "340 6 yellow", "345.3 7 green"].slice(0, 2),
  );
  expect(street.terminations).toContain("340 2 maxOut");
});

test("a phase whose detector has failed gets its whole split in every cycle", () => {
  const street = new Street(withActuation()).change((it) => distrust(it, new Set(["stop.A.N.rest"])));
  expect(street.to(100).greens).toContain("74.7 4 yellow");
});

test("a fixed-time plan takes over where all rings have ended, and gives back in the same way", () => {
  const request = (plan: TimingPlan) => ({
    plan,
    timeBase: { timeZero: { type: "epoch" }, timeZone: "UTC" } as const,
    activateAtDs: 0,
    transition: { method: "shortWay" as const, maxChangeRatio: 0.2 },
  });
  const street = new Street(withActuation()).to(10).change((it) => requestSignalPlan(it, request(fixedTime)));
  // All rings end at the yield point; phases 1 and 5 lead the fixed cycle.
  expect(street.to(40).greens).toEqual(["33.7 2 yellow", "33.7 6 yellow", "39 1 green", "39 5 green"]);
  street.change((it) => requestSignalPlan(it, request(withActuation())));
  const before = street.to(300).greens.length;
  expect(street.to(1000).greens.slice(before)).toEqual([]);
});
