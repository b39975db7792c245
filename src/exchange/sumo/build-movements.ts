/**
 * Approaches and movements of one signal: every pair of arriving and leaving link is a movement. Connections of one pair
 * that the shipped programs show different lamps, or that only buses or trams may use, are movements of their own,
 * because one movement has one lamp.
 */
import { known } from "../../errors.ts";
import type { Approach, Movement } from "../../network/network.schema.ts";
import type { Note } from "../import-report.ts";
import type { SumoLink, SumoLinks } from "./build-links.ts";
import { measureVia } from "./chain-edges.ts";
import { headingAtEndDeg } from "./edge-geometry.ts";
import { createIdMaker, type IdMaker } from "./ids.ts";
import type { SignalLink, SignalParts } from "./signal-parts.ts";
import type { LaneUse, SumoEdge, SumoNet } from "./sumo-net.ts";

/** A movement of the network with the connections of the net that it stands for. */
export interface SignalMovement {
  readonly movement: Movement;
  readonly links: readonly SignalLink[];
  /** The longest way through the junction, m. */
  readonly viaM: number;
}

export interface SignalApproach {
  readonly approach: Approach;
  readonly edge: SumoEdge;
  readonly link: SumoLink;
}

export interface SignalStreams {
  readonly approaches: readonly SignalApproach[];
  readonly movements: readonly SignalMovement[];
}

export interface StreamContext {
  readonly net: SumoNet;
  readonly links: SumoLinks;
  /** What all programs show at a link index, as one text: equal texts are one lamp. */
  readonly lampOf: (linkIndex: number) => string;
  /** Does a link index ever get right of way? The others make no movement. */
  readonly serves: (linkIndex: number) => boolean;
  readonly note: Note;
}

/**
 * Saturation flow of one lane at speed v, veh/h of green: a standard car of SUMO follows the next one at
 * tau + (length + minGap) / v = 1 s + 7.5 m / v; the ratio is what starting up and sigma = 0.5 leave of it.
 */
const HEADWAY_S = 1;
const SPACING_M = 7.5;
const DISCHARGE_RATIO = 0.8;
/**
 * Standard cars of SUMO, in a queue that never ends: greens of 5, 10, 20 and 40 s let 2.0, 4.5, 9.9 and 20.1 pass, which is
 * (g − 1.1 s) ÷ 1.93 s. They brake at yellow, so they use less of it than the 2 s that the model counts (HCM 2010).
 */
const STARTUP_LOST_S = 3.1;
/** What a network file takes for one movement. */
const LANES_MAX = 8;
const FLOW_MAX_VPH = 12_000;

export function buildStreams(parts: SignalParts, context: StreamContext): SignalStreams {
  const approachIds = createIdMaker();
  const movementIds = createIdMaker();
  const edges = [...new Map(parts.links.map((it) => [it.from.id, it.from])).values()];
  const approaches: SignalApproach[] = [];
  const movements: SignalMovement[] = [];
  for (const edge of edges) {
    const link = context.links.arriving(parts.tlId, edge.id);
    if (link === undefined) {
      noteOmitted(context.note, parts.tlId, edge);
      continue;
    }
    const headingDeg = headingAtEndDeg(edge);
    const bound = known(["NB", "EB", "SB", "WB"][Math.round(headingDeg / 90) % 4], "bound");
    const id = approachIds.idOf(edge.id, bound);
    approaches.push({ approach: { id, linkId: link.link.id, headingDeg, gradeRatio: 0 }, edge, link });
    movements.push(...buildOfApproach(parts, edge, { ...context, approachId: id, movementIds, link }));
  }
  return { approaches, movements };
}

function buildOfApproach(
  parts: SignalParts,
  edge: SumoEdge,
  of: StreamContext & {
    readonly approachId: string;
    readonly movementIds: IdMaker;
    readonly link: SumoLink;
  },
): SignalMovement[] {
  const groups = new Map<string, SignalLink[]>();
  for (const link of parts.links) {
    if (link.from !== edge || !carriesVehicles(link) || !of.serves(link.linkIndex)) continue;
    const key = [link.to.id, useOf(link), of.lampOf(link.linkIndex)].join(" ");
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [link]);
    else own.push(link);
  }
  const drafts = [...groups].flatMap(([key, links]): Draft[] => {
    const first = known(links[0], "connection of a movement");
    const toLink = of.links.leaving(parts.tlId, first.to.id);
    if (toLink === undefined) {
      noteOmitted(of.note, parts.tlId, first.to);
      return [];
    }
    const turn = turnOf(first.connection.dir);
    const id = of.movementIds.idOf(`${edge.id} ${key}`, `${of.approachId}${turn.charAt(0).toUpperCase()}`);
    return [{ id, links, turn, toLinkId: toLink.link.id }];
  });
  const owners = assignLanes(drafts);
  return drafts.map((it) => toMovement(it, { ...of, owners }));
}

