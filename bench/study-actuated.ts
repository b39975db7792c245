/**
 * Coordinated-actuated control as the fixed plan of its average cycle: each phase has the mean green that Synchro found
 * (ActGreen of a UTDF file), so the green that side streets give back goes to the coordinated phases, which still end
 * at their force-offs. Uncoordinated actuated signals run their mean cycle.
 *
 * Limits: a mean cycle has no skipped phases and no green that follows the queue, so actuated signals do somewhat better; a
 * phase without a mean green has its least one.
 */
import { readText } from "../src/commands/terminal.ts";
import { known } from "../src/errors.ts";
import { findNumber, parseUtdfFile } from "../src/exchange/utdf-file.ts";
import { getIntersection, getPhase, getSequence, type NetworkIndex } from "../src/network/find.ts";
import { fromTenths, toTenths, wrapS } from "../src/timing/cycle.ts";
import type { TimingPlan } from "../src/timing/plan.schema.ts";

/** The plans with mean greens; their offsets keep the end of the reference phase's green where it is. */
export function averageActuated(
  index: NetworkIndex,
  file: string,
  timingPlans: readonly TimingPlan[],
): TimingPlan[] {
  const { phases } = parseUtdfFile(readText(file), () => undefined);
  return timingPlans.map((plan) => {
    const { intersectionId } = plan;
    const records = phases.get(intersectionId);
    return averagePlan(index, plan, (phase) => findNumber(records, "ActGreen", `D${phase}`));
  });
}

function averagePlan(
  index: NetworkIndex,
  plan: TimingPlan,
  meanGreenS: (phase: number) => number | undefined,
): TimingPlan {
  const intersection = getIntersection(index, plan.intersectionId);
  const planned = new Map(plan.splits.map((it) => [it.phase, toTenths(it.splitS)]));
  const changeS = (phase: number): number => {
    const { yellowS, redClearanceS } = getPhase(intersection, phase);
    return yellowS + redClearanceS;
  };
  /** 0: in the mean cycle nobody calls the phase, or the file does not know it. */
  const meanSplit = (phase: number): number => {
    const greenS = meanGreenS(phase) ?? 0;
    return greenS === 0 ? 0 : toTenths(greenS + changeS(phase));
  };
  const leastSplit = (phase: number): number =>
    toTenths(getPhase(intersection, phase).minGreenS + changeS(phase));
  const rings = getSequence(intersection, plan.sequenceId).rings.map((ring) =>
    ring.map((group) => group.filter((it) => planned.has(it))),
  );
  const splits = new Map<number, number>();
  let cycle = 0;
  for (const at of known(rings[0], "ring").keys()) {
    const groups = rings.map((ring) => known(ring[at], "barrier group")).filter((it) => it.length > 0);
    const total = Math.max(...groups.map((it) => it.reduce((sum, phase) => sum + meanSplit(phase), 0)));
    cycle += total;
    for (const group of groups) {
      // The longest phase takes what the others leave, so that the rings meet at the barrier.
      const [longest, ...others] = [...group].sort((a, b) => meanSplit(b) - meanSplit(a));
      for (const phase of others) splits.set(phase, meanSplit(phase) || leastSplit(phase));
      const rest = others.reduce((sum, it) => sum - known(splits.get(it), `split of phase ${it}`), total);
      splits.set(known(longest, "longest phase"), rest);
    }
  }
  const of = (lengths: ReadonlyMap<number, number>): number =>
    fromTenths(known(lengths.get(plan.offsetReference.phase), "split of the reference phase"));
  const cycleS = fromTenths(cycle);
  const earlierS = plan.offsetReference.point === "beginGreen" ? of(splits) - of(planned) : 0;
  return {
    ...plan,
    cycleS,
    splits: plan.splits.map(({ phase }) => ({
      phase,
      splitS: fromTenths(known(splits.get(phase), `split of phase ${phase}`)),
    })),
    offsetS: fromTenths(toTenths(wrapS(plan.offsetS - earlierS, cycleS)) % cycle),
  };
}
