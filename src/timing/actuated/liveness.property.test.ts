/** Whoever calls all the time is served, and a plan that is due runs, within bounds that follow from the plan alone. */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Detector, Intersection } from "../../network/network.schema.ts";
import { toTenths } from "../cycle.ts";
import type { IndicationChange } from "../indications.ts";
import type { TimingPlan } from "../plan.schema.ts";
import {
  advanceSignal,
  detectVehicle,
  distrust,
  pressButton,
  requestSignalPlan,
  runningPlanOf,
  type Signal,
  startSignal,
  stepSignalClock,
} from "../signal.ts";
import {
  actuatedIntersectionArbitrary,
  anyPlanArbitrary,
  type Happening,
  happeningsArbitrary,
} from "./random-actuation.test-support.ts";

const IS_FULL = process.env["GREENWAVE_FULL"] === "1";
const properties = { numRuns: IS_FULL ? 2000 : 30, seed: 20_261_122 };
vi.setConfig({ testTimeout: IS_FULL ? 3_600_000 : 60_000 });
const EPOCH = { timeZero: { type: "epoch" }, timeZone: "UTC" } as const;
const START_DS = 17_900_000_000;
const START_UP_RED_DS = 60;
/** A cycle on its way into step is longer by so much at most. */
const LONGEST_CHANGE = 1.2;

const scenarios = actuatedIntersectionArbitrary.chain(({ intersection, detectors }) =>
  fc.record({
    intersection: fc.constant(intersection),
    detectors: fc.constant(detectors),
    plan: anyPlanArbitrary(intersection).filter((it) => it.actuation !== undefined),
    following: anyPlanArbitrary(intersection),
    /** Who calls all the time, as a place among the stop-line detectors or crossings. */
    caller: fc.nat(11),
    callAfterDs: fc.integer({ min: 0, max: 3000 }),
    /** Otherwise nobody else comes. */
    isBusy: fc.boolean(),
    happenings: happeningsArbitrary(intersection, 300),
  }),
);
type Scenario = typeof scenarios extends fc.Arbitrary<infer T> ? T : never;

/** Within this everybody has had a turn. Coordinated: who comes too late for a cycle is served in the next. */
function boundDs(intersection: Intersection, plan: TimingPlan): number {
  if (plan.actuation?.mode !== "free") {
    return 2 * LONGEST_CHANGE * toTenths(plan.cycleS) + START_UP_RED_DS;
  }
  return plan.splits.reduce((sum, { phase }) => sum + longestDs(intersection, plan, phase), START_UP_RED_DS);
}

/** The maximum green, or the whole crossing where that is longer, and what clears it. */
function longestDs(intersection: Intersection, { actuation, splits }: TimingPlan, number: number): number {
  const phase = intersection.phases.find((it) => it.number === number);
  if (phase === undefined) throw new Error(`no phase ${number}`);
  const changeDs = toTenths(phase.yellowS) + toTenths(phase.redClearanceS);
  const splitS = splits.find((it) => it.phase === number)?.splitS ?? 0;
  const maxGreenS = actuation?.phases.find((it) => it.phase === number)?.maxGreenS ?? phase.maxGreenS;
  const walksDs = intersection.crossings
    .filter((it) => phase.crossings.includes(it.id))
    .map((it) => toTenths(it.walkS) + toTenths(it.clearanceS));
  const greenDs = Math.max(
    maxGreenS === undefined ? toTenths(splitS) - changeDs : toTenths(maxGreenS),
    toTenths(phase.minGreenS),
    ...walksDs,
  );
  return greenDs + toTenths(phase.flashingGreenS) + changeDs;
}

