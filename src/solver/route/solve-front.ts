/**
 * The trade between bands and delay on one route: plans from least delay to widest band, none of them worse in both.
 *
 * For the cycle lengths and ways to place slack that are worth it (those that no other beats in both), the widest bands
 * are solved exactly; then for widths in between, offsets and sequences of least delay are searched that hold bands of
 * that width: from the next wider plan on, and from the plan without bands moved as little as the bands ask for. Every
 * point is measured again.
 *
 * The wide end is exact for its splits; the delay at every other point is what the search found.
 */
import { assert, known } from "../../errors.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import { performanceIndex } from "../performance-index.ts";
import type { FrontAnswer, FrontPoint, FrontRequest, PayingMovement } from "./front-request.ts";
import { buildStrand, type Held, holdRatio, type Strand } from "./front-strand.ts";
import { bandwidthOf } from "./keep-running.ts";
import { buildContext, listObstacles, measureAnswer, type RouteContext } from "./route-context.ts";
import type { CycleTrial } from "./route-request.ts";
import { prepareSignals } from "./signal-alternatives.ts";
import { listReasons } from "./solve-route.ts";
import { type Judged, tryCycles } from "./try-cycles.ts";

/** Every third cycle length is tried, and its neighbors where the widest bands are. */
const COARSE = 3;
/** Cycle lengths that are worked out. */
const MOST_STRANDS = 6;
/** Bands closer than this part of the cycle are the same, and so are indices closer than this part. */
const SAME = 1e-6;
const PAYERS = 3;
/** Widths closer than this part of the cycle are not told apart. */
const LEAST_GAP = 0.002;
/** Smaller parts of the index are not searched for. */
const WORTHWHILE = 1e-4;

export function solveFront(request: FrontRequest): FrontAnswer {
  assert(request.points >= 2, `a front of ${request.points} points`);
  const asked = { ...request, band: { kind: "equal" as const }, aim: "band" as const };
  const obstacles = listObstacles(asked);
  if (obstacles.length > 0) return { kind: "infeasible", reasons: obstacles };
  const context = buildContext(asked);
  const { tried, trials } = tryAll(context);
  const strands = chooseCycles(tried).flatMap((it) => buildStrand(it.context, it.judged) ?? []);
  const held = strands.length === 0 ? [] : findFront(strands, request);
  if (held.length === 0) return { kind: "infeasible", reasons: listReasons(trials) };
  const { budget, runningMeasures } = context;
  return {
    kind: "solved",
    points: describe(context, held),
    runningMeasures,
    work: { evaluations: budget.used, isStopped: budget.used >= budget.limit },
  };
}

interface Tried {
  readonly context: RouteContext;
  readonly judged: Judged;
}

/**
 * Every cycle length with the splits that were asked for; and, more coarsely, with all slack to the coordinated phases:
 * wider bands, which the side streets pay for.
 */
function tryAll(context: RouteContext): { readonly tried: Tried[]; readonly trials: readonly CycleTrial[] } {
  const { request } = context;
  const listTried = (own: RouteContext) => {
    const prepared = prepareSignals(own.request, own.route);
    const { judged, trials } = tryCycles(own, prepared, COARSE);
    return { tried: judged.map((it): Tried => ({ context: own, judged: it })), trials };
  };
  const asked = listTried(context);
  if (request.splits === "keep" || request.splits.slack === "coordinated") return asked;
  const splits = { ...request.splits, slack: "coordinated" as const };
  const wide = listTried({ ...context, request: { ...request, splits } });
  return { tried: [...asked.tried, ...wide.tried], trials: asked.trials };
}

const ratioOf = ({ candidate }: Judged): number =>
  candidate.band === undefined
    ? 0
    : Math.min(...Object.values(candidate.band.bandwidthS).filter((it) => it > 0)) / candidate.cycleS;

/** Tried cycles that no other beats in both: those of widest bands and least delay, and others spread between them. */
function chooseCycles(tried: readonly Tried[]): Tried[] {
  const rising = tried
    .map((it) => ({ it, index: performanceIndex(it.judged.totals), ratio: ratioOf(it.judged) }))
    .sort((a, b) => a.index - b.index || b.ratio - a.ratio);
  let widest = 0;
  const undominated = rising.filter(({ ratio }) => {
    const isWider = ratio > widest;
    if (isWider) widest = ratio;
    return isWider;
  });
  if (undominated.length <= MOST_STRANDS) return undominated.map(({ it }) => it);
  const last = undominated.length - 1;
  return Array.from(
    { length: MOST_STRANDS },
    (_, at) => known(undominated[Math.round((at * last) / (MOST_STRANDS - 1))], "cycle").it,
  );
}

