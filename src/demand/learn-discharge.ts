/**
 * What lanes really discharge: the saturation flow of each lane group, learned from single vehicles over
 * its stop-line detectors in greens that all of it had protected.
 *
 * The rear of the i-th vehicle of a standing queue leaves the detector T_i = l + i·h after the begin of green (HCM 7th ed.,
 * chapter 31, field measurement of saturation headway h). Both are fitted by least squares with the headway h₀ of the
 * network as prior, so few vehicles change little:
 *
 *   min Σ (T_i − l − i·h)² / σ² + (h − h₀)² / (0.3·h₀)² + l² / (3 s)²
 *
 * l holds the start-up loss and where vehicles stand against the detector; these cannot be told apart, nor can the use of
 * yellow at the other end of the green be seen here, so the lost times of the network stay as they are.
 *
 * A vehicle belongs to the queue while it follows the one before within 2.5 s, the first one if it stood there at the begin
 * of green. Uneven use of lanes counts too: f = flow ÷ (lanes · flow of the busiest lane) (HCM equation 19-8's f_LU).
 * Limits: protected greens alone; detectors over several lanes say nothing.
 */
import { known } from "../errors.ts";
import type { NetworkIndex } from "../network/find.ts";
import type { Detector, Intersection, Network } from "../network/network.schema.ts";
import { buildLaneGroups, type LaneGroup } from "../traffic/lane-group.ts";
import { SECONDS_PER_HOUR } from "../units.ts";

/** A vehicle over a stop-line detector, s on any clock. */
export interface StopLinePassage {
  readonly enteredAtS: number;
  readonly leftAtS: number;
}

export interface SeenGreen {
  readonly startS: number;
  readonly endS: number;
  readonly isProtected: boolean;
}

export interface LearnedDischarge {
  readonly intersectionId: string;
  readonly movementIds: readonly string[];
  /** Saturation flow ÷ what the network says. */
  readonly saturationRatio: number;
  /** How many queued vehicles it was learned from. */
  readonly vehicles: number;
}

/** Follows within this after the one before has left the detector, s. */
const LEAST_HEADWAY_S = 0.5;
const FOLLOWS_S = 2.5;
/** Vehicles that came with the green may leave in the yellow and a little later, s. */
const TAIL_S = 4;
const SPREAD_S = 1.2;
const HEADWAY_PRIOR_RATIO = 0.3;
const START_SPREAD_S = 3;
const RATIO_RANGE = [0.35, 1.3] as const;
/** Lanes are compared from this many vehicles on; none is taken for less used than half. */
const LANE_USE_VEHICLES = 60;
const LEAST_LANE_USE = 0.5;

/** Groups without a single queued vehicle are left out. `greens`: by movement, in order of time. */
export function learnDischarge(of: {
  readonly index: NetworkIndex;
  readonly intersection: Intersection;
  /** veh/h by movement. */
  readonly flows: ReadonlyMap<string, number>;
  /** By detector, in order of time. */
  readonly passages: ReadonlyMap<string, readonly StopLinePassage[]>;
  readonly greens: ReadonlyMap<string, readonly SeenGreen[]>;
}): LearnedDischarge[] {
  const detectors = of.index.network.detectors.filter(
    (it) => it.type === "stopLine" && it.lanes.length === 1,
  );
  return buildLaneGroups(of).flatMap((group) => {
    const movementIds = group.members.map((it) => it.movement.id);
    const lanes = detectors
      .filter((it) => it.linkId === group.linkId && serves(it, movementIds))
      .map((it) => of.passages.get(it.id) ?? []);
    const served = group.members.filter((it) => it.share > 0.02 || group.members.length === 1);
    const points = listGreensOfAll(served.map((it) => of.greens.get(it.movement.id) ?? [])).flatMap((green) =>
      lanes.flatMap((lane) => listDepartures(lane, green)),
    );
    if (points.length === 0) return [];
    const { headwayS, priorS } = fitHeadway(group, points);
    const ratio = (priorS / headwayS) * measureLaneUse(lanes);
    return [
      {
        intersectionId: group.intersectionId,
        movementIds,
        saturationRatio: clamp(ratio, RATIO_RANGE),
        vehicles: points.length,
      },
    ];
  });
}

