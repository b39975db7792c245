import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Intersection } from "../network/network.schema.ts";
import { holds, type Interval } from "./cycle.ts";
import type { Transition } from "./cycle-adjustment.ts";
import type { IndicationChange } from "./indications.ts";
import { judgeLamps } from "./lamp-judge.test-support.ts";
import { buildMovementGreens } from "./phase-times.ts";
import type { TimingPlan } from "./plan.schema.ts";
import { predictTransition } from "./predict-transition.ts";
import { intersectionArbitrary, planArbitrary } from "./random-plans.test-support.ts";
import { advance, isInStep, requestPlan, type Sequencer, startSequencer, stepClock } from "./sequencer.ts";

const IS_FULL = process.env["GREENWAVE_FULL"] === "1";
const NUM_RUNS = IS_FULL ? 5000 : 200;
if (IS_FULL) vi.setConfig({ testTimeout: 3_600_000 });
const EPOCH = { timeZero: { type: "epoch" }, timeZone: "UTC" } as const;
const START_DS = 17_900_000_000;

interface Scenario {
  readonly intersection: Intersection;
  readonly first: TimingPlan;
  readonly acts: readonly Act[];
}

/** After a wait, another plan or a step of the clock, or both while the plan before is still in transition. */
interface Act {
  readonly waitDs: number;
  readonly plan: TimingPlan;
  readonly delayDs: number;
  readonly transition: Transition;
  readonly stepDs: number;
}

const scenarios: fc.Arbitrary<Scenario> = intersectionArbitrary.chain((intersection) =>
  fc.record({
    intersection: fc.constant(intersection),
    first: planArbitrary(intersection),
    acts: fc.array(
      fc.record({
        waitDs: fc.integer({ min: 0, max: 4000 }),
        plan: planArbitrary(intersection),
        delayDs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2000 })),
        transition: fc.record({
          method: fc.constantFrom("shortWay" as const, "addOnly" as const, "dwell" as const),
          maxChangeRatio: fc.constantFrom(0.1, 0.17, 0.2),
        }),
        stepDs: fc.oneof(fc.constant(0), fc.integer({ min: -3000, max: 3000 })),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  }),
);

const properties = { numRuns: NUM_RUNS, seed: 20_261_122 };

/** Runs a scenario, then as long as the last transition needs and some minutes more. */
function run({ intersection, first, acts }: Scenario) {
  let state = startSequencer({ intersection, plan: first, timeBase: EPOCH, atDs: START_DS });
  const changes: IndicationChange[] = [];
  const goOn = (toDs: number) => {
    const result = advance(state, toDs);
    state = result.sequencer;
    changes.push(...result.changes);
  };
  const request = (act: Act) => ({
    plan: act.plan,
    timeBase: EPOCH,
    activateAtDs: state.nowDs + state.clockShiftDs + act.delayDs,
    transition: act.transition,
  });
  let predicted: ReturnType<typeof predictTransition> | undefined;
  for (const act of acts) {
    goOn(state.nowDs + act.waitDs);
    state = stepClock(state, act.stepDs);
    predicted = predictTransition(state, request(act));
    state = requestPlan(state, request(act));
  }
  const inStepDs = predicted?.kind === "reached" ? predicted.inStepAtDs - state.clockShiftDs : state.nowDs;
  goOn(inStepDs);
  const atPredicted = state;
  goOn(state.nowDs + 4000);
  return { state, changes, predicted, atPredicted };
}

test("no lamp ever breaks a fixed time or meets a conflicting one, through plan changes and clock steps at any instant", () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const { state, changes } = run(scenario);
      expect(state.fault).toBeUndefined();
      expect(judgeLamps({ intersection: scenario.intersection, changes, endDs: state.nowDs })).toEqual([]);
    }),
    properties,
  );
});

test("the offset is reached when predicted, within the limits of the transition, and kept", () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const { state, changes, predicted, atPredicted } = run(scenario);
      const last = scenario.acts.at(-1);
      if (last === undefined || predicted?.kind !== "reached") throw new Error(`${predicted?.kind}`);
      expect(isInStep(atPredicted)).toBe(true);
      expect(predicted.largestChangeRatio).toBeLessThanOrEqual(last.transition.maxChangeRatio);
      const wayDs = last.plan.cycleS * 10 * last.transition.maxChangeRatio;
      expect(predicted.cycles).toBeLessThanOrEqual(
        Math.ceil((last.plan.cycleS * 10) / Math.floor(wayDs + 1e-9)),
      );
      for (const atDs of listReferenceDs(last.plan, changes)) {
        if (atDs < atPredicted.nowDs || atDs >= state.nowDs) continue;
        const sharedDs = atDs + state.clockShiftDs;
        expect((sharedDs - Math.round(last.plan.offsetS * 10)) % Math.round(last.plan.cycleS * 10)).toBe(0);
      }
    }),
    properties,
  );
});

