/**
 * How many plans a day: the losses of 1, 2, … stretches beside a plan for every period, and the number where the next
 * change would save less than it costs.
 */
import { known } from "../errors.ts";
import { MOST_CHANGES_A_DAY } from "./check-schedule.ts";
import { changeCost, type DayCosts, type Segmentation } from "./segment-day.ts";

export interface SegmentationRow extends Segmentation {
  /** What these plans cost more than the best plan in every period would, changes for nothing, 0…. */
  readonly lossRatio: number;
  /** The same with the changes of these stretches paid for. */
  readonly lossWithChangesRatio: number;
  readonly isRecommended: boolean;
}

export interface ChosenSegmentation {
  readonly rows: readonly SegmentationRow[];
  readonly recommended: SegmentationRow;
  /** The best plan in every period: no plans cost less. */
  readonly everyPeriod: {
    readonly plansCost: number;
    readonly changesCost: number;
    readonly changes: number;
  };
  readonly why: string;
}

/** A stretch more must save so much of the day's costs: less is below what weeks of counts can tell. */
const WORTH_A_STRETCH = 0.001;

/**
 * Recommended, of those with at most 16 changes a day: the fewest stretches that cost, with their changes, no more than a
 * thousandth above the least.
 */
export function chooseSegmentation(
  day: DayCosts,
  segmentations: readonly Segmentation[],
): ChosenSegmentation {
  const everyPeriod = changeEveryPeriod(day);
  const totalOf = (it: Segmentation): number => it.plansCost + it.changesCost;
  const allowed = segmentations.filter((it) => it.changes <= MOST_CHANGES_A_DAY);
  const least = Math.min(...allowed.map(totalOf));
  const best = known(
    allowed.find((it) => totalOf(it) <= least * (1 + WORTH_A_STRETCH)),
    "segmentation within the limits",
  );
  const free = everyPeriod.plansCost;
  const rows = segmentations.map((it) => ({
    ...it,
    lossRatio: it.plansCost / free - 1,
    lossWithChangesRatio: totalOf(it) / free - 1,
    isRecommended: it === best,
  }));
  const recommended = known(
    rows.find((it) => it.isRecommended),
    "recommended segmentation",
  );
  return { rows, recommended, everyPeriod, why: explain(recommended, segmentations) };
}

function changeEveryPeriod(day: DayCosts): ChosenSegmentation["everyPeriod"] {
  const periods = known(day.costs[0], "costs").length;
  const plans = Array.from({ length: periods }, (_, period) => {
    const costs = day.costs.map((it) => known(it[period], "cost"));
    return costs.indexOf(Math.min(...costs));
  });
  let plansCost = 0;
  let changesCost = 0;
  let changes = 0;
  for (const [at, to] of plans.entries()) {
    const from = known(plans.at(at - 1), "plan before");
    plansCost += known(day.costs[to]?.[at], "cost");
    changesCost += changeCost(day, { from, to, at });
    if (from !== to) changes += 1;
  }
  return { plansCost, changesCost, changes };
}

function explain(chosen: Segmentation, all: readonly Segmentation[]): string {
  const count = chosen.stretches.length;
  const next = all[count];
  const before = all[count - 2];
  const sentences = [
    count === 1
      ? "One plan all day: more would hardly save more than their changes cost."
      : `${count} stretches: the fewest within 0.1 % of the least cost, changes paid for.`,
  ];
  const compare = (more: Segmentation, less: Segmentation) => ({
    saved: toHundredths(less.plansCost - more.plansCost),
    paid: toHundredths(more.changesCost - less.changesCost),
  });
  if (before !== undefined) {
    const { saved, paid } = compare(chosen, before);
    sentences.push(`The last of them saves ${saved} veh·h a day for ${paid} veh·h of changes.`);
  }
  if (next !== undefined) {
    const { saved, paid } = compare(next, chosen);
    sentences.push(`One more would save ${saved} veh·h for ${paid} veh·h.`);
  }
  return sentences.join(" ");
}

/** Without the sign of a zero. */
const toHundredths = (value: number): string => (Math.round(value * 100) / 100 + 0).toFixed(2);
