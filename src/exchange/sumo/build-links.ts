/**
 * Links between stop lines. An edge that leaves one signal and arrives at the next belongs to one link; a link that
 * would lead from a signal back to itself (the inside of a joined signal, a loop) is cut in two: the network file knows
 * no such link.
 */
import { QUEUE_SPACING_M } from "../../network/find.ts";
import type { Link } from "../../network/network.schema.ts";
import type { Note } from "../import-report.ts";
import { buildChains, type Chain, measureVia } from "./chain-edges.ts";
import type { IdMaker } from "./ids.ts";
import { findLaneStarts } from "./lane-starts.ts";
import type { SignalParts } from "./signal-parts.ts";
import type { SumoEdge, SumoNet } from "./sumo-net.ts";

/** The longest and fastest that a network file takes. */
const LENGTH_MAX_M = 50_000;
const SPEED_MAX_MPS = 45;
const LANES_MAX = 10;
/**
 * How platoons of standard cars travel: they want 1 ± 0.1 of the limit, slower ones hold up others, and all come from
 * standing. Against the delays on links between signals over random plans of three nets this fits better than the usual
 * 0.35 and 0.8.
 */
const DISPERSION = { spread: 0.15, lagRatio: 1 };

/** A link with the edges that it is made of. */
export interface SumoLink {
  readonly link: Link;
  readonly edges: readonly SumoEdge[];
  /** Lanes at its end that begin on the way, and how long they are, m. */
  readonly laneStarts: ReadonlyMap<number, number>;
}

export interface SumoLinks {
  readonly all: readonly SumoLink[];
  /** The link that ends at this signal with this edge. */
  readonly arriving: (tlId: string, edgeId: string) => SumoLink | undefined;
  /** The link that begins at this signal with this edge. */
  readonly leaving: (tlId: string, edgeId: string) => SumoLink | undefined;
}

interface Ends {
  readonly stops: ReadonlyMap<string, string>;
  readonly exits: ReadonlyMap<string, string>;
  readonly exitViaM: ReadonlyMap<string, number>;
}

export function buildLinks(
  net: SumoNet,
  signals: readonly SignalParts[],
  {
    ids,
    intersectionIdOf,
    note,
  }: {
    readonly ids: IdMaker;
    readonly intersectionIdOf: (tlId: string) => string;
    readonly note: Note;
  },
): SumoLinks {
  const chains = buildChains(net, signals);
  const ends = listEnds(net, signals);
  const arriving = new Map<string, SumoLink>();
  const leaving = new Map<string, SumoLink>();
  const make = (
    key: string,
    chain: Chain,
    of: { from: string | undefined; to: string | undefined },
  ): SumoLink => ({
    edges: chain.edges,
    laneStarts: findLaneStarts(net, chain.edges),
    link: {
      id: ids.idOf(key),
      ...nameOf(chain),
      ...(of.from === undefined ? {} : { from: intersectionIdOf(of.from) }),
      ...(of.to === undefined ? {} : { to: intersectionIdOf(of.to) }),
      ...measure(chain, of.from === undefined ? 0 : (ends.exitViaM.get(chain.edges[0]?.id ?? "") ?? 0), note),
    },
  });
  for (const [edgeId, tlId] of ends.stops) {
    const chain = chains.toStopLine(edgeId);
    const first = chain.edges[0]?.id ?? edgeId;
    const from = ends.exits.get(first);
    const loops = from === tlId;
    if (loops) noteLoop(note, tlId, chain);
    noteBranches(note, { from, to: tlId }, chain);
    const link = make(edgeId, chain, { from: loops ? undefined : from, to: tlId });
    arriving.set(`${tlId} ${edgeId}`, link);
    if (from !== undefined && !loops) leaving.set(`${from} ${first}`, link);
  }
  for (const [edgeId, tlId] of ends.exits) {
    const key = `${tlId} ${edgeId}`;
    if (leaving.has(key)) continue;
    leaving.set(key, make(`${edgeId}:out`, chains.fromExit(edgeId), { from: tlId, to: undefined }));
  }
  return {
    all: [...new Set([...arriving.values(), ...leaving.values()])],
    arriving: (tlId, edgeId) => arriving.get(`${tlId} ${edgeId}`),
    leaving: (tlId, edgeId) => leaving.get(`${tlId} ${edgeId}`),
  };
}

