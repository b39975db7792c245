/**
 * What one call costs at an actuated crossing whose walk and clearance do not fit the splits.
 *
 * The cycle with the call: the phase lasts as long as the crossing needs, the others as planned, and the cycle ends late.
 * The cycles after it come back into step by the rules of the controller (timing/cycle-adjustment.ts), which take green
 * from phases that have some to spare or give it to all. The delay is that of deterministic queues (even arrivals,
 * discharge at the saturation rate, D/D/1) over these cycles and until the queues are as they would have been, less the
 * same time without a call. Limits: random delay and the platoons that a cycle out of step misses are not in it; a ring
 * that waits for the crossing at a barrier rests in red; an oversaturated stream is followed for `MOST_CYCLES`.
 */
import { known } from "../../errors.ts";
import type { Intersection } from "../../network/network.schema.ts";
import { toTenths } from "../../timing/cycle.ts";
import { chooseGreens } from "../../timing/cycle-adjustment.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildRingPlan, type RingPhase, type RingPlan } from "../../timing/ring-plan.ts";
import { DEFAULT_TRANSITION } from "../../timing/sequencer.ts";
import type { SplitProblem, SplitStream } from "./split-problem.ts";

/** The look ahead, with recovery of the queues. */
const MOST_CYCLES = 30;
/** Cycle zero does not matter here. */
const ANY_TIME_BASE = { timeZero: { type: "epoch" }, timeZone: "UTC" } as const;

export interface CallCost {
  readonly intersectionId: string;
  readonly crossingId: string;
  /** The phase that serves it with the least excess. */
  readonly phase: number;
  readonly splitS: number;
  /** Walk, clearance, yellow and red clearance, s. */
  readonly neededSplitS: number;
  /** How late the cycle with the call ends on the common cycle, s. */
  readonly lateS: number;
  /** Cycles after it until one ends in step again; 0: the call fits between the barriers. */
  readonly cyclesToStep: number;
  /** Green that each phase loses (−) or gets (+) in those cycles together, s; phases without change are left out. */
  readonly greens: readonly { readonly phase: number; readonly byS: number }[];
  /** Delay of all vehicles that one call adds, veh·s. */
  readonly delayVehS: number;
}

/** The actuated crossings that no phase has room for; `timingPlan` must have passed the safety gate. */
export function priceCalls(of: {
  readonly intersection: Intersection;
  readonly timingPlan: TimingPlan;
  /** Of the plan's sequence and cycle. */
  readonly problem: SplitProblem;
}): CallCost[] {
  const ringPlan = buildRingPlan(of.intersection, { plan: of.timingPlan, timeBase: ANY_TIME_BASE });
  const ringPhases = ringPlan.groups.flat(2);
  return of.intersection.crossings.flatMap((crossing): CallCost[] => {
    if (crossing.service !== "actuated") return [];
    const neededDs = toTenths(crossing.walkS) + toTenths(crossing.clearanceS);
    const serving = ringPhases
      .filter((it) => it.phase.crossings.includes(crossing.id))
      .sort((a, b) => b.greenDs - a.greenDs);
    const [longest] = serving;
    if (longest === undefined || longest.greenDs >= neededDs) return [];
    const cycles = runCall({ ringPlan, called: longest, neededDs, intersection: of.intersection });
    const [first] = cycles;
    return [
      {
        intersectionId: of.intersection.id,
        crossingId: crossing.id,
        phase: longest.phase.number,
        splitS: splitDs(longest, longest.greenDs) / 10,
        neededSplitS: splitDs(longest, neededDs) / 10,
        lateS: (lengthDs(ringPlan, known(first, "cycle with the call")) - ringPlan.cycleDs) / 10,
        cyclesToStep: cycles.length - 1,
        greens: sumChanges(cycles.slice(1)),
        delayVehS: addedDelayVehS(of.problem, ringPlan, cycles),
      },
    ];
  });
}

type Greens = ReadonlyMap<RingPhase, number>;