class Street {
  readonly changes: IndicationChange[] = [];
  signal: Signal;
  readonly #scenario: Scenario;
  #happened = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    const { intersection, detectors, plan } = scenario;
    this.signal = startSignal({ intersection, detectors, plan, timeBase: EPOCH, atDs: START_DS });
  }

  get nowDs(): number {
    return this.signal.lamps.nowDs;
  }

  /** With all that happens meanwhile, but to `caller`. */
  goOn(toDs: number, caller?: Detector): void {
    const { happenings } = this.#scenario;
    while (this.nowDs < toDs) {
      const it = happenings[this.#happened++ % happenings.length];
      this.advance(Math.min(toDs, this.nowDs + Math.max(1, it?.afterDs ?? 0)));
      if (it !== undefined) this.signal = this.#happen(it, caller);
    }
  }

  advance(toDs: number): void {
    const { signal, changes } = advanceSignal(this.signal, toDs);
    this.signal = signal;
    this.changes.push(...changes);
  }

  #happen(it: Happening, caller: Detector | undefined): Signal {
    const { intersection, detectors, isBusy } = this.#scenario;
    const idOf = (index: number): string => detectors[index % detectors.length]?.id ?? "";
    if (it.kind === "failed") return distrust(this.signal, new Set(it.detectors.map(idOf)));
    if (it.kind === "step") return stepSignalClock(this.signal, it.byDs);
    if (it.kind === "button" && isBusy)
      return pressButton(this.signal, intersection.crossings[it.crossing]?.id ?? "none");
    if (it.kind !== "edge" || !isBusy || idOf(it.detector) === caller?.id) return this.signal;
    return detectVehicle(this.signal, { detectorId: idOf(it.detector), isOccupied: it.isOccupied });
  }

  /** The longest time without right of way from `fromDs` on. */
  longestWaitDs(isServed: (it: IndicationChange) => boolean | undefined, fromDs: number): number {
    let waitsFromDs = fromDs;
    let isOn = false;
    let longestDs = 0;
    for (const it of this.changes) {
      const isNowOn = isServed(it);
      if (isNowOn === undefined) continue;
      if (!isOn && isNowOn) longestDs = Math.max(longestDs, it.atDs - waitsFromDs);
      if (isOn && !isNowOn) waitsFromDs = Math.max(fromDs, it.atDs);
      isOn = isNowOn;
    }
    return isOn ? longestDs : Math.max(longestDs, this.nowDs - waitsFromDs);
  }
}

const runsIn = ({ intersection, plan }: Scenario) =>
  intersection.phases.filter((it) => plan.splits.some(({ phase }) => phase === it.number));

test("a vehicle that waits at its stop line gets its green within the bound, whatever the others do", () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const { intersection, detectors, plan, callAfterDs } = scenario;
      const atStopLine = detectors.filter((it) => it.type === "stopLine");
      const caller = atStopLine[scenario.caller % atStopLine.length];
      if (caller === undefined) return;
      const street = new Street(scenario);
      street.goOn(START_DS + callAfterDs, caller);
      const calledDs = street.nowDs;
      street.signal = detectVehicle(street.signal, { detectorId: caller.id, isOccupied: true });
      const limitDs = boundDs(intersection, plan);
      street.goOn(calledDs + 3 * limitDs, caller);
      const served = (caller.movementIds ?? []).filter((id) =>
        runsIn(scenario).some(
          (it) => it.protectedMovements.includes(id) || it.permittedMovements.includes(id),
        ),
      );
      for (const id of served) {
        const waitDs = street.longestWaitDs(
          (it) =>
            it.type === "movement" && it.movementId === id
              ? it.indication === "protected" || it.indication === "permitted"
              : undefined,
          calledDs,
        );
        expect(waitDs, `${id} of ${limitDs}`).toBeLessThanOrEqual(limitDs);
      }
    }),
    properties,
  );
});

test("whoever presses a button walks within the bound", () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const { intersection, plan, callAfterDs } = scenario;
      const crossings = intersection.crossings.filter((it) =>
        runsIn(scenario).some((phase) => phase.crossings.includes(it.id)),
      );
      const crossing = crossings[scenario.caller % crossings.length];
      if (crossing === undefined) return;
      const street = new Street(scenario);
      street.goOn(START_DS + callAfterDs);
      street.signal = pressButton(street.signal, crossing.id);
      const pressedDs = street.nowDs;
      const limitDs = boundDs(intersection, plan);
      street.goOn(pressedDs + limitDs);
      const walks = street.changes.filter(
        (it) => it.type === "crossing" && it.crossingId === crossing.id && it.indication === "walk",
      );
      expect(walks.some((it) => it.atDs >= pressedDs)).toBe(true);
    }),
    properties,
  );
});

test("a plan that is due runs within the bound of the plan before it", () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const { intersection, plan, following, callAfterDs } = scenario;
      const street = new Street(scenario);
      street.goOn(START_DS + callAfterDs);
      street.signal = requestSignalPlan(street.signal, {
        plan: following,
        timeBase: EPOCH,
        activateAtDs: 0,
        transition: { method: "shortWay", maxChangeRatio: 0.2 },
      });
      street.goOn(street.nowDs + boundDs(intersection, plan));
      expect(runningPlanOf(street.signal)).toBe(following);
    }),
    properties,
  );
});
