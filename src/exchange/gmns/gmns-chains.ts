/**
 * Links from stop line to stop line: a GMNS link is followed through nodes without a signal as long as one way leads on
 * for vehicles; where streets join or part, the link ends there and traffic enters or leaves the network.
 */

import { QUEUE_SPACING_M } from "../../network/find.ts";
import type { Link } from "../../network/network.schema.ts";
import type { Note } from "../import-report.ts";
import type { GmnsStreets, StreetLink } from "./gmns-links.ts";

export interface GmnsChains {
  /** The network's link that ends at a signal with this link of the tables. */
  readonly arriving: (link: StreetLink) => Link;
  /** The network's link that begins at a signal with this link of the tables. */
  readonly leaving: (link: StreetLink) => Link;
}

/** `controllerOf`: the controller at a node, if there is one. */
export function buildChains(
  streets: GmnsStreets,
  controllerOf: (nodeId: string) => string | undefined,
  note: Note,
): GmnsChains {
  const all = [...streets.links.values()];
  const follow = (start: StreetLink, direction: "up" | "down"): StreetLink[] => {
    const chain = [start];
    for (let at = start; ; ) {
      const node = direction === "up" ? at.fromNode : at.toNode;
      const other = direction === "up" ? at.toNode : at.fromNode;
      if (controllerOf(node) !== undefined) return chain;
      const ways = all.filter((it) =>
        direction === "up"
          ? it.toNode === node && it.fromNode !== other
          : it.fromNode === node && it.toNode !== other,
      );
      const [next] = ways;
      if (next === undefined || ways.length > 1 || chain.includes(next)) return chain;
      chain.push(next);
      at = next;
    }
  };
  const arriving = new Map<string, Link>();
  const leaving = new Map<string, Link>();
  for (const link of all) {
    const to = controllerOf(link.toNode);
    if (to === undefined) continue;
    const chain = follow(link, "up").reverse();
    const first = chain[0] ?? link;
    const from = controllerOf(first.fromNode);
    if (chain.length > 1) noteChain(note, link.id, chain);
    const built = toLink(link.id, chain, { from: from === to ? undefined : from, to });
    arriving.set(link.id, built);
    if (from !== undefined && from !== to) leaving.set(first.id, built);
  }
  for (const link of all) {
    const from = controllerOf(link.fromNode);
    if (from === undefined || leaving.has(link.id)) continue;
    const id = arriving.has(link.id) ? `${link.id}:out` : link.id;
    leaving.set(link.id, toLink(id, follow(link, "down"), { from, to: undefined }));
  }
  const get = (links: ReadonlyMap<string, Link>, link: StreetLink): Link =>
    links.get(link.id) ?? toLink(link.id, [link], { from: undefined, to: undefined });
  return { arriving: (link) => get(arriving, link), leaving: (link) => get(leaving, link) };
}

/** The speed takes the same time over all parts at their limits. */
function toLink(
  id: string,
  chain: readonly StreetLink[],
  { from, to }: { readonly from: string | undefined; readonly to: string | undefined },
): Link {
  const lengthM = chain.reduce((sum, it) => sum + it.lengthM, 0);
  const timeS = chain.reduce((sum, it) => sum + it.lengthM / it.speedLimitMps, 0);
  const name = chain.find((it) => it.name !== undefined)?.name;
  const last = chain.at(-1);
  const lanes = last?.lanes ?? [];
  const queueM = lanes.reduce((sum, it) => sum + Math.min(lengthM, last?.pocketsM.get(it) ?? lengthM), 0);
  return {
    id,
    ...(name === undefined ? {} : { name: name.slice(0, 200) }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    lengthM: Math.min(50_000, Math.round(lengthM * 100) / 100),
    speedLimitMps: Math.max(1, Math.round((lengthM / timeS) * 100) / 100),
    lanes: Math.max(1, lanes.length),
    storageVeh: Math.max(1, Math.round(queueM / QUEUE_SPACING_M)),
  };
}

function noteChain(note: Note, linkId: string, chain: readonly StreetLink[]): void {
  const sentence = `Links ${chain.map((it) => it.id).join(", ")} lead on into each other without a signal: they are one link.`;
  note({ severity: "assumption", where: `link.csv, link ${linkId}`, sentence });
}
