/**
 * Which streams of a signal conflict and who gives way, from the foe matrices of its junctions. Two streams conflict
 * when a connection of one is a foe of one of the other; merging into one lane is a conflict too.
 *
 * One exception: left turns from opposite sides whose widest paths touch. Where fewer than half of their pairs of
 * connections are foes and a program gives both priority at once ('G'), the net's author holds them compatible, and so
 * do we; the import reports it.
 */
import type { SignalLink } from "./signal-parts.ts";
import type { SumoNet } from "./sumo-net.ts";

/** A movement or crossing with the rows of the foe matrix that it stands for. */
export interface Stream {
  readonly id: string;
  readonly links: readonly Pick<SignalLink, "linkIndex" | "junctionId" | "requestIndex">[];
}

export interface Conflicts {
  readonly pairs: readonly [string, string][];
  /** Pairs that touch and are held compatible because a program shows priority to both. */
  readonly tolerated: readonly [string, string][];
  readonly conflict: (a: string, b: string) => boolean;
  /** Must `a` let `b` go first, as the net has it? */
  readonly yields: (a: string, b: string) => boolean;
}

/** Of the pairs of connections; from here on two movements conflict whatever a program shows. */
const TOUCHING_SHARE = 0.5;

/** `states`: all states of all programs. */
export function findConflicts(
  net: SumoNet,
  streams: readonly Stream[],
  states: readonly string[],
): Conflicts {
  const pairs: [string, string][] = [];
  const tolerated: [string, string][] = [];
  const foes = new Set<string>();
  const responses = new Set<string>();
  for (const [at, a] of streams.entries()) {
    for (const b of streams.slice(at + 1)) {
      const share = Math.max(shareOf(net, a, b, "foes"), shareOf(net, b, a, "foes"));
      if (
        share > 0 &&
        share < TOUCHING_SHARE &&
        states.some((it) => isPriority(it, a) && isPriority(it, b))
      ) {
        tolerated.push([a.id, b.id]);
      } else if (share > 0) {
        pairs.push([a.id, b.id]);
        foes.add(`${a.id} ${b.id}`).add(`${b.id} ${a.id}`);
      }
      if (shareOf(net, a, b, "response") > 0) responses.add(`${a.id} ${b.id}`);
      if (shareOf(net, b, a, "response") > 0) responses.add(`${b.id} ${a.id}`);
    }
  }
  return {
    pairs,
    tolerated,
    conflict: (a, b) => foes.has(`${a} ${b}`),
    yields: (a, b) => responses.has(`${a} ${b}`),
  };
}

const isPriority = (state: string, { links }: Stream): boolean =>
  links.every((it) => state.charAt(it.linkIndex) === "G");

/** Of the pairs of connections, the share in which the bit is set in the row of `a` for `b`, at the same junction. */
function shareOf(net: SumoNet, a: Stream, b: Stream, matrix: "foes" | "response"): number {
  let set = 0;
  for (const one of a.links) {
    if (one.requestIndex === undefined) continue;
    const row = net.junctions.get(one.junctionId)?.requests.get(one.requestIndex)?.[matrix] ?? "";
    for (const other of b.links) {
      if (other.junctionId !== one.junctionId || other.requestIndex === undefined) continue;
      if (row.charAt(row.length - 1 - other.requestIndex) === "1") set += 1;
    }
  }
  return set / (a.links.length * b.links.length);
}
