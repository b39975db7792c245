/**
 * Rules 5, 6, 12: streams that cross each other never have the right of way together, and the first has left before the
 * second begins. A permitted stream yields to what runs together with it (the opposing through traffic, the crossing
 * beside it); to every other conflicting stream it keeps the same distance as a protected one.
 */
import { known } from "../../errors.ts";
import { toTenths } from "../cycle.ts";
import { forwardDs, runTogether, type StreamWindow } from "../streams.ts";
import { type SiteFinding, splitPath, type TimedRuleInput, windowsOf } from "./rule-input.ts";

/** Rules 5, 6, 12 over every pair of the conflict matrix; one finding per rule and ordered pair, its worst. */
export function judgeConflicts(input: TimedRuleInput): SiteFinding[] {
  const intergreens = new Map(
    input.site.intersection.intergreens.map((it) => [`${it.from} ${it.to}`, toTenths(it.intergreenS)]),
  );
  return input.site.intersection.conflicts.flatMap(([a, b]) => [
    ...judgeOverlap(input, a, b),
    ...judgeFollowing(input, { from: a, to: b, intergreenDs: intergreens.get(`${a} ${b}`) }),
    ...judgeFollowing(input, { from: b, to: a, intergreenDs: intergreens.get(`${b} ${a}`) }),
  ]);
}

interface Pair {
  readonly first: StreamWindow;
  readonly second: StreamWindow;
}

/** Rule 6: never green or yellow together. */
function judgeOverlap(input: TimedRuleInput, a: string, b: string): SiteFinding[] {
  const cycleDs = toTenths(input.plan.cycleS);
  const worst = listPairs(input, a, b)
    .map((pair) => ({ pair, togetherDs: overlapDs(pair, cycleDs) }))
    .sort((x, y) => y.togetherDs - x.togetherDs)[0];
  if (worst === undefined || worst.togetherDs === 0) return [];
  return [
    {
      ruleId: 6,
      severity: "BLOCK",
      path: pathOf(input, worst.pair.second),
      limit: 0,
      actual: worst.togetherDs / 10,
      unit: "s",
      sentence: `${a} and ${b} conflict and have the right of way together for ${worst.togetherDs / 10} s.`,
    },
  ];
}

/** Rules 5 and 12 for `to` after `from`, where they do not overlap. */
function judgeFollowing(
  input: TimedRuleInput,
  { from, to, intergreenDs }: { from: string; to: string; intergreenDs: number | undefined },
): SiteFinding[] {
  const cycleDs = toTenths(input.plan.cycleS);
  const bufferDs = toTenths(input.profile.pedestrian.bufferS);
  const apart = listPairs(input, from, to).filter((pair) => overlapDs(pair, cycleDs) === 0);
  const gaps = apart.map(({ first, second }) => ({
    second,
    gapDs: forwardDs(first.startDs + first.greenDs, second.startDs, cycleDs),
    limitDs: intergreenDs ?? first.intergreenDs,
  }));
  const buffers = apart
    .filter(({ first }) => first.kind === "crossing")
    .map(({ first, second }) => ({
      second,
      gapDs: forwardDs(first.startDs + first.occupiedDs, second.startDs, cycleDs),
      limitDs: bufferDs,
    }));
  return [
    ...judgeGap(input, gaps, {
      ruleId: 5,
      describe: (gapS, limitS) =>
        `${to} gets green ${gapS} s after the green of ${from} ends; their intergreen is ${limitS} s.`,
    }),
    ...judgeGap(input, buffers, {
      ruleId: 12,
      describe: (gapS, limitS) =>
        `${to} gets green ${gapS} s after crossing ${from} has cleared; at least ${limitS} s of steady don't walk must lie between.`,
    }),
  ];
}

interface Gap {
  readonly second: StreamWindow;
  readonly gapDs: number;
  readonly limitDs: number;
}

function judgeGap(
  input: TimedRuleInput,
  gaps: readonly Gap[],
  rule: { readonly ruleId: number; readonly describe: (gapS: number, limitS: number) => string },
): SiteFinding[] {
  const worst = gaps.filter((it) => it.gapDs < it.limitDs).sort((x, y) => x.gapDs - y.gapDs)[0];
  if (worst === undefined) return [];
  const gapS = worst.gapDs / 10;
  const limitS = worst.limitDs / 10;
  return [
    {
      ruleId: rule.ruleId,
      severity: "BLOCK",
      path: pathOf(input, worst.second),
      limit: limitS,
      actual: gapS,
      unit: "s",
      sentence: rule.describe(gapS, limitS),
    },
  ];
}

/** Windows of two streams of which neither yields to the other. */
function listPairs(input: TimedRuleInput, a: string, b: string): Pair[] {
  return windowsOf(input, a).flatMap((first) =>
    windowsOf(input, b)
      .filter((second) => !yields(first, second))
      .map((second) => ({ first, second })),
  );
}

const yields = (a: StreamWindow, b: StreamWindow): boolean =>
  (a.protection === "permitted" || b.protection === "permitted") &&
  a.phases.some((one) => b.phases.some((other) => runTogether(one, other)));

/** How long both have the right of way, in tenths; each occupies at most the cycle. */
function overlapDs({ first, second }: Pair, cycleDs: number): number {
  const secondIn = forwardDs(first.startDs, second.startDs, cycleDs);
  const firstIn = forwardDs(second.startDs, first.startDs, cycleDs);
  return Math.max(
    0,
    Math.min(first.occupiedDs - secondIn, second.occupiedDs),
    Math.min(second.occupiedDs - firstIn, first.occupiedDs),
  );
}

/** The split of the phase that begins the window. */
function pathOf(input: TimedRuleInput, { phases, startDs, streamId }: StreamWindow): string {
  const first = known(
    phases.find((it) => toTenths(it.greenStartS) === startDs),
    `phase that begins the green of ${streamId}`,
  );
  return `${splitPath(input, first.phase)}.splitS`;
}