/** The greens of the cycle with the call and of those after it until the last one ends in step. */
function runCall(of: {
  readonly ringPlan: RingPlan;
  readonly called: RingPhase;
  readonly neededDs: number;
  readonly intersection: Intersection;
}): Greens[] {
  const { ringPlan, called } = of;
  const planned = ringPlan.groups.flat(2).map((it) => [it, it.greenDs] as const);
  const first: Greens = new Map(planned).set(called, of.neededDs);
  const cycles = [first];
  let lateDs = (lengthDs(ringPlan, first) - ringPlan.cycleDs) % ringPlan.cycleDs;
  while (lateDs > 0 && cycles.length <= MOST_CYCLES) {
    const greens = chooseGreens({
      ringPlan,
      lateDs,
      transition: DEFAULT_TRANSITION,
      coordinatedPhases: of.intersection.coordinatedPhases,
    });
    cycles.push(greens);
    lateDs = (lateDs + lengthDs(ringPlan, greens)) % ringPlan.cycleDs;
  }
  return cycles;
}

const splitDs = ({ yellowDs, redClearanceDs }: RingPhase, greenDs: number): number =>
  greenDs + yellowDs + redClearanceDs;

/** All rings cross each barrier with the longest. */
function lengthDs({ groups }: RingPlan, greens: Greens): number {
  let sumDs = 0;
  for (const rings of groups) {
    const ringsDs = rings.map((ring) =>
      ring.reduce((sum, it) => sum + splitDs(it, greens.get(it) ?? it.greenDs), 0),
    );
    sumDs += Math.max(...ringsDs);
  }
  return sumDs;
}

function sumChanges(cycles: readonly Greens[]): CallCost["greens"] {
  const changes = new Map<number, number>();
  for (const greens of cycles) {
    for (const [it, greenDs] of greens) {
      changes.set(it.phase.number, (changes.get(it.phase.number) ?? 0) + greenDs - it.greenDs);
    }
  }
  return [...changes].filter(([, byDs]) => byDs !== 0).map(([phase, byDs]) => ({ phase, byS: byDs / 10 }));
}

function addedDelayVehS(problem: SplitProblem, ringPlan: RingPlan, cycles: readonly Greens[]): number {
  const planned: Greens = new Map();
  let addedVehS = 0;
  for (const stream of problem.streams) {
    const called: Queue = { queueVeh: 0, delayVehS: 0 };
    const usual: Queue = { queueVeh: 0, delayVehS: 0 };
    let elapsedDs = 0;
    for (const greens of cycles) {
      runCycle(called, { problem, stream, ringPlan, greens });
      elapsedDs += lengthDs(ringPlan, greens);
    }
    for (let atDs = 0; atDs < elapsedDs; atDs += ringPlan.cycleDs) {
      runCycle(usual, { problem, stream, ringPlan, greens: planned });
    }
    for (let count = 0; count < MOST_CYCLES && called.queueVeh > usual.queueVeh + 1e-9; count++) {
      runCycle(called, { problem, stream, ringPlan, greens: planned });
      runCycle(usual, { problem, stream, ringPlan, greens: planned });
    }
    addedVehS += called.delayVehS - usual.delayVehS;
  }
  return addedVehS;
}

interface Queue {
  queueVeh: number;
  delayVehS: number;
}

/** One cycle of a stream: its red, then its green. */
function runCycle(
  queue: Queue,
  of: {
    readonly problem: SplitProblem;
    readonly stream: SplitStream;
    readonly ringPlan: RingPlan;
    readonly greens: Greens;
  },
): void {
  const { stream, ringPlan, greens } = of;
  const cycleS = lengthDs(ringPlan, greens) / 10;
  const served = stream.phases.map((it) => of.problem.phases[it]?.phase);
  let splitS = 0;
  for (const it of ringPlan.groups.flat(2)) {
    if (served.includes(it.phase.number)) splitS += splitDs(it, greens.get(it) ?? it.greenDs) / 10;
  }
  const greenS = Math.min(cycleS, Math.max(0, splitS - stream.lostS));
  const redS = cycleS - greenS;
  const arrivingVps = Math.max(0, stream.flowVps - stream.extraVeh / cycleS - stream.extraVps);
  queue.delayVehS += queue.queueVeh * redS + (arrivingVps * redS * redS) / 2;
  queue.queueVeh += arrivingVps * redS;
  const drainVps = stream.rateVps - arrivingVps;
  const clearS = drainVps > 0 ? Math.min(greenS, queue.queueVeh / drainVps) : greenS;
  queue.delayVehS += queue.queueVeh * clearS - (drainVps * clearS * clearS) / 2;
  queue.queueVeh -= drainVps * clearS;
}
