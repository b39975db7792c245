/**
 * What several routes that share signals are worth together at most, exactly, by branch and bound over the signals that
 * they share: one signal after the other gets an alternative and an offset, and a node is worth no more than the sum of
 * what each route can still have round its signals that stand (`place-route.ts`, the other offsets continuous). The first
 * offset is 0, a common shift changes nothing. When all shared signals stand, the routes' own follow on the resolution.
 *
 * Cost: steps × alternatives × routes at the signal for each node that is opened; meant for few routes with few loops.
 */
import { known } from "../../errors.ts";
import type { BandSpace, SpaceRoute } from "./band-space.ts";
import { placeRoute, worthRoundMarked } from "./place-route.ts";
import { createScorer, type Placement, type Scorer } from "./score-shifts.ts";

export interface Proof {
  /** No placement of these routes is worth more. */
  readonly bound: number;
  /** Better than what was known, and the best there is where the limit did not come first. */
  readonly placement: Placement | undefined;
  /** Exact solutions of single routes made. */
  readonly solves: number;
}

interface Tree {
  readonly scorer: Scorer;
  readonly routes: readonly SpaceRoute[];
  /** The shared signals, each beside routes that have one already. */
  readonly order: readonly number[];
  readonly solveLimit: number;
  solves: number;
  best: number;
  placement: Placement | undefined;
  /** The most that a node left unopened may be worth. */
  open: number;
}

/** @param limits.worth of a placement at hand: nothing but a better one is looked for. */
export function proveRoutes(
  space: BandSpace,
  routes: readonly SpaceRoute[],
  limits: { readonly worth: number; readonly solveLimit: number },
): Proof {
  const count = space.alternativeCounts.length;
  const placement = { offsets: new Int32Array(count), alternatives: new Int32Array(count) };
  const tree: Tree = {
    scorer: createScorer(space, placement),
    routes,
    order: orderShared(routes),
    solveLimit: limits.solveLimit,
    solves: 0,
    best: limits.worth,
    placement: undefined,
    open: Number.NEGATIVE_INFINITY,
  };
  open(
    tree,
    0,
    routes.map((it) => solve(tree, it)),
  );
  return { bound: Math.max(tree.best, tree.open), placement: tree.placement, solves: tree.solves };
}

function solve(tree: Tree, route: SpaceRoute): number {
  tree.solves += 1;
  return worthRoundMarked(tree.scorer, route, "continuous");
}

interface Child {
  readonly alternative: number;
  readonly offset: number;
  readonly worths: readonly number[];
  readonly bound: number;
}

/** `worths`: what each route may still have. */
function open(tree: Tree, depth: number, worths: readonly number[]): void {
  const bound = sum(worths);
  if (bound <= tree.best + NO_GAIN) return;
  const signal = tree.order[depth];
  if (signal === undefined) {
    reach(tree);
    return;
  }
  if (tree.solves >= tree.solveLimit) {
    tree.open = Math.max(tree.open, bound);
    return;
  }
  const { offsets, alternatives } = tree.scorer.placement;
  const children = listChildren(tree, signal, worths).sort((a, b) => b.bound - a.bound);
  tree.scorer.marked[signal] = 1;
  for (const { alternative, offset, worths: left } of children) {
    alternatives[signal] = alternative;
    offsets[signal] = offset;
    open(tree, depth + 1, left);
  }
  tree.scorer.marked[signal] = 0;
}

function listChildren(tree: Tree, signal: number, worths: readonly number[]): Child[] {
  const { scorer, routes } = tree;
  const { space, placement, marked } = scorer;
  const passing = [...routes.keys()].filter((it) => routes[it]?.signals.includes(signal));
  // A route without a standing signal follows any offset.
  const tied = passing.filter((it) => routes[it]?.signals.some((other) => marked[other] === 1));
  const children: Child[] = [];
  const ask = (left: number[], asked: readonly number[]): void => {
    for (const it of asked) left[it] = solve(tree, known(routes[it], "route"));
  };
  marked[signal] = 1;
  for (let alternative = 0; alternative < (space.alternativeCounts[signal] as number); alternative++) {
    placement.alternatives[signal] = alternative;
    placement.offsets[signal] = 0;
    const inAlternative = [...worths];
    ask(
      inAlternative,
      passing.filter((it) => !tied.includes(it)),
    );
    for (let offset = 0; offset < (tied.length === 0 ? 1 : space.steps); offset++) {
      placement.offsets[signal] = offset;
      const left = [...inAlternative];
      ask(left, tied);
      children.push({ alternative, offset, worths: left, bound: sum(left) });
    }
  }
  marked[signal] = 0;
  return children;
}

/** All shared signals stand: the routes' own ones follow, each route for itself. */
function reach(tree: Tree): void {
  const { scorer, routes } = tree;
  const worth = sum(routes.map((it) => worthRoundMarked(scorer, it, "onResolution")));
  if (worth <= tree.best) return;
  tree.best = worth;
  for (const it of routes) placeRoute(scorer, it);
  const { offsets, alternatives } = scorer.placement;
  tree.placement = { offsets: offsets.slice(), alternatives: alternatives.slice() };
}

/** Signals of two routes or more: next is always the one with most routes that are tied already. */
function orderShared(routes: readonly SpaceRoute[]): number[] {
  const passing = new Map<number, SpaceRoute[]>();
  for (const route of routes) {
    for (const it of route.signals) passing.set(it, [...(passing.get(it) ?? []), route]);
  }
  const left = [...passing].filter(([, at]) => at.length > 1);
  const tied = new Set<SpaceRoute>();
  const order: number[] = [];
  while (left.length > 0) {
    const tiedAt = left.map(([, at]) => at.filter((it) => tied.has(it)).length + at.length / MANY);
    const [next] = left.splice(tiedAt.indexOf(Math.max(...tiedAt)), 1);
    if (next === undefined) break;
    order.push(next[0]);
    for (const it of next[1]) tied.add(it);
  }
  return order;
}

/** More than routes meet at any signal: only breaks ties. */
const MANY = 1e6;
const NO_GAIN = 1e-9;

const sum = (values: readonly number[]): number => values.reduce((total, it) => total + it, 0);
