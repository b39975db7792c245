/**
 * Which streams of a signal conflict and who gives way, from the foe matrices of its junctions. Two streams conflict
 * when any connection of one is a foe of any of the other; merging into one lane is a conflict too.
 */
import type { SignalLink, SignalParts } from "./signal-parts.ts";
import type { SumoNet } from "./sumo-net.ts";

/** A movement or crossing with the rows of the foe matrix that it stands for. */
export interface Stream {
  readonly id: string;
  readonly links: readonly Pick<SignalLink, "junctionId" | "requestIndex">[];
}

export interface Conflicts {
  readonly pairs: readonly [string, string][];
  readonly conflict: (a: string, b: string) => boolean;
  /** Must `a` let `b` go first, as the net has it? */
  readonly yields: (a: string, b: string) => boolean;
}

export function findConflicts(net: SumoNet, streams: readonly Stream[]): Conflicts {
  const pairs: [string, string][] = [];
  const foes = new Set<string>();
  const responses = new Set<string>();
  for (const [at, a] of streams.entries()) {
    for (const b of streams.slice(at + 1)) {
      if (matches(net, a, b, "foes") || matches(net, b, a, "foes")) {
        pairs.push([a.id, b.id]);
        foes.add(`${a.id} ${b.id}`).add(`${b.id} ${a.id}`);
      }
      if (matches(net, a, b, "response")) responses.add(`${a.id} ${b.id}`);
      if (matches(net, b, a, "response")) responses.add(`${b.id} ${a.id}`);
    }
  }
  return {
    pairs,
    conflict: (a, b) => foes.has(`${a} ${b}`),
    yields: (a, b) => responses.has(`${a} ${b}`),
  };
}

/** Is a bit of the matrix set between a row of `a` and a row of `b` at the same junction? */
function matches(net: SumoNet, a: Stream, b: Stream, matrix: "foes" | "response"): boolean {
  return a.links.some((one) => {
    if (one.requestIndex === undefined) return false;
    const row = net.junctions.get(one.junctionId)?.requests.get(one.requestIndex)?.[matrix] ?? "";
    return b.links.some(
      (other) =>
        other.junctionId === one.junctionId &&
        other.requestIndex !== undefined &&
        row.charAt(row.length - 1 - other.requestIndex) === "1",
    );
  });
}

/** The streams of a signal without their lamps, for checks on the level of single connections. */
export const listLinkStreams = (parts: SignalParts): Stream[] =>
  parts.links.map((it) => ({ id: String(it.linkIndex), links: [it] }));
