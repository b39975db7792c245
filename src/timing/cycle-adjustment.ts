/**
 * How long the greens of the next cycle are: as planned when the plan is in step with the common cycle, otherwise
 * lengthened or shortened towards it.
 *
 * The way back into step is spread evenly over the fewest cycles that keep each change within `maxChangeRatio` of the
 * cycle. Lengthening and shortening touch greens alone, all rings of a barrier group by the same amount, and shortening
 * never goes below a phase's shortest green. Methods (NTCIP 1202 coordCorrectionMode; FHWA Signal Timing Manual,
 * 2nd ed., section 7.5.2): dwell and addOnly lengthen, the first in the coordinated phases alone; shortWay takes the
 * direction that needs fewer cycles.
 */
import { known } from "../errors.ts";
import { groupLengthDs, type RingPhase, type RingPlan } from "./ring-plan.ts";

export type TransitionMethod = "dwell" | "addOnly" | "shortWay";

export interface Transition {
  readonly method: TransitionMethod;
  /** Largest change of one cycle ÷ the plan's cycle, 0…1. */
  readonly maxChangeRatio: number;
}

/** `lateDs`: by how much a cycle of planned length would end late against the common cycle, in [0, cycle). */
export function chooseGreens(of: {
  ringPlan: RingPlan;
  lateDs: number;
  transition: Transition;
  coordinatedPhases: readonly number[];
}): Map<RingPhase, number> {
  const { ringPlan, lateDs, transition } = of;
  const changeDs = chooseChange(ringPlan, lateDs, transition);
  const coordinated = transition.method === "dwell" ? of.coordinatedPhases : [];
  return changeDs < 0
    ? shortenGreens(ringPlan, -changeDs)
    : lengthenGreens({ ringPlan, byDs: changeDs, coordinated });
}

/** Signed change of this cycle. On equal terms lengthening wins: it takes nothing from anybody. */
function chooseChange(ringPlan: RingPlan, lateDs: number, { method, maxChangeRatio }: Transition): number {
  if (lateDs === 0) return 0;
  const limitDs = Math.max(1, Math.floor(ringPlan.cycleDs * maxChangeRatio + 1e-9));
  const shorterLimitDs = Math.min(limitDs, sum(ringPlan.groups.map(shortenableDs)));
  const aheadDs = ringPlan.cycleDs - lateDs;
  const cyclesLonger = Math.ceil(aheadDs / limitDs);
  const cyclesShorter = method === "shortWay" ? Math.ceil(lateDs / shorterLimitDs) : Number.POSITIVE_INFINITY;
  return cyclesShorter < cyclesLonger
    ? -Math.ceil(lateDs / cyclesShorter)
    : Math.ceil(aheadDs / cyclesLonger);
}

/** What a barrier group can give: its tightest ring decides. */
function shortenableDs(rings: readonly (readonly RingPhase[])[]): number {
  const slacks = rings.filter((it) => it.length > 0).map((phases) => sum(phases.map(slackDs)));
  return slacks.length === 0 ? 0 : Math.min(...slacks);
}

const slackDs = (it: RingPhase): number => it.greenDs - it.shortestGreenDs;

function shortenGreens(ringPlan: RingPlan, byDs: number): Map<RingPhase, number> {
  return changeGreens(ringPlan, {
    sharesOfGroups: shareOut(byDs, ringPlan.groups.map(shortenableDs)).map((it) => -it),
    weightOf: (phases) => phases.map(slackDs),
  });
}

/** Over all greens in proportion, or over the coordinated phases where there are any. */
function lengthenGreens({
  ringPlan,
  byDs,
  coordinated,
}: {
  ringPlan: RingPlan;
  byDs: number;
  coordinated: readonly number[];
}): Map<RingPhase, number> {
  const isCoordinated = (it: RingPhase): boolean => coordinated.includes(it.phase.number);
  const chosen = ringPlan.groups.map((rings) => rings.flat().some(isCoordinated));
  const weights = ringPlan.groups.map((rings, group) =>
    chosen.includes(true) && !chosen[group] ? 0 : groupLengthDs(rings),
  );
  return changeGreens(ringPlan, {
    sharesOfGroups: shareOut(byDs, weights),
    weightOf: (phases) => {
      const only = phases.some(isCoordinated);
      return phases.map((it) => (only && !isCoordinated(it) ? 0 : it.greenDs));
    },
  });
}

function changeGreens(
  ringPlan: RingPlan,
  by: {
    sharesOfGroups: readonly number[];
    weightOf: (phases: readonly RingPhase[]) => number[];
  },
): Map<RingPhase, number> {
  const greensDs = new Map<RingPhase, number>();
  for (const [group, rings] of ringPlan.groups.entries()) {
    const shareDs = known(by.sharesOfGroups[group], `share of barrier group ${group}`);
    for (const phases of rings) {
      const changes = shareOut(Math.abs(shareDs), by.weightOf(phases));
      for (const [position, it] of phases.entries()) {
        greensDs.set(it, it.greenDs + Math.sign(shareDs) * known(changes[position], "change of a green"));
      }
    }
  }
  return greensDs;
}

/**
 * Whole parts of `total` in proportion to the weights (largest remainder): their sum is exact, none above its weight
 * while the total is not.
 */
function shareOut(total: number, weights: readonly number[]): number[] {
  const whole = sum(weights);
  if (whole === 0) return weights.map(() => 0);
  const exact = weights.map((it) => (total * it) / whole);
  const parts = exact.map(Math.floor);
  const byRemainder = exact
    .map((it, index) => ({ index, remainder: it - Math.floor(it) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, total - sum(parts)))
    parts[index] = known(parts[index], "part") + 1;
  return parts;
}

const sum = (values: readonly number[]): number => values.reduce((total, it) => total + it, 0);
