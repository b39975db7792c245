/**
 * The green waves of several routes together: one offset and one alternative per signal, the weighted bands of all routes
 * as wide as can be found, and how much wider they could be at most.
 *
 * Bound. A route is worth no more than at its own best (exact, `solve-band-grid.ts`); routes without a signal in common
 * are free of each other, and so are routes that meet in a tree, but for the alternatives. So the sum of the routes' own
 * bests bounds every plan. Where few routes are tied by few loops, branch and bound makes it exact (`prove-routes.ts`).
 * Plan. Routes are glued, the worthiest first, each exactly round what stands (`place-route.ts`); then `anneal.ts`.
 * The answer is measured again by code that the search does not share; what it starts from is never left for worse.
 */
import { assert, known } from "../../errors.ts";
import { createSeededRandom } from "../../network/seeded-random.ts";
import { wrapS } from "../../timing/cycle.ts";
import type { PerDirection } from "../bands/band-problem.ts";
import { anneal } from "./anneal.ts";
import { type BandSpace, buildBandSpace, MISSED_WEIGHT, type SpaceRoute } from "./band-space.ts";
import { groupRoutes } from "./group-routes.ts";
import { measureNetworkBands } from "./measure-network-bands.ts";
import type {
  MissedFloor,
  NetworkBandAnswer,
  NetworkBandProblem,
  NoNetworkBand,
  SignalChoices,
} from "./network-band-problem.ts";
import { placeRoute, worthRoundMarked } from "./place-route.ts";
import { proveRoutes } from "./prove-routes.ts";
import { buildRouteShapes } from "./route-shapes.ts";
import { createScorer, type Placement, type Scorer, scoreAll, scoreWay } from "./score-shifts.ts";

export interface NetworkBandOptions {
  /** What the answer is never worse than; its offsets need not be on the resolution. */
  readonly start?: SignalChoices;
  readonly seed: number;
  /** Most scans (a signal's offsets all at once) of the search; absent: in proportion to the signals. */
  readonly scanLimit?: number;
  /** Most exact solutions of single routes for a proof; absent: enough for two routes with two signals in common. */
  readonly solveLimit?: number;
}

const SCANS_PER_SIGNAL = 120;
const SOLVES = 4000;
/** Routes with more loops are not proved: the tree of their offsets is too wide. */
const LOOPS = 2;
/** Worths closer than this are the same. */
const SAME_WORTH = 1e-6;

export function solveNetworkBands(
  problem: NetworkBandProblem,
  options: NetworkBandOptions,
): NetworkBandAnswer | NoNetworkBand {
  const space = buildBandSpace(problem);
  const scorer = createScorer(space, createPlacement(space));
  const bests = space.routes.map((route) => worthRoundMarked(scorer, route, "onResolution"));
  const impossible = [...bests.keys()].filter((route) => bests[route] === Number.NEGATIVE_INFINITY);
  if (impossible.length > 0) return { kind: "floorsNotReached", routes: impossible };
  const start = options.start ?? space.alternativeCounts.map(() => ({ alternative: 0, offsetS: 0 }));
  place(scorer, start);
  glue(scorer, bests);
  const scans = search(scorer, bests, options);
  const { bound, solves, impossible: together } = prove(scorer, bests, options.solveLimit ?? SOLVES);
  if (together.length > 0) return { kind: "floorsNotReached", routes: together };
  return finish(problem, { start, found: listChoices(scorer), bound, work: { scans, solves } });
}

function createPlacement({ alternativeCounts }: BandSpace): Placement {
  const count = alternativeCounts.length;
  return { offsets: new Int32Array(count), alternatives: new Int32Array(count) };
}

/** To the nearest step. */
function place({ space, placement }: Scorer, choices: SignalChoices): void {
  const { steps, resolutionS } = space;
  for (const [signal, { alternative, offsetS }] of choices.entries()) {
    placement.alternatives[signal] = alternative;
    placement.offsets[signal] = wrapS(Math.round(offsetS / resolutionS), steps);
  }
}

const listChoices = ({ space, placement }: Scorer): SignalChoices =>
  space.alternativeCounts.map((_, signal) => ({
    alternative: placement.alternatives[signal] as number,
    offsetS: (placement.offsets[signal] as number) * space.resolutionS,
  }));

/** Each route at its best round the signals that others have placed, the worthiest route first; kept where it is better. */
function glue(scorer: Scorer, bests: readonly number[]): void {
  const { space, placement, marked } = scorer;
  const before = { offsets: placement.offsets.slice(), alternatives: placement.alternatives.slice() };
  const worth = scoreAll(scorer);
  for (const at of [...bests.keys()].sort((a, b) => (bests[b] as number) - (bests[a] as number))) {
    const route = known(space.routes[at], `route ${at}`);
    placeRoute(scorer, route);
    for (const it of route.signals) marked[it] = 1;
  }
  marked.fill(0);
  if (scoreAll(scorer) > worth) return;
  placement.offsets.set(before.offsets);
  placement.alternatives.set(before.alternatives);
}