/** Each edge that ends at a stop line and each that begins behind one, with its signal. */
function listEnds(net: SumoNet, signals: readonly SignalParts[]): Ends {
  const stops = new Map<string, string>();
  const exits = new Map<string, string>();
  const vias = new Map<string, { straight: boolean; viaM: number }>();
  for (const { tlId, links } of signals) {
    for (const { from, to, connection } of links) {
      if (!stops.has(from.id)) stops.set(from.id, tlId);
      if (!exits.has(to.id)) exits.set(to.id, tlId);
      const straight = connection.dir === "s";
      const known = vias.get(to.id);
      if (known === undefined || (straight && !known.straight)) {
        vias.set(to.id, { straight, viaM: measureVia(net, connection) });
      }
    }
  }
  return { stops, exits, exitViaM: new Map([...vias].map(([id, { viaM }]) => [id, viaM])) };
}

function nameOf({ edges }: Chain): { name?: string } {
  const name = edges.find((it) => it.name !== undefined && it.name !== "")?.name;
  return name === undefined ? {} : { name: name.slice(0, 200) };
}

/**
 * Length from stop line to stop line; the speed that takes the same time over all edges at their limits; what fits on their
 * lanes.
 */
function measure(
  chain: Chain,
  exitViaM: number,
  note: Note,
): Pick<Link, "lengthM" | "speedLimitMps" | "lanes" | "storageVeh" | "platoonDispersion"> {
  const parts = chain.edges.map((edge) => {
    const lanes = edge.lanes.filter((it) => it.use !== "pedestrian" && it.use !== "closed");
    return {
      lengthM: Math.max(0, ...lanes.map((it) => it.lengthM)),
      speedMps: Math.max(0, ...lanes.map((it) => it.speedMps)),
      lanesM: lanes.reduce((sum, it) => sum + it.lengthM, 0),
    };
  });
  const edgesM = parts.reduce((sum, it) => sum + it.lengthM, 0);
  const timeS = parts.reduce((sum, it) => sum + (it.speedMps > 0 ? it.lengthM / it.speedMps : 0), 0);
  const lengthM = Math.min(
    LENGTH_MAX_M,
    Math.max(1, Math.round((edgesM + chain.junctionsM + exitViaM) * 100) / 100),
  );
  const speedMps = timeS > 0 ? Math.round((edgesM / timeS) * 100) / 100 : 13.89;
  if (speedMps > SPEED_MAX_MPS) {
    note({
      severity: "repair",
      where: `edge ${chain.edges[0]?.id}`,
      sentence: `A speed above ${SPEED_MAX_MPS} m/s is taken as ${SPEED_MAX_MPS} m/s.`,
    });
  }
  return {
    lengthM,
    speedLimitMps: Math.min(SPEED_MAX_MPS, Math.max(0.1, speedMps)),
    lanes: Math.min(LANES_MAX, Math.max(1, countLanes(chain.edges.at(-1)))),
    platoonDispersion: DISPERSION,
    storageVeh: Math.max(1, Math.round(parts.reduce((sum, it) => sum + it.lanesM, 0) / QUEUE_SPACING_M)),
  };
}

/** Lanes on which somebody other than walkers drives. */
export const countLanes = (edge: SumoEdge | undefined): number =>
  edge?.lanes.filter((it) => it.use !== "pedestrian" && it.use !== "closed").length ?? 0;

function noteLoop(note: Note, tlId: string, chain: Chain): void {
  note({
    severity: "assumption",
    node: tlId,
    where: `edge ${chain.edges.at(-1)?.id}`,
    sentence: `Edge ${chain.edges.at(-1)?.id} lies between two stop lines of the same signal: its traffic counts as leaving the network and entering it again.`,
  });
}

function noteBranches(note: Note, of: { from: string | undefined; to: string }, chain: Chain): void {
  if (of.from === undefined || chain.branches.length === 0) return;
  note({
    severity: "assumption",
    node: of.to,
    where: `edge ${chain.edges.at(-1)?.id}`,
    sentence: `The link from ${of.from} to ${of.to} follows the straight way; what joins or leaves on it is not modelled (${[...new Set(chain.branches)].slice(0, 8).join(", ")}).`,
  });
}
