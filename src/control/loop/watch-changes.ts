/** The guard's book: what was changed, what ran before, and what has been read since. Pure. */
import { known } from "../../errors.ts";
import { type GuardLimits, type GuardVerdict, judgeChange } from "../../solver/adapt/judge-change.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { LoopState, Watch } from "./loop.schema.ts";

type Readings = Readonly<Record<string, number>>;

/** What a tick has read of its intersections. */
export interface TickReading {
  readonly atMs: number;
  /** From here on, epoch ms. */
  readonly fromMs: number;
  readonly measuredS: Readings;
  readonly predictedS: Readings;
}

/** A watch without a verdict for so long ends: nothing is measured there, ms. */
const GIVEN_UP_MS = 3_600_000;

/**
 * Watches a change from now on. Intersections that are watched already go on against what ran before the first of their
 * changes, so that small steps which are each too small to be seen are seen together.
 */
export function startWatch(
  watches: readonly Watch[],
  change: {
    readonly planId: string;
    readonly before: readonly TimingPlan[];
    readonly reading: TickReading;
    readonly countsFromMs: number;
  },
): Watch[] {
  const ids = new Set(change.before.map((it) => it.intersectionId));
  const shares = (it: Watch): boolean => it.before.some(({ intersectionId }) => ids.has(intersectionId));
  const joined = watches.filter(shares);
  const pick = (of: Readings): Readings =>
    Object.fromEntries(Object.entries(of).filter(([id]) => ids.has(id)));
  const earlier = joined.flatMap((it) => it.before);
  const isEarlier = (id: string): boolean => earlier.some((it) => it.intersectionId === id);
  return [
    ...watches.filter((it) => !shares(it)),
    {
      planIds: [...joined.flatMap((it) => it.planIds), change.planId].slice(-20),
      before: [...earlier, ...change.before.filter((it) => !isEarlier(it.intersectionId))],
      measured: Object.assign({}, pick(change.reading.measuredS), ...joined.map((it) => it.measured)),
      predicted: Object.assign({}, pick(change.reading.predictedS), ...joined.map((it) => it.predicted)),
      readings: joined.flatMap((it) => it.readings),
      countsFromMs: change.countsFromMs,
    },
  ];
}

export interface Watched {
  readonly watches: readonly Watch[];
  /** The worst of those that were read. */
  readonly ratio: number | undefined;
  readonly worse: readonly Watch[];
}

/** Reads every watch that this tick tells something about; those that are over are left out. */
export function readWatches(
  { watches }: Pick<LoopState, "watches">,
  reading: TickReading,
  limits: GuardLimits,
): Watched {
  const kept: Watch[] = [];
  const worse: Watch[] = [];
  let ratio: number | undefined;
  for (const watch of watches) {
    const read = readWatch(watch, reading);
    const verdict = judge(read, limits);
    if (read !== watch) ratio = Math.max(ratio ?? 0, verdict.ratio);
    if (verdict.kind === "worse") worse.push(read);
    else if (verdict.kind === "watching" && reading.atMs < watch.countsFromMs + GIVEN_UP_MS) kept.push(read);
  }
  return { watches: kept, ratio, worse };
}

/** Readings are against what was before: 1 measured is as much as then. */
const judge = ({ readings }: Watch, limits: GuardLimits): GuardVerdict =>
  judgeChange({ measured: 1, predicted: 1 }, readings, limits);

function readWatch(watch: Watch, { atMs, fromMs, measuredS, predictedS }: TickReading): Watch {
  if (fromMs < watch.countsFromMs) return watch;
  const ids = Object.keys(watch.measured).filter(
    (it) => measuredS[it] !== undefined && predictedS[it] !== undefined && watch.predicted[it] !== undefined,
  );
  if (ids.length === 0) return watch;
  const ratioOf = (now: Readings, before: Readings): number =>
    sum(ids, now) / Math.max(1e-3, sum(ids, before));
  const measured = ratioOf(measuredS, watch.measured);
  const predicted = ratioOf(predictedS, watch.predicted);
  return { ...watch, readings: [...watch.readings, { atMs, measured, predicted }].slice(-100) };
}

const sum = (ids: readonly string[], of: Readings): number =>
  ids.reduce((total, it) => total + known(of[it], it), 0);