/** Answers the scans made. */
function search(scorer: Scorer, bests: readonly number[], { scanLimit, seed }: NetworkBandOptions): number {
  const { space } = scorer;
  const bound = sum(bests);
  if (scoreAll(scorer) > bound - SAME_WORTH) return 0;
  const routes = space.routes.filter((it) => it.signals.length > 0);
  return anneal({
    scorer,
    routes: routes.map((it) => buildRouteShapes(space, it)),
    random: createSeededRandom(seed),
    scanLimit: scanLimit ?? SCANS_PER_SIGNAL * space.alternativeCounts.length,
    meanWorth: Math.max(bound / routes.length, SAME_WORTH),
  });
}

/**
 * The bound of each group of tied routes, and its best placement where that is found on the way; or the routes of a group
 * that cannot have their floors together.
 */
function prove(
  scorer: Scorer,
  bests: readonly number[],
  solveLimit: number,
): { readonly bound: number; readonly solves: number; readonly impossible: readonly number[] } {
  const { space, placement } = scorer;
  let bound = 0;
  let solves = 0;
  for (const group of groupRoutes(space.routes)) {
    const routes = group.routes.map((it) => known(space.routes[it], `route ${it}`));
    const ofGroup = sum(group.routes.map((it) => known(bests[it], `best of route ${it}`)));
    const worth = scoreRoutes(scorer, routes);
    const isOpen = worth < ofGroup - SAME_WORTH && group.loops <= LOOPS && solves < solveLimit;
    if (!isOpen) {
      bound += ofGroup;
      continue;
    }
    const proof = proveRoutes(space, routes, { worth, solveLimit: solveLimit - solves });
    solves += proof.solves;
    // Less than nothing is worth only what misses a floor.
    if (proof.bound < 0) return { bound, solves, impossible: group.routes };
    bound += Math.min(ofGroup, proof.bound);
    if (proof.placement === undefined) continue;
    for (const signal of routes.flatMap((it) => it.signals)) {
      placement.offsets[signal] = proof.placement.offsets[signal] as number;
      placement.alternatives[signal] = proof.placement.alternatives[signal] as number;
    }
  }
  return { bound, solves, impossible: [] };
}

function scoreRoutes(scorer: Scorer, routes: readonly SpaceRoute[]): number {
  const ways = routes
    .flatMap(({ outbound, inbound }) => [outbound, inbound])
    .filter((it) => it !== undefined);
  return sum(ways.map((it) => scoreWay(scorer, it)));
}

interface Outcome {
  readonly start: SignalChoices;
  readonly found: SignalChoices;
  readonly bound: number;
  readonly work: Pick<NetworkBandAnswer["work"], "scans" | "solves">;
}

/** Measures what was found and what it started from, and answers the better one. */
function finish(problem: NetworkBandProblem, outcome: Outcome): NetworkBandAnswer {
  const [found, start] = [outcome.found, outcome.start].map((signals) => judge(problem, signals));
  const better = known(start, "start").worth > known(found, "found").worth ? start : found;
  const { signals, bandwidthS, value, missed } = known(better, "answer");
  const isHeld = missed.length === 0;
  assert(
    !isHeld || value <= outcome.bound + SAME_WORTH * Math.max(1, outcome.bound),
    `bands worth ${value}, bound ${outcome.bound}`,
  );
  const bound = isHeld ? Math.max(value, outcome.bound) : outcome.bound;
  return {
    kind: "solved",
    signals,
    bandwidthS,
    value,
    bound,
    gap: bound > 0 ? Math.max(0, bound - value) / bound : 0,
    missed,
    work: { ...outcome.work, isStopped: !isHeld || value < bound - SAME_WORTH },
  };
}

interface Judged {
  readonly signals: SignalChoices;
  readonly bandwidthS: readonly PerDirection<number>[];
  readonly value: number;
  readonly missed: readonly MissedFloor[];
  /** `value`, less far more for every second below a floor. */
  readonly worth: number;
}

function judge(problem: NetworkBandProblem, signals: SignalChoices): Judged {
  const bandwidthS = measureNetworkBands(problem, signals);
  const missed: MissedFloor[] = [];
  let value = 0;
  let weights = 1;
  for (const [route, ways] of problem.routes.entries()) {
    for (const direction of ["outbound", "inbound"] as const) {
      const way = ways[direction];
      if (way === undefined) continue;
      const widthS = known(bandwidthS[route], `bands of route ${route}`)[direction];
      value += way.weight * widthS;
      weights += way.weight;
      if (widthS < way.floorS - SAME_WORTH) {
        missed.push({ route, direction, bandwidthS: widthS, floorS: way.floorS });
      }
    }
  }
  const missing = sum(missed.map((it) => it.floorS - it.bandwidthS));
  return { signals, bandwidthS, value, missed, worth: value - MISSED_WEIGHT * weights * missing };
}

const sum = (values: readonly number[]): number => values.reduce((total, it) => total + it, 0);