/** The network with saturation flows as learned. */
export function applyDischarge(network: Network, learned: readonly LearnedDischarge[]): Network {
  const byMovement = new Map(
    learned.flatMap((it) => it.movementIds.map((id) => [`${it.intersectionId} ${id}`, it] as const)),
  );
  return {
    ...network,
    intersections: network.intersections.map((intersection) => ({
      ...intersection,
      movements: intersection.movements.map((movement) => {
        const own = byMovement.get(`${intersection.id} ${movement.id}`);
        if (own === undefined) return movement;
        return { ...movement, saturationFlowVph: movement.saturationFlowVph * own.saturationRatio };
      }),
    })),
  };
}

const serves = ({ movementIds = [] }: Detector, ids: readonly string[]): boolean =>
  movementIds.length > 0 && movementIds.every((it) => ids.includes(it));

interface Green {
  readonly startS: number;
  readonly endS: number;
}

/** Where all movements are protected together and none was green just before. */
function listGreensOfAll(greens: readonly (readonly SeenGreen[])[]): Green[] {
  const [first = [], ...others] = greens;
  return first.flatMap((it) => {
    if (!it.isProtected) return [];
    const shared = others.map((other) => other.find((own) => own.isProtected && own.startS === it.startS));
    if (shared.some((own) => own === undefined)) return [];
    const ran = greens.some((list) => list.some((own) => own.startS < it.startS && own.endS > it.startS - 1));
    if (ran) return [];
    return [{ startS: it.startS, endS: Math.min(it.endS, ...shared.map((own) => known(own, "green").endS)) }];
  });
}

interface Departure {
  /** Place in the queue, from 1. */
  readonly place: number;
  readonly afterS: number;
}

function listDepartures(lane: readonly StopLinePassage[], { startS, endS }: Green): Departure[] {
  const first = lane.findIndex((it) => it.leftAtS > startS);
  const departures: Departure[] = [];
  let beforeS = Number.NEGATIVE_INFINITY;
  for (let at = first; at >= 0 && at < lane.length; at++) {
    const { enteredAtS, leftAtS } = known(lane[at], "passage");
    const isQueued = departures.length === 0 ? enteredAtS < startS : enteredAtS - beforeS <= FOLLOWS_S;
    if (!isQueued || leftAtS > endS + TAIL_S) break;
    departures.push({ place: departures.length + 1, afterS: leftAtS - startS });
    beforeS = leftAtS;
  }
  return departures;
}

/** Headway of a lane, fitted, and what the network says, s. */
function fitHeadway(group: LaneGroup, points: readonly Departure[]) {
  const priorS = group.members.reduce((sum, it) => {
    const share = group.flowVph > 0 ? it.share : 1 / group.members.length;
    return sum + (share * SECONDS_PER_HOUR * group.lanes) / it.saturationFlowVph;
  }, 0);
  const total = (of: (it: Departure) => number): number => points.reduce((sum, it) => sum + of(it), 0);
  const noise = SPREAD_S ** 2;
  const a = noise / START_SPREAD_S ** 2 + points.length;
  const b = total((it) => it.place);
  const c = noise / (HEADWAY_PRIOR_RATIO * priorS) ** 2 + total((it) => it.place ** 2);
  const p = total((it) => it.afterS);
  const q = noise / (HEADWAY_PRIOR_RATIO ** 2 * priorS) + total((it) => it.place * it.afterS);
  return { headwayS: Math.max((a * q - b * p) / (a * c - b * b), LEAST_HEADWAY_S), priorS };
}

function measureLaneUse(lanes: readonly (readonly unknown[])[]): number {
  const busiest = Math.max(...lanes.map((it) => it.length));
  const all = lanes.reduce((sum, it) => sum + it.length, 0);
  if (lanes.length < 2 || all < LANE_USE_VEHICLES) return 1;
  return Math.max(LEAST_LANE_USE, all / (lanes.length * busiest));
}

const clamp = (value: number, [least, most]: readonly [number, number]): number =>
  Math.min(most, Math.max(least, value));
