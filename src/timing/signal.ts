/**
 * One signal under whatever plan it has, fixed-time or actuated: one owner of the lamps at a time, exchanged where all
 * rings stand in red. What the owner cannot know of is kept here: what detectors and buttons said before its time.
 */
import type { Detector, Intersection } from "../network/network.schema.ts";
import { buildActuatedPlan } from "./actuated/actuated-plan.ts";
import {
  advanceActuated,
  detect,
  isActuatedInStep,
  nextActuatedEventDs,
  press,
  resumeActuated,
} from "./actuated/actuated-signal.ts";
import type { ActuatedSignal, Termination } from "./actuated/actuated-state.ts";
import { assumeFixedTime } from "./actuated/assume-fixed-time.ts";
import { buildWiring } from "./actuated/wiring.ts";
import type { IndicationChange } from "./indications.ts";
import type { TimingPlan } from "./plan.schema.ts";
import { type PredictedTransition, predictTransition } from "./predict-transition.ts";
import { buildRingPlan } from "./ring-plan.ts";
import {
  advance,
  DEFAULT_TRANSITION,
  isInStep,
  nextEventDs,
  type PendingPlan,
  type PlanRequest,
  resumeSequencer,
  type Sequencer,
  type Standing,
  standAtStart,
} from "./sequencer.ts";
import type { TimeBase } from "./time-zero.ts";

/** `site`: the detectors on the links that arrive; what they call for depends on the phases of the plan. */
type Senses = Pick<ActuatedSignal, "site" | "detectors" | "failed" | "pressed">;

export type Signal =
  | { readonly kind: "fixedTime"; readonly lamps: Sequencer; readonly senses: Senses }
  | { readonly kind: "actuated"; readonly lamps: ActuatedSignal };

/** All red from `atDs`, then the plan, which must be valid for the intersection (validatePlan). */
export function startSignal(of: {
  intersection: Intersection;
  /** On the links that arrive there. */
  detectors: readonly Detector[];
  plan: TimingPlan;
  timeBase: TimeBase;
  atDs: number;
}): Signal {
  const { intersection, detectors } = of;
  return resume(standAtStart(intersection, of.atDs), {
    senses: {
      site: detectors,
      detectors: new Map(),
      failed: new Set(),
      pressed: new Set(),
    },
    ringPlan: buildRingPlan(intersection, of),
    transition: DEFAULT_TRANSITION,
    pending: undefined,
  });
}

function resume(
  standing: Standing,
  on: { senses: Senses } & Pick<Sequencer, "ringPlan" | "transition" | "pending">,
): Signal {
  const { senses, ...run } = on;
  if (run.ringPlan.plan.actuation === undefined) {
    return { kind: "fixedTime", lamps: resumeSequencer(standing, run), senses };
  }
  const { ringPlan, transition, pending } = run;
  const plan = buildActuatedPlan(standing.intersection, ringPlan);
  const running = { ...standing.intersection, phases: plan.phases.map((it) => it.ringPhase.phase) };
  const wiring = buildWiring(running, senses.site);
  return {
    kind: "actuated",
    lamps: resumeActuated(standing, { ...senses, wiring, plan, transition, pending }),
  };
}

/** As `requestPlan`: taken where all rings end, or at once where greens may run on. */
export function requestSignalPlan(signal: Signal, request: PlanRequest): Signal {
  const { activateAtDs, transition } = request;
  const ringPlan = buildRingPlan(signal.lamps.intersection, request);
  return withPending(signal, { ringPlan, activateAtDs, transition });
}

/** Forgets a plan that waits for its activation. */
export const withdrawSignalPlan = (signal: Signal): Signal => withPending(signal, undefined);

const withPending = (signal: Signal, pending: PendingPlan | undefined): Signal =>
  signal.kind === "fixedTime"
    ? { ...signal, lamps: { ...signal.lamps, pending } }
    : { ...signal, lamps: { ...signal.lamps, pending, isStale: true } };

/** The shared clock was set forward by `byDs` (negative: back). The lamps follow in an ordinary transition. */
export function stepSignalClock(signal: Signal, byDs: number): Signal {
  const clockShiftDs = signal.lamps.clockShiftDs + byDs;
  return signal.kind === "fixedTime"
    ? { ...signal, lamps: { ...signal.lamps, clockShiftDs } }
    : { ...signal, lamps: { ...signal.lamps, clockShiftDs, isStale: true } };
}

export interface Advanced {
  readonly signal: Signal;
  /** In time order, as are the terminations. */
  readonly changes: readonly IndicationChange[];
  readonly terminations: readonly Termination[];
}

/** Runs on to `toDs` (own time), this instant included. */
export function advanceSignal(before: Signal, toDs: number): Advanced {
  const changes: IndicationChange[] = [];
  const terminations: Termination[] = [];
  let signal = before;
  for (let atDs = nextSignalEventDs(signal); atDs <= toDs; atDs = nextSignalEventDs(signal)) {
    const stepped = step(signal, atDs);
    changes.push(...stepped.changes);
    terminations.push(...stepped.terminations);
    signal = handOver(stepped.signal);
  }
  const rested = step(signal, toDs);
  return { signal: rested.signal, changes, terminations };
}

/** When something may change next, if nothing arrives meanwhile. Own time. */
export const nextSignalEventDs = (signal: Signal): number =>
  signal.kind === "fixedTime" ? nextEventDs(signal.lamps) : nextActuatedEventDs(signal.lamps);

