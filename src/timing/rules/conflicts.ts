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
  const { intergreens, conflicts } = input.site.intersection;
  const configuredDs = new Map(intergreens.map((it) => [`${it.from} ${it.to}`, toTenths(it.intergreenS)]));
  const cycleDs = toTenths(input.plan.cycleS);
  const bufferDs = toTenths(input.profile.pedestrian.bufferS);
  return conflicts.flatMap(([a, b]) => {
    const breaches: Breach[] = [];
    for (const one of windowsOf(input, a)) {
      for (const other of windowsOf(input, b)) {
        if (yields(one, other)) continue;
        const togetherDs = overlapDs(one, other, cycleDs);
        if (togetherDs > 0) {
          breaches.push({ ruleId: 6, first: one, second: other, limitDs: 0, actualDs: togetherDs });
          continue;
        }
        for (const [first, second] of [[one, other] as const, [other, one] as const]) {
          const pair = { first, second };
          const limitDs = configuredDs.get(`${first.streamId} ${second.streamId}`) ?? first.intergreenDs;
          const gapDs = forwardDs(first.startDs + first.greenDs, second.startDs, cycleDs);
          if (gapDs < limitDs) breaches.push({ ruleId: 5, ...pair, limitDs, actualDs: gapDs });
          if (first.kind !== "crossing") continue;
          const clearDs = forwardDs(first.startDs + first.occupiedDs, second.startDs, cycleDs);
          if (clearDs < bufferDs) {
            breaches.push({ ruleId: 12, ...pair, limitDs: bufferDs, actualDs: clearDs });
          }
        }
      }
    }
    return listWorst(breaches).map((it) => describe(input, it));
  });
}

/** `second` is or begins while `first` still has a claim. */
interface Breach {
  readonly ruleId: 5 | 6 | 12;
  readonly first: StreamWindow;
  readonly second: StreamWindow;
  readonly limitDs: number;
  readonly actualDs: number;
}

/** Of the breaches of one rule in one order, the one that misses its limit by most. */
function listWorst(breaches: readonly Breach[]): Breach[] {
  const worst = new Map<string, Breach>();
  const missDs = (it: Breach) => Math.abs(it.limitDs - it.actualDs);
  for (const breach of breaches) {
    const key = `${breach.ruleId} ${breach.first.streamId}`;
    const previous = worst.get(key);
    if (previous === undefined || missDs(breach) > missDs(previous)) worst.set(key, breach);
  }
  return [...worst.values()];
}

function describe(input: TimedRuleInput, { ruleId, first, second, limitDs, actualDs }: Breach): SiteFinding {
  const from = first.streamId;
  const to = second.streamId;
  const actual = actualDs / 10;
  const limit = limitDs / 10;
  const sentence = {
    5: `${to} gets green ${actual} s after the green of ${from} ends; their intergreen is ${limit} s.`,
    6: `${from} and ${to} conflict and have the right of way together for ${actual} s.`,
    12: `${to} gets green ${actual} s after crossing ${from} has cleared; at least ${limit} s of steady don't walk must lie between.`,
  }[ruleId];
  return { ruleId, severity: "BLOCK", path: pathOf(input, second), limit, actual, unit: "s", sentence };
}

const yields = (a: StreamWindow, b: StreamWindow): boolean =>
  (a.protection === "permitted" || b.protection === "permitted") &&
  a.phases.some((one) => b.phases.some((other) => runTogether(one, other)));

/** How long both have the right of way, in tenths; each occupies at most the cycle. */
function overlapDs(one: StreamWindow, other: StreamWindow, cycleDs: number): number {
  const otherInDs = forwardDs(one.startDs, other.startDs, cycleDs);
  const oneInDs = forwardDs(other.startDs, one.startDs, cycleDs);
  return Math.max(
    0,
    Math.min(one.occupiedDs - otherInDs, other.occupiedDs),
    Math.min(other.occupiedDs - oneInDs, one.occupiedDs),
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
