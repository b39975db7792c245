/** The signals of a laid city as intersections and links. */
import { known } from "../errors.ts";
import { CHINA_STYLE } from "../network/fixed-times.ts";
import { type Bound, type IntersectionSpec, type LegSpec, REFUGE_M } from "../network/intersection-spec.ts";
import { buildIntersection } from "../network/intersection-template.ts";
import type { Intersection, Link } from "../network/network.schema.ts";
import type { SeededRandom } from "../network/seeded-random.ts";
import { BOUNDS_ALONG, type Leg, type Signal } from "./lay-streets.ts";

const LANE_WIDTH_M = 3.25;
/** Roads of this many lanes each way have a refuge and are crossed in two stages. */
const STAGED_FROM_LANES = 3;
const TWO_LEFT_LANES_FROM = 3;

export function buildCityIntersection(signal: Signal, random: SeededRandom): Intersection {
  const bounds = [...signal.legs.keys()];
  const passes = (axis: "EW" | "NS") =>
    signal.legs.has(BOUNDS_ALONG[axis].behind) && signal.legs.has(BOUNDS_ALONG[axis].ahead);
  const lanesOn = (axis: "EW" | "NS") =>
    Math.max(...Object.values(BOUNDS_ALONG[axis]).map((it) => signal.legs.get(it)?.lanes ?? 0));
  const main = !passes("NS") || (passes("EW") && lanesOn("EW") >= lanesOn("NS")) ? "EW" : "NS";
  const control: IntersectionSpec["control"] =
    bounds.length === 4 && random.uniform() < 0.5 ? "ringBarrier" : "stages";
  const turns = {
    hasBays: signal.kind === "crossing" || random.uniform() < 0.55,
    bicycles: signal.kind === "crossing" && random.uniform() < 0.25,
  };
  return buildIntersection({
    id: signal.id,
    xM: signal.xM,
    yM: signal.yM,
    legs: [...signal.legs].map(([bound, leg]) => toLegSpec(signal, { bound, leg, ...turns, random })),
    main,
    control,
    style: CHINA_STYLE,
  });
}

function toLegSpec(
  signal: Signal,
  given: { bound: Bound; leg: Leg; hasBays: boolean; bicycles: boolean; random: SeededRandom },
): LegSpec {
  const { bound, leg, hasBays, bicycles, random } = given;
  const onRoad = leg.roadId !== undefined;
  const leftLanes = !onRoad || !hasBays ? 0 : leg.lanes >= TWO_LEFT_LANES_FROM ? 2 : 1;
  const staged = leg.lanes >= STAGED_FROM_LANES;
  const widthM = (2 * leg.lanes + leftLanes) * LANE_WIDTH_M + (staged ? REFUGE_M : 0);
  return {
    bound,
    entry: {
      linkId: entryLinkId(signal, bound, leg),
      speedLimitMps: roundTo(leg.speedLimitMps, 100),
      lanes: leg.lanes,
      leftLanes,
      ...(leftLanes > 0 ? { leftStorageM: 5 * Math.max(6, Math.min(20, Math.round(leg.lengthM / 15))) } : {}),
      ...(onRoad && !hasBays ? { leftForbidden: true } : {}),
      laneSaturationFlowVph: 10 * random.integer(158, 175),
    },
    exitLinkId: exitLinkId(signal, bound, leg),
    roadWidthM: roundTo(widthM, 10),
    crossing: staged ? "staged" : "whole",
    ...(bicycles && onRoad ? { bicycleCrossing: true } : {}),
  };
}

/** Every link that ends at the signal, and those that leave the network from it. */
export function buildCityLinks(signal: Signal): Link[] {
  return [...signal.legs].flatMap(([bound, leg]): Link[] => {
    const link = {
      ...(leg.roadId === undefined ? {} : { name: leg.roadId }),
      lengthM: leg.lengthM,
      speedLimitMps: roundTo(leg.speedLimitMps, 100),
      lanes: leg.lanes,
    };
    const entry = { id: entryLinkId(signal, bound, leg), to: signal.id, ...link };
    if (leg.neighborId !== undefined) return [{ ...entry, from: leg.neighborId }];
    return [entry, { id: exitLinkId(signal, bound, leg), from: signal.id, ...link }];
  });
}

/** Links are named after where they begin and end; edges of the network after the bound that arrives there. */
const entryLinkId = ({ id }: Signal, bound: Bound, leg: Leg): string => `${leg.neighborId ?? bound}.${id}`;
const exitLinkId = ({ id }: Signal, bound: Bound, leg: Leg): string => `${id}.${leg.neighborId ?? bound}`;

export const edgeLinkId = (signal: Signal, bound: Bound): string =>
  entryLinkId(signal, bound, known(signal.legs.get(bound), `leg ${bound} of ${signal.id}`));

const roundTo = (value: number, parts: number): number => Math.round(value * parts) / parts;