/** Plans of even steps of width, then of widths between the farthest neighbors. */
function findFront(strands: readonly Strand[], { floorS = 0, points }: FrontRequest): Held[] {
  const listFront = (): Held[] =>
    undominated(strands.flatMap((it) => it.held).filter((it) => it.ratio * it.cycleS >= floorS - SAME));
  const tried: number[] = [];
  const tryRatio = (wanted: number): void => {
    tried.push(wanted);
    for (const strand of strands) {
      const ratio = Math.max(wanted, floorS / strand.cycleS);
      const knownIndex = listFront().find((it) => it.ratio >= ratio)?.index ?? Number.POSITIVE_INFINITY;
      const mayGain = strand.leastIndex < knownIndex * (1 - WORTHWHILE);
      if (ratio <= strand.widestRatio && mayGain) holdRatio(strand, ratio);
    }
  };
  const least = listFront()[0]?.ratio ?? 0;
  const widest = Math.max(...strands.map((it) => it.widestRatio));
  for (let at = points - 2; at >= 0; at--) tryRatio(least + ((widest - least) * at) / (points - 1));
  while (tried.length < 3 * points && listFront().length < points) {
    const between = middleOfWidestGap([least, widest, ...tried, ...listFront().map((it) => it.ratio)]);
    if (between === undefined) break;
    tryRatio(between);
  }
  return thin(listFront(), points);
}

/** From least delay to widest band, each wider than the one before. */
function undominated(held: readonly Held[]): Held[] {
  const rising = [...held].sort((a, b) => a.index - b.index || b.ratio - a.ratio);
  const front: Held[] = [];
  for (const it of rising) {
    const last = front.at(-1);
    if (last === undefined || it.ratio > last.ratio + SAME) front.push(it);
  }
  return front;
}

function middleOfWidestGap(ratios: readonly number[]): number | undefined {
  const rising = [...ratios].sort((a, b) => a - b);
  let widest = LEAST_GAP;
  let middle: number | undefined;
  for (const [at, ratio] of rising.entries()) {
    const gap = (rising[at + 1] ?? ratio) - ratio;
    if (gap <= widest) continue;
    widest = gap;
    middle = ratio + gap / 2;
  }
  return middle;
}

/** At most `points`, both ends among them: what lies closest to its neighbor goes first. */
function thin(front: readonly Held[], points: number): Held[] {
  const kept = [...front];
  while (kept.length > points) {
    let closest = 1;
    for (let at = 1; at < kept.length - 1; at++) if (gapAt(kept, at) < gapAt(kept, closest)) closest = at;
    kept.splice(closest, 1);
  }
  return kept;
}

const gapAt = (front: readonly Held[], at: number): number =>
  (front[at + 1]?.ratio ?? 0) - (front[at - 1]?.ratio ?? 0);

function describe(context: RouteContext, front: readonly Held[]): FrontPoint[] {
  const measured = front.map((held) => ({ held, measures: measureAnswer(context, held.timingPlans) }));
  const least = known(measured[0], "plan of least delay").measures;
  const widest = known(measured.at(-1), "plan of widest bands").held;
  return measured.map(({ held, measures }, at): FrontPoint => {
    const next = measured[at + 1]?.held;
    const widerByS = next === undefined ? 0 : next.ratio * next.cycleS - held.ratio * held.cycleS;
    const delayVehHPerH = measures.totalDelayVehHPerH - least.totalDelayVehHPerH;
    return {
      timingPlans: held.timingPlans,
      cycleS: held.cycleS,
      bandwidthS: { outbound: bandwidthOf(measures, "outbound"), inbound: bandwidthOf(measures, "inbound") },
      bandRatio: held.ratio,
      index: held.index,
      measures,
      givesUp: {
        delayVehHPerH,
        delayRatio: least.totalDelayVehHPerH > 0 ? delayVehHPerH / least.totalDelayVehHPerH : 0,
        bandRatio: widest.ratio - held.ratio,
        payers: listPayers(measures, least),
      },
      ...(next === undefined || widerByS <= 0 ? {} : { costPerBandS: (next.index - held.index) / widerByS }),
    };
  });
}

function listPayers(measures: PlanMeasures, least: PlanMeasures): PayingMovement[] {
  const before = new Map(least.movements.map((it) => [`${it.intersectionId} ${it.movementId}`, it]));
  return measures.movements
    .map(({ intersectionId, movementId, flowVph, delayS }) => {
      const was = before.get(`${intersectionId} ${movementId}`)?.delayS ?? delayS;
      return {
        intersectionId,
        movementId,
        extraDelayVehHPerH: (flowVph * (delayS - was)) / SECONDS_PER_HOUR,
      };
    })
    .filter((it) => it.extraDelayVehHPerH > SAME)
    .sort((a, b) => b.extraDelayVehHPerH - a.extraDelayVehHPerH)
    .slice(0, PAYERS);
}
