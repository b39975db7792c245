/**
 * The parts of a network that a loop goes through in turn, so that a turn costs the same however large the network is:
 * neighbors together, each part grown from its first intersection until it is full. The same network has the same parts.
 */
import { known } from "../../errors.ts";
import type { NetworkIndex } from "../../network/find.ts";
import type { Scope } from "./adapt-request.ts";

/** Most intersections of a part. */
const PART_SIZE = 20;

/** The part of `ids` whose turn it is. */
export function chooseScope(index: NetworkIndex, ids: readonly string[], turn: number): Scope {
  const neighbors = listNeighbors(index);
  const parts = listParts(neighbors, ids);
  const own = known(parts[turn % parts.length], "part");
  const around = new Set(own.flatMap((it) => [it, ...known(neighbors.get(it), it)]));
  return { own, all: ids.filter((it) => around.has(it)) };
}

/** Neighbors by street, both ways. */
type Neighbors = ReadonlyMap<string, ReadonlySet<string>>;

function listNeighbors(index: NetworkIndex): Neighbors {
  const neighbors = new Map(index.network.intersections.map((it) => [it.id, new Set<string>()]));
  const endsAt = new Map(
    index.network.intersections.flatMap((it) => it.approaches.map(({ linkId }) => [linkId, it.id] as const)),
  );
  for (const { id, movements } of index.network.intersections) {
    for (const { toLinkId } of movements) {
      const next = endsAt.get(toLinkId);
      if (next === undefined || next === id) continue;
      known(neighbors.get(id), id).add(next);
      known(neighbors.get(next), next).add(id);
    }
  }
  return neighbors;
}

/** Every one of `ids` in one part, parts of about equal size. */
export function listParts(neighbors: Neighbors, ids: readonly string[]): string[][] {
  const size = Math.ceil(ids.length / Math.ceil(ids.length / PART_SIZE));
  const left = new Set(ids);
  const parts: string[][] = [];
  let part: string[] = [];
  for (const first of ids) {
    const queue = [first];
    for (const id of queue) {
      if (!left.delete(id)) continue;
      part.push(id);
      if (part.length === size) {
        parts.push(part);
        part = [];
        break;
      }
      queue.push(...known(neighbors.get(id), id));
    }
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
