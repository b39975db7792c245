/** Random actuated plans and what arrives while they run, as fast-check arbitraries. */
import fc from "fast-check";
import type { Detector, Intersection } from "../../network/network.schema.ts";
import type { Transition } from "../cycle-adjustment.ts";
import type { TimingPlan } from "../plan.schema.ts";
import { intersectionArbitrary, planArbitrary } from "../random-plans.test-support.ts";

/** Stop-line detectors of each movement group and one upstream on each approach, some of the crossings with buttons. */
export const actuatedIntersectionArbitrary: fc.Arbitrary<{
  intersection: Intersection;
  detectors: Detector[];
}> = fc
  .tuple(intersectionArbitrary, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
  .map(([base, buttons]) => {
    const intersection: Intersection = {
      ...base,
      crossings: base.crossings.map((it, at) => ({
        ...it,
        service: buttons[at] === true ? ("actuated" as const) : ("recall" as const),
      })),
    };
    return { intersection, detectors: listDetectors(intersection) };
  });

function listDetectors({ approaches, movements }: Intersection): Detector[] {
  return approaches.flatMap(({ id, linkId }): Detector[] => {
    const own = movements.filter((it) => it.approachId === id);
    const groups = [own.filter((it) => it.turn === "left"), own.filter((it) => it.turn !== "left")];
    return [
      {
        id: `adv.${id}`,
        linkId,
        lanes: [1],
        setbackM: 50,
        type: "advance",
        movementIds: own.map((it) => it.id),
      },
      ...groups
        .filter((it) => it.length > 0)
        .map((group, at) => ({
          id: `stop.${id}.${at}`,
          linkId,
          lanes: [at + 1],
          setbackM: 0,
          type: "stopLine" as const,
          movementIds: group.map((it) => it.id),
        })),
    ];
  });
}

/** A third of the plans is fixed-time. */
export function anyPlanArbitrary(intersection: Intersection): fc.Arbitrary<TimingPlan> {
  return fc
    .tuple(
      planArbitrary(intersection),
      fc.constantFrom("coordinated" as const, "free" as const, undefined),
      fc.constantFrom("fixed" as const, "floating" as const),
      fc.array(
        fc.record({
          passageS: fc.integer({ min: 0, max: 50 }).map((it) => it / 10),
          recall: fc.constantFrom(
            "none" as const,
            "none" as const,
            "min" as const,
            "max" as const,
            "pedestrian" as const,
          ),
          maxGreenS: fc.oneof(
            fc.constant(undefined),
            fc.integer({ min: 10, max: 600 }).map((it) => it / 10),
          ),
        }),
        { minLength: 8, maxLength: 8 },
      ),
    )
    .map(([plan, mode, forceOff, phases]) =>
      mode === undefined
        ? plan
        : {
            ...plan,
            actuation: {
              mode,
              forceOff,
              phases: plan.splits.map(({ phase }) => {
                const { passageS = 0, recall = "none", maxGreenS } = phases[phase - 1] ?? {};
                return { phase, passageS, recall, ...(maxGreenS === undefined ? {} : { maxGreenS }) };
              }),
            },
          },
    );
}

export type Happening =
  | {
      readonly kind: "edge";
      readonly afterDs: number;
      readonly detector: number;
      readonly isOccupied: boolean;
    }
  | { readonly kind: "button"; readonly afterDs: number; readonly crossing: number }
  | {
      readonly kind: "plan";
      readonly afterDs: number;
      readonly plan: TimingPlan;
      readonly delayDs: number;
      readonly transition: Transition;
    }
  | { readonly kind: "withdraw"; readonly afterDs: number }
  | { readonly kind: "step"; readonly afterDs: number; readonly byDs: number }
  | { readonly kind: "failed"; readonly afterDs: number; readonly detectors: readonly number[] };

/** Mostly vehicles; `mostDs`: the longest time between two happenings. */
export function happeningsArbitrary(intersection: Intersection, mostDs: number): fc.Arbitrary<Happening[]> {
  const afterDs = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 40 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: mostDs }) },
  );
  const detector = fc.nat(11);
  const edge = fc.record({ kind: fc.constant("edge" as const), afterDs, detector, isOccupied: fc.boolean() });
  const button = fc.record({ kind: fc.constant("button" as const), afterDs, crossing: fc.nat(3) });
  const plan = fc.record({
    kind: fc.constant("plan" as const),
    afterDs,
    plan: anyPlanArbitrary(intersection),
    delayDs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1500 })),
    transition: fc.record({
      method: fc.constantFrom("shortWay" as const, "addOnly" as const, "dwell" as const),
      maxChangeRatio: fc.constantFrom(0.1, 0.17, 0.2),
    }),
  });
  const withdraw = fc.record({ kind: fc.constant("withdraw" as const), afterDs });
  const step = fc.record({
    kind: fc.constant("step" as const),
    afterDs,
    byDs: fc.integer({ min: -3000, max: 3000 }),
  });
  const failed = fc.record({
    kind: fc.constant("failed" as const),
    afterDs,
    detectors: fc.array(detector, { maxLength: 4 }),
  });
  return fc.array(
    fc.oneof(
      { weight: 20, arbitrary: edge },
      { weight: 3, arbitrary: button },
      { weight: 2, arbitrary: plan },
      { weight: 1, arbitrary: withdraw },
      { weight: 1, arbitrary: step },
      { weight: 1, arbitrary: failed },
    ),
    { minLength: 10, maxLength: 80 },
  );
}