test("where a configured intergreen is longer than a plan allows for, the green waits", () => {
  const withIntergreens = scenarios.chain((scenario) =>
    fc
      .array(
        fc.record({
          pair: fc.constantFrom(...scenario.intersection.conflicts),
          direction: fc.constantFrom("there", "back"),
          intergreenS: fc.integer({ min: 0, max: 150 }).map((it) => it / 10),
        }),
        { minLength: 1, maxLength: 12 },
      )
      .map((drawn) => {
        const intergreens = drawn.map(({ pair: [a, b], direction, intergreenS }) =>
          direction === "there" ? { from: a, to: b, intergreenS } : { from: b, to: a, intergreenS },
        );
        const once = [...new Map(intergreens.map((it) => [`${it.from} ${it.to}`, it])).values()];
        return { ...scenario, intersection: { ...scenario.intersection, intergreens: once } };
      }),
  );
  fc.assert(
    fc.property(withIntergreens, (scenario) => {
      const { state, changes } = run(scenario);
      expect(state.fault).toBeUndefined();
      expect(judgeLamps({ intersection: scenario.intersection, changes, endDs: state.nowDs })).toEqual([]);
    }),
    { ...properties, numRuns: NUM_RUNS / 2 },
  );
});

test("in step, every movement has green exactly when the plan's times say", () => {
  fc.assert(
    fc.property(scenarios, ({ intersection, first }) => {
      const start = startSequencer({ intersection, plan: first, timeBase: EPOCH, atDs: START_DS });
      const predicted = predictTransition(start, {
        plan: first,
        timeBase: EPOCH,
        activateAtDs: START_DS,
        transition: { method: "shortWay", maxChangeRatio: 0.2 },
      });
      if (predicted.kind !== "reached") throw new Error(predicted.kind);
      const greens = buildMovementGreens(intersection, first);
      let state = advance(start, predicted.inStepAtDs).sequencer;
      const cycleDs = Math.round(first.cycleS * 10);
      for (let past = 0; past < cycleDs; past += 7) {
        state = advance(state, predicted.inStepAtDs + past).sequencer;
        for (const [id, { protected: guarded, permitted }] of greens) {
          const holding = (list: readonly Interval[]) =>
            list.some((it) => holds(it, (state.nowDs % cycleDs) / 10 + 0.01, first.cycleS));
          const wanted = holding(guarded) ? "protected" : holding(permitted) ? "permitted" : "none";
          const shown = state.shown.movements.get(id) ?? "absent";
          expect(["yellow", "red"].includes(shown) ? "none" : shown).toBe(wanted);
        }
      }
    }),
    { ...properties, numRuns: NUM_RUNS / 8 },
  );
});

test("two runs of the same scenario are the same, in one stride or in many", () => {
  fc.assert(
    fc.property(scenarios, fc.integer({ min: 1, max: 97 }), ({ intersection, first }, strideDs) => {
      const start = startSequencer({ intersection, plan: first, timeBase: EPOCH, atDs: START_DS });
      const stride: IndicationChange[] = [];
      let state: Sequencer = start;
      while (state.nowDs < START_DS + 3000) {
        const result = advance(state, state.nowDs + strideDs);
        stride.push(...result.changes);
        state = result.sequencer;
      }
      expect(stride).toEqual(advance(start, state.nowDs).changes);
    }),
    { ...properties, numRuns: 50 },
  );
});

/** The instants of the plan's reference point, read off the lamps of its phase. */
function listReferenceDs({ offsetReference }: TimingPlan, changes: readonly IndicationChange[]): number[] {
  const lamps = changes.filter((it) => it.type === "phase" && it.phase === offsetReference.phase);
  const isGreen = (indication: string | undefined) =>
    indication === "green" || indication === "flashingGreen";
  const begins = {
    beginGreen: (now: string, before?: string) => isGreen(now) && !isGreen(before),
    beginYellow: (now: string) => now === "yellow",
    beginRed: (_now: string, before?: string) => before === "yellow",
  }[offsetReference.point];
  return lamps
    .filter((it, index) => begins(it.indication, lamps[index - 1]?.indication))
    .map((it) => it.atDs);
}