function step(signal: Signal, toDs: number): Advanced {
  if (signal.kind === "fixedTime") {
    const { sequencer, changes } = advance(signal.lamps, toDs);
    return { signal: { ...signal, lamps: sequencer }, changes, terminations: [] };
  }
  const { signal: lamps, changes } = advanceActuated(signal.lamps, toDs);
  const { terminations } = lamps;
  return { signal: { ...signal, lamps: { ...lamps, terminations: [] } }, changes, terminations };
}

/** Another owner for lamps that all stand in red for it. */
function handOver(signal: Signal): Signal {
  const { nowDs, fault, pending } = signal.lamps;
  const end = findEnd(signal);
  if (end === undefined || nowDs < end.atDs || fault !== undefined) return signal;
  const { intersection, conflicts, monitor, clockShiftDs, shown } = signal.lamps;
  const { site, detectors, failed, pressed } = signal.kind === "actuated" ? signal.lamps : signal.senses;
  const standing = { intersection, conflicts, monitor, clockShiftDs, shown, nowDs };
  const { ringPlan, transition } = pending ?? end;
  return resume(
    { ...standing, firstStartDs: end.atDs, endsBefore: end.endsBefore },
    { senses: { site, detectors, failed, pressed }, ringPlan, transition, pending: undefined },
  );
}

/** Where all rings end for the plan that waits. */
function findEnd(
  signal: Signal,
):
  | (Pick<Standing, "endsBefore"> & Pick<Sequencer, "ringPlan" | "transition"> & { atDs: number })
  | undefined {
  if (signal.kind === "actuated") {
    const { leavesAtDs, endsBefore, round } = signal.lamps;
    const { transition, plan } = round;
    return leavesAtDs === undefined
      ? undefined
      : { atDs: leavesAtDs, endsBefore, transition, ringPlan: plan.ringPlan };
  }
  const { isLeaving, current, endsBefore, ringPlan, transition, firstStartDs } = signal.lamps;
  if (!isLeaving) return undefined;
  return {
    atDs: current?.endDs ?? firstStartDs,
    endsBefore: current?.ends ?? endsBefore,
    ringPlan,
    transition,
  };
}

/** Does the running cycle stand where the plan and the shared time want it? */
export const isSignalInStep = (signal: Signal): boolean =>
  signal.kind === "fixedTime" ? isInStep(signal.lamps) : isActuatedInStep(signal.lamps);

/** The plan that the lamps follow; undefined: all red of the start. */
export function runningPlanOf(signal: Signal): TimingPlan | undefined {
  if (signal.kind === "fixedTime") return signal.lamps.current?.ringPlan.plan;
  return signal.lamps.group < 0 ? undefined : signal.lamps.round.plan.ringPlan.plan;
}

/** The plan of the cycle that is decided last. */
export const decidedPlanOf = (signal: Signal): TimingPlan =>
  (signal.kind === "fixedTime" ? signal.lamps.ringPlan : signal.lamps.round.plan.ringPlan).plan;

/** The plan that waits for its activation. */
export const pendingPlanOf = ({ lamps }: Signal): TimingPlan | undefined => lamps.pending?.ringPlan.plan;

/**
 * What a change of plan will do. Where one of the plans is actuated, as if every phase were called and took its split:
 * with fewer calls it begins earlier. A free plan is in step as soon as it runs.
 */
export function predictSignalTransition(signal: Signal, request: PlanRequest): PredictedTransition {
  const { actuation, ...plan } = request.plan;
  const lamps =
    signal.kind === "fixedTime" ? { ...signal.lamps, isLeaving: false } : assumeFixedTime(signal.lamps);
  if (actuation?.mode !== "free") return predictTransition(lamps, { ...request, plan });
  const predicted = predictTransition(lamps, { ...request, plan, transition: DEFAULT_TRANSITION });
  if (predicted.kind !== "reached") return predicted;
  const { activeAtDs } = predicted;
  return {
    ...predicted,
    cycles: 0,
    durationS: 0,
    largestChangeRatio: 0,
    inStepAtDs: activeAtDs,
  };
}

/** A vehicle comes over a detector (or leaves it) at the signal's present instant. */
export function detectVehicle(signal: Signal, edge: { detectorId: string; isOccupied: boolean }): Signal {
  if (signal.kind === "actuated") return { ...signal, lamps: detect(signal.lamps, edge) };
  const { senses, lamps } = signal;
  const leftDs = edge.isOccupied ? Number.NEGATIVE_INFINITY : lamps.nowDs;
  const detectors = new Map(senses.detectors).set(edge.detectorId, { isOccupied: edge.isOccupied, leftDs });
  return { ...signal, senses: { ...senses, detectors } };
}

/** The button of an actuated crossing is pressed at the signal's present instant. */
export function pressButton(signal: Signal, crossingId: string): Signal {
  if (signal.kind === "actuated") return { ...signal, lamps: press(signal.lamps, crossingId) };
  const pressed = new Set([...signal.senses.pressed, crossingId]);
  return { ...signal, senses: { ...signal.senses, pressed } };
}

/** From now on nobody relies on these detectors, and on all others again. */
export const distrust = (signal: Signal, failed: ReadonlySet<string>): Signal =>
  signal.kind === "actuated"
    ? { ...signal, lamps: { ...signal.lamps, failed, isStale: true } }
    : { ...signal, senses: { ...signal.senses, failed } };
