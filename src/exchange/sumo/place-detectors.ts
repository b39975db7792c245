/**
 * Where detectors lie: for each lane one at the stop line, and one upstream, so far that it sees a platoon before it
 * stops and so near that hardly anybody changes lanes behind it. A lane cut into several edges is followed upstream;
 * lanes that fork from one lane share its detector.
 */
import { known } from "../../errors.ts";
import type { Detector } from "../../network/network.schema.ts";
import type { Note } from "../import-report.ts";
import type { SignalApproach, SignalMovement, SignalStreams } from "./build-movements.ts";
import { measureVia } from "./chain-edges.ts";
import type { SumoEdge, SumoLane, SumoNet } from "./sumo-net.ts";
import type { SumoDetector } from "./sumo-street.ts";

/** Front bumpers of SUMO wait about 1 m before the line: who waits stands over a loop here. */
const STOP_LINE_M = 2.5;
const ADVANCE_M = 50;
/** Farther than wanted by more than this is no place for a detector. */
const MOST_BEYOND_M = 10;
/** On a shorter street there is no detector upstream: it would see the queue only. */
const LEAST_ADVANCE_M = 20;
const LANES_MAX = 10;

export interface PlacedDetector {
  readonly detector: Detector;
  readonly place: SumoDetector;
}

interface Spot {
  readonly laneId: string;
  readonly positionM: number;
  readonly setbackM: number;
}

export function placeDetectors(
  net: SumoNet,
  streams: SignalStreams,
  { tlId, note }: { readonly tlId: string; readonly note: Note },
): PlacedDetector[] {
  return streams.approaches.flatMap((approach) => {
    const { edge, link } = approach;
    const lanes = edge.lanes.filter((it) => it.use !== "pedestrian" && it.use !== "closed");
    const placed: PlacedDetector[] = [];
    const stop = new Map<string, { spot: Spot; lanes: number[]; movementIds: string[] }>();
    const advance = new Map<string, { spot: Spot; lanes: number[] }>();
    for (const [at, lane] of lanes.slice(0, LANES_MAX).entries()) {
      const movementIds = listServed(streams.movements, edge, lane);
      if (movementIds.length === 0) continue;
      const near = findSpot(net, approach, lane, STOP_LINE_M);
      const own = stop.get(keyOf(near)) ?? { spot: near, lanes: [], movementIds: [] };
      own.lanes.push(at + 1);
      own.movementIds.push(...movementIds.filter((it) => !own.movementIds.includes(it)));
      stop.set(keyOf(near), own);
      const spot = findSpot(net, approach, lane, ADVANCE_M);
      if (spot.setbackM < LEAST_ADVANCE_M || spot.setbackM > link.link.lengthM) {
        noteShort(note, tlId, lane);
        continue;
      }
      const shared = advance.get(keyOf(spot));
      if (shared === undefined) advance.set(keyOf(spot), { spot, lanes: [at + 1] });
      else shared.lanes.push(at + 1);
    }
    for (const { spot, lanes: served, movementIds } of stop.values()) {
      const id = `${link.link.id}.${served.join("-")}.stop`;
      placed.push(
        toDetector({ id, linkId: link.link.id, lanes: served, type: "stopLine", movementIds }, spot),
      );
    }
    for (const { spot, lanes: served } of advance.values()) {
      placed.push(
        toDetector(
          {
            id: `${link.link.id}.${served.join("-")}.advance`,
            linkId: link.link.id,
            lanes: served,
            type: "advance",
          },
          spot,
        ),
      );
    }
    return placed;
  });
}

function toDetector(detector: Omit<Detector, "setbackM">, spot: Spot): PlacedDetector {
  return {
    detector: { ...detector, setbackM: centi(spot.setbackM) },
    place: { detectorId: detector.id, laneId: spot.laneId, positionM: centi(spot.positionM) },
  };
}

const listServed = (movements: readonly SignalMovement[], edge: SumoEdge, lane: SumoLane): string[] =>
  movements
    .filter((it) => it.links.some((own) => own.from === edge && own.connection.fromLane === lane.index))
    .map((it) => it.movement.id);

/** The place nearest to the wanted distance that lies on an edge of the link and not inside a junction. */
function findSpot(net: SumoNet, { link }: SignalApproach, stopLane: SumoLane, wantedM: number): Spot {
  let lane = stopLane;
  let endM = 0;
  let best: Spot | undefined;
  for (let at = link.edges.length - 1; at >= 0; at -= 1) {
    const insetM = Math.min(0.1, lane.lengthM / 2);
    const setbackM = Math.min(Math.max(wantedM, endM + insetM), endM + lane.lengthM - insetM);
    if (setbackM > wantedM + MOST_BEYOND_M && best !== undefined) break;
    const spot = { laneId: lane.id, positionM: endM + lane.lengthM - setbackM, setbackM };
    if (best === undefined || Math.abs(setbackM - wantedM) < Math.abs(best.setbackM - wantedM)) best = spot;
    const before = link.edges[at - 1];
    const step = before === undefined ? undefined : findFeeder(net, before, link.edges[at], lane);
    if (step === undefined || endM + lane.lengthM >= wantedM) break;
    endM += lane.lengthM + step.viaM;
    lane = step.lane;
  }
  return known(best, `lane of the approach from ${link.link.id}`);
}

const keyOf = ({ laneId, positionM }: Spot): string => `${laneId} ${positionM}`;

/** The lane of the edge before that leads into a lane. */
function findFeeder(
  net: SumoNet,
  before: SumoEdge,
  edge: SumoEdge | undefined,
  lane: SumoLane,
): { lane: SumoLane; viaM: number } | undefined {
  for (const own of before.lanes) {
    const connection = net.connectionsFrom
      .get(own.id)
      ?.find((it) => it.to === edge?.id && it.toLane === lane.index);
    if (connection !== undefined) return { lane: own, viaM: measureVia(net, connection) };
  }
  return undefined;
}

function noteShort(note: Note, tlId: string, lane: SumoLane): void {
  note({
    severity: "assumption",
    node: tlId,
    where: `lane ${lane.id}`,
    sentence: `Less than ${LEAST_ADVANCE_M} m of some lanes can be followed upstream: they have a detector at the stop line only.`,
  });
}

const centi = (lengthM: number): number => Math.round(lengthM * 100) / 100;