/** A movement before it is known which lanes are its own. */
interface Draft {
  readonly id: string;
  readonly links: readonly SignalLink[];
  readonly turn: Movement["turn"];
  readonly toLinkId: string;
}

function toMovement(
  draft: Draft,
  of: StreamContext & {
    readonly approachId: string;
    readonly owners: ReadonlyMap<number, string>;
    readonly link: SumoLink;
  },
): SignalMovement {
  const used = [...new Set(draft.links.map((it) => it.connection.fromLane))];
  const own = used.filter((it) => of.owners.get(it) === draft.id).slice(0, LANES_MAX);
  const sharesLanesOf = own.length > 0 ? undefined : of.owners.get(known(used[0], "lane"));
  const lanes = own.length > 0 ? own.length : used.length;
  return {
    links: draft.links,
    viaM: Math.max(...draft.links.map((it) => measureVia(of.net, it.connection))),
    movement: {
      id: draft.id,
      approachId: of.approachId,
      toLinkId: draft.toLinkId,
      turn: draft.turn,
      lanes: own.length,
      ...bayOf(own, of.link),
      ...(sharesLanesOf === undefined ? {} : { sharesLanesOf }),
      saturationFlowVph: Math.min(FLOW_MAX_VPH, Math.round(lanes * laneSaturationVph(of.net, draft.links))),
      startupLostTimeS: STARTUP_LOST_S,
      rightTurnOnRed: false,
      // A driver of SUMO who turns on 'g' watches the oncoming traffic and not his own lamp: he cannot be trapped.
      flashingYellowArrow: draft.turn === (of.net.isLeftHand ? "right" : "left"),
    },
  };
}

/** Lanes that all begin on the way are a turn bay. */
function bayOf(own: readonly number[], { laneStarts }: SumoLink): Pick<Movement, "storageM"> {
  const lengthsM = own.flatMap((it) => laneStarts.get(it) ?? []);
  return own.length > 0 && lengthsM.length === own.length ? { storageM: Math.max(...lengthsM) } : {};
}

/** Each lane belongs to one of the movements that leave it: the straight one first, then left, right, back. */
function assignLanes(drafts: readonly Draft[]): Map<number, string> {
  const owners = new Map<number, string>();
  for (const turn of ["through", "left", "right", "uTurn"] as const) {
    for (const { id, links } of drafts.filter((it) => it.turn === turn)) {
      for (const { connection } of links) {
        if (!owners.has(connection.fromLane)) owners.set(connection.fromLane, id);
      }
    }
  }
  return owners;
}

function laneSaturationVph(net: SumoNet, links: readonly SignalLink[]): number {
  const speeds = links.map(({ connection, from }) => {
    const via = connection.via;
    const inside = net.edges
      .get(via?.slice(0, via.lastIndexOf("_")) ?? "")
      ?.lanes.find((it) => it.id === via);
    return inside?.speedMps ?? from.lanes[0]?.speedMps ?? 13.89;
  });
  const speedMps = Math.max(1, speeds.reduce((sum, it) => sum + it, 0) / speeds.length);
  return (DISCHARGE_RATIO * 3600) / (HEADWAY_S + SPACING_M / speedMps);
}

const useOf = ({ from, connection }: SignalLink): LaneUse =>
  from.lanes.find((it) => it.index === connection.fromLane)?.use ?? "general";

/** A pavement may have a lamp of its own in a net, and nobody who drives. */
export function carriesVehicles(link: SignalLink): boolean {
  const use = useOf(link);
  return use !== "pedestrian" && use !== "closed";
}

function turnOf(dir: string): Movement["turn"] {
  if (dir === "s") return "through";
  if (dir === "l" || dir === "L") return "left";
  return dir === "r" || dir === "R" ? "right" : "uTurn";
}

function noteOmitted(note: Note, tlId: string, edge: SumoEdge): void {
  note({
    severity: "omitted",
    node: tlId,
    where: `edge ${edge.id}, line ${edge.line}`,
    sentence: `Edge ${edge.id} belongs to two signals at once: its movements at this one are left out.`,
  });
}
