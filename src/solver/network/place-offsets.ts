/**
 * Least total of the tables of all neighbors over the labels of their members: exact on trees, and by trees elsewhere.
 *
 * A round draws a set of members that no loop of neighbors connects and places all of them at their best at once, by
 * dynamic programming along the trees, while the others stay; as every member comes into such sets again and again in
 * other company, moves of whole arterials and of parts of the network are among those that are found. No round makes the
 * total worse. (Subproblem trees for labelings: F. Hamze and N. de Freitas, From fields to trees, UAI 2004.)
 *
 * Cost of a round: members × labels².
 */
import { known } from "../../errors.ts";
import type { SeededRandom } from "../../network/seeded-random.ts";
import type { NeighborTables } from "./link-tables.ts";

export interface OffsetGraph {
  readonly tables: NeighborTables;
  readonly labels: number;
  /** By member: labels that it may have (1) or not (0); absent: its label is not to be moved. */
  readonly allowed: readonly (Uint8Array | undefined)[];
}

/** Moves `labels` (one per member, in place) for a number of rounds and answers the total, veh·h/h. */
export function placeOffsets(
  graph: OffsetGraph,
  labels: Int32Array,
  by: { readonly rounds: number; readonly random: SeededRandom },
): number {
  const workspace = createWorkspace(graph);
  for (let round = 0; round < by.rounds; round++) {
    drawForest(graph, workspace, by.random);
    placeForest(graph, workspace, labels);
  }
  return sumUp(graph, labels);
}

/** Total of all tables, each pair of neighbors once. */
export function sumUp({ tables, labels: count }: OffsetGraph, labels: Int32Array): number {
  let total = 0;
  for (const [member, neighbors] of tables.entries()) {
    for (const { member: other, costs } of neighbors) {
      if (other > member) total += at(costs, count + at(labels, member) - at(labels, other));
    }
  }
  return total;
}

type Numbers = Float64Array | Int32Array | Uint8Array;
const at = (values: Numbers, position: number): number => values[position] as number;

interface Workspace {
  /** Members that may move, in an order that is shuffled every round. */
  readonly movable: Int32Array;
  readonly isChosen: Uint8Array;
  /** Trees as sets: a member's way up to the first of its tree. */
  readonly root: Int32Array;
  /** The chosen ones, parents before their children; −1 where a tree begins. */
  readonly order: Int32Array;
  readonly parent: Int32Array;
  chosen: number;
  /** Least total of the subtree below a member by its own label, and that member's best label by its parent's. */
  readonly best: Float64Array;
  readonly bestLabel: Int32Array;
}

function createWorkspace({ tables, labels, allowed }: OffsetGraph): Workspace {
  const count = tables.length;
  const movable = [...allowed.keys()].filter((it) => allowed[it] !== undefined);
  return {
    movable: Int32Array.from(movable),
    isChosen: new Uint8Array(count),
    root: new Int32Array(count),
    order: new Int32Array(count),
    parent: new Int32Array(count),
    chosen: 0,
    best: new Float64Array(count * labels),
    bestLabel: new Int32Array(count * labels),
  };
}

/** A member is taken while it joins only trees that are not connected yet. */
function drawForest({ tables }: OffsetGraph, space: Workspace, random: SeededRandom): void {
  const { movable, isChosen, root } = space;
  isChosen.fill(0);
  for (let left = movable.length - 1; left > 0; left--) {
    const other = random.integer(0, left);
    const swapped = at(movable, left);
    movable[left] = at(movable, other);
    movable[other] = swapped;
  }
  for (const member of movable) {
    root[member] = member;
    const neighbors = known(tables[member], "neighbors");
    const roots = neighbors.flatMap((it) =>
      at(isChosen, it.member) === 1 ? [findRoot(root, it.member)] : [],
    );
    if (new Set(roots).size < roots.length) continue;
    isChosen[member] = 1;
    for (const it of roots) root[it] = member;
  }
  orderTrees(tables, space);
}

function findRoot(root: Int32Array, member: number): number {
  let top = member;
  while (at(root, top) !== top) top = at(root, top);
  root[member] = top;
  return top;
}

function orderTrees(tables: NeighborTables, space: Workspace): void {
  const { movable, isChosen, order, parent } = space;
  let end = 0;
  let next = 0;
  for (const first of movable) {
    if (at(isChosen, first) !== 1) continue;
    order[end++] = first;
    parent[first] = -1;
    isChosen[first] = 2;
    while (next < end) {
      const member = at(order, next++);
      for (const { member: child } of known(tables[member], "neighbors")) {
        if (at(isChosen, child) !== 1) continue;
        order[end++] = child;
        parent[child] = member;
        isChosen[child] = 2;
      }
    }
  }
  space.chosen = end;
}

function placeForest(graph: OffsetGraph, space: Workspace, labels: Int32Array): void {
  const { order, parent, best, bestLabel, chosen } = space;
  const count = graph.labels;
  for (let at_ = 0; at_ < chosen; at_++) startCosts(graph, space, labels, at(order, at_));
  for (let at_ = chosen - 1; at_ >= 0; at_--) {
    const member = at(order, at_);
    if (at(parent, member) >= 0) passUp(graph, space, member);
  }
  for (let at_ = 0; at_ < chosen; at_++) {
    const member = at(order, at_);
    const above = at(parent, member);
    labels[member] =
      above >= 0
        ? at(bestLabel, member * count + at(labels, above))
        : leastAt(best, member * count, count, at(labels, member));
  }
}

/** A member's labels against its neighbors outside the forest. */
function startCosts(
  { tables, labels: count, allowed }: OffsetGraph,
  { isChosen, best }: Workspace,
  labels: Int32Array,
  member: number,
): void {
  const mask = allowed[member];
  const start = member * count;
  for (let label = 0; label < count; label++) {
    best[start + label] = mask?.[label] === 1 ? 0 : Number.POSITIVE_INFINITY;
  }
  for (const { member: other, costs } of known(tables[member], "neighbors")) {
    if (at(isChosen, other) !== 0) continue;
    const shift = count - at(labels, other);
    for (let label = 0; label < count; label++)
      best[start + label] = at(best, start + label) + at(costs, shift + label);
  }
}

/** Adds to the parent's labels what the subtree of a member costs at least. */
function passUp({ tables, labels: count }: OffsetGraph, space: Workspace, member: number): void {
  const { parent, best, bestLabel } = space;
  const above = at(parent, member);
  const { costs } = known(
    known(tables[member], "neighbors").find((it) => it.member === above),
    "table of parent",
  );
  const start = member * count;
  for (let label = 0; label < count; label++) {
    const shift = count - label;
    let least = Number.POSITIVE_INFINITY;
    let leastLabel = 0;
    for (let own = 0; own < count; own++) {
      const cost = at(best, start + own) + at(costs, shift + own);
      if (cost < least) {
        least = cost;
        leastLabel = own;
      }
    }
    bestLabel[start + label] = leastLabel;
    best[above * count + label] = at(best, above * count + label) + least;
  }
}

/** The best label; the present one where it is as good. */
function leastAt(best: Float64Array, start: number, count: number, present: number): number {
  let least = present;
  for (let label = 0; label < count; label++) {
    if (at(best, start + label) < at(best, start + least)) least = label;
  }
  return least;
}
