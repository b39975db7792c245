/** Which routes are tied to each other by signals in common, and by how many loops more than a tree has. */
import type { SpaceRoute } from "./band-space.ts";

export interface RouteGroup {
  /** Places of the routes. */
  readonly routes: readonly number[];
  /**
   * Loops of the graph whose nodes are the routes and the signals that several of them pass. 0: a tree, in which every
   * route may have its best but for the alternatives of the shared signals.
   */
  readonly loops: number;
}

/** Each route is in one group; routes of different groups have no signal in common. */
export function groupRoutes(routes: readonly SpaceRoute[]): RouteGroup[] {
  const passing = new Map<number, number[]>();
  for (const [at, { signals }] of routes.entries()) {
    for (const it of signals) passing.set(it, [...(passing.get(it) ?? []), at]);
  }
  const shared = [...passing.values()].filter((it) => it.length > 1);
  const parents = routes.map((_, at) => at);
  const rootOf = (at: number): number => {
    const parent = parents[at] ?? at;
    return parent === at ? at : rootOf(parent);
  };
  for (const [first = 0, ...others] of shared) {
    for (const it of others) parents[rootOf(it)] = rootOf(first);
  }
  const members = new Map<number, number[]>();
  for (const at of routes.keys()) members.set(rootOf(at), [...(members.get(rootOf(at)) ?? []), at]);
  return [...members].map(([root, group]) => {
    const own = shared.filter(([first = 0]) => rootOf(first) === root);
    const ties = own.reduce((sum, it) => sum + it.length, 0);
    return { routes: group, loops: ties - group.length - own.length + 1 };
  });
}
