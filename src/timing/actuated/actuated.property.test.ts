import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { known } from "../../errors.ts";
import { getPhase, getSequence } from "../../network/find.ts";
import type { Intersection } from "../../network/network.schema.ts";
import type { IndicationChange } from "../indications.ts";
import { judgeLamps } from "../lamp-judge.test-support.ts";
import type { TimingPlan } from "../plan.schema.ts";
import { planArbitrary } from "../random-plans.test-support.ts";
import {
  advanceSignal,
  detectVehicle,
  distrust,
  pressButton,
  requestSignalPlan,
  type Signal,
  startSignal,
  stepSignalClock,
  withdrawSignalPlan,
} from "../signal.ts";
import {
  actuatedIntersectionArbitrary,
  anyPlanArbitrary,
  type Happening,
  happeningsArbitrary,
} from "./random-actuation.test-support.ts";

const IS_FULL = process.env["GREENWAVE_FULL"] === "1";
const NUM_RUNS = IS_FULL ? 5000 : 150;
if (IS_FULL) vi.setConfig({ testTimeout: 3_600_000 });
const EPOCH = { timeZero: { type: "epoch" }, timeZone: "UTC" } as const;
const START_DS = 17_900_000_000;

const scenarios = actuatedIntersectionArbitrary.chain(({ intersection, detectors }) =>
  fc.record({
    intersection: fc.constant(intersection),
    detectors: fc.constant(detectors),
    first: anyPlanArbitrary(intersection),
    happenings: happeningsArbitrary(intersection, 1200),
  }),
);
type Scenario = typeof scenarios extends fc.Arbitrary<infer T> ? T : never;

const properties = { numRuns: NUM_RUNS, seed: 20_261_122 };

const start = ({ intersection, detectors, first }: Scenario): Signal =>
  startSignal({ intersection, detectors, plan: first, timeBase: EPOCH, atDs: START_DS });

function apply(signal: Signal, it: Happening, { intersection, detectors }: Scenario): Signal {
  const { nowDs, clockShiftDs } = signal.lamps;
  const idOf = (index: number): string => detectors[index % detectors.length]?.id ?? "";
  switch (it.kind) {
    case "edge":
      return detectVehicle(signal, { detectorId: idOf(it.detector), isOccupied: it.isOccupied });
    case "button":
      return pressButton(signal, intersection.crossings[it.crossing]?.id ?? "none");
    case "plan":
      return requestSignalPlan(signal, {
        plan: it.plan,
        timeBase: EPOCH,
        activateAtDs: nowDs + clockShiftDs + it.delayDs,
        transition: it.transition,
      });
    case "withdraw":
      return withdrawSignalPlan(signal);
    case "step":
      return stepSignalClock(signal, it.byDs);
    case "failed":
      return distrust(signal, new Set(it.detectors.map(idOf)));
  }
}

/** Runs a scenario and some minutes more. `strideDs`: looks in between, which must not change anything. */
function run(scenario: Scenario, strideDs = Number.POSITIVE_INFINITY) {
  let signal = start(scenario);
  const changes: IndicationChange[] = [];
  const goOn = (toDs: number) => {
    while (signal.lamps.nowDs < toDs) {
      const advanced = advanceSignal(signal, Math.min(toDs, signal.lamps.nowDs + strideDs));
      signal = advanced.signal;
      changes.push(...advanced.changes);
    }
  };
  for (const it of scenario.happenings) {
    goOn(signal.lamps.nowDs + it.afterDs);
    signal = apply(signal, it, scenario);
  }
  goOn(signal.lamps.nowDs + 4000);
  return { signal, changes };
}

test("no lamp ever breaks a fixed time or meets a conflicting one, whatever arrives at any instant", () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const { signal, changes } = run(scenario);
      expect(signal.lamps.fault).toBeUndefined();
      const { intersection } = scenario;
      expect(judgeLamps({ intersection, changes, endDs: signal.lamps.nowDs })).toEqual([]);
    }),
    properties,
  );
});

test("two runs of the same scenario are the same, in one stride or in many", () => {
  fc.assert(
    fc.property(scenarios, fc.integer({ min: 1, max: 97 }), (scenario, strideDs) => {
      expect(run(scenario, strideDs).changes).toEqual(run(scenario).changes);
    }),
    { ...properties, numRuns: NUM_RUNS / 5 },
  );
});

test("with everybody calling all the time, a coordinated pattern shows what the fixed-time plan shows", () => {
  const called = actuatedIntersectionArbitrary.chain(({ intersection, detectors }) =>
    fc.record({
      intersection: fc.constant({
        ...intersection,
        crossings: intersection.crossings.map((it) => ({ ...it, service: "recall" as const })),
      }),
      detectors: fc.constant(detectors),
      plan: planArbitrary(intersection),
      forceOff: fc.constantFrom("fixed" as const, "floating" as const),
      passageS: fc.integer({ min: 0, max: 50 }).map((it) => it / 10),
      steps: fc.array(
        fc.record({
          afterDs: fc.integer({ min: 0, max: 3000 }),
          byDs: fc.integer({ min: -2000, max: 2000 }),
        }),
        {
          maxLength: 2,
        },
      ),
    }),
  );
  fc.assert(
    fc.property(called, ({ intersection, detectors, plan, forceOff, passageS, steps }) => {
      fc.pre(endsAreShort(intersection, plan));
      const phases = plan.splits.map(({ phase }) => ({ phase, passageS, recall: "none" as const }));
      const actuated = { ...plan, actuation: { mode: "coordinated" as const, forceOff, phases } };
      const [fixed, called] = [plan, actuated].map((it) => {
        let signal = startSignal({ intersection, detectors, plan: it, timeBase: EPOCH, atDs: START_DS });
        for (const { id } of detectors) signal = detectVehicle(signal, { detectorId: id, isOccupied: true });
        const changes: IndicationChange[] = [];
        for (const { afterDs, byDs } of [...steps, { afterDs: 6000, byDs: 0 }]) {
          const advanced = advanceSignal(signal, signal.lamps.nowDs + afterDs);
          changes.push(...advanced.changes);
          signal = stepSignalClock(advanced.signal, byDs);
        }
        return changes;
      });
      expect(called).toEqual(fixed);
    }),
    properties,
  );
});

/** No phase beside the last one of a ring clears for longer than that one lasts: its end could not be foreseen. */
function endsAreShort(intersection: Intersection, plan: TimingPlan): boolean {
  const { rings } = getSequence(intersection, plan.sequenceId);
  const groups = rings[0]?.map((_, group) =>
    rings.flatMap((ring) => {
      const last = ring[group]?.filter((it) => plan.splits.some(({ phase }) => phase === it)).at(-1);
      return last === undefined ? [] : [getPhase(intersection, last)];
    }),
  );
  return known(groups, "groups").every((ends) =>
    ends.every((it) => {
      const changeS = it.yellowS + it.redClearanceS;
      return ends.every((by) => by.minGreenS + by.yellowS + by.redClearanceS >= it.flashingGreenS + changeS);
    }),
  );
}
