/**
 * The streams of a route: those that run all of it, and those that turn in or out along the way, with the demand that
 * turning flows imply when vehicles forget where they came from: what enters at a signal goes on at the next ones in the
 * shares of the flows there. A matrix of trips would be better knowledge; counts of movements do not hold one.
 * Streams with a movement that never has a green of its own (a permitted turn) carry no band and are left out.
 */
import { known } from "../../errors.ts";
import { getApproach, getMovement } from "../../network/find.ts";
import type { Intersection, Movement } from "../../network/network.schema.ts";
import { groupFlows } from "../../traffic/evaluate-plan.ts";
import type { Direction } from "../bands/band-problem.ts";
import { listBandGreens, type RouteBandsInput } from "./route-link-bands.ts";
import type { BandStream, StreamStop } from "./stream-band-problem.ts";

export interface RouteStream {
  readonly direction: Direction;
  readonly from: { readonly intersectionId: string; readonly movementId: string };
  readonly to: { readonly intersectionId: string; readonly movementId: string };
  readonly demandVph: number;
  readonly stream: BandStream;
}

/** One signal as a direction of the route meets it. */
interface Passing {
  readonly signal: number;
  readonly intersection: Intersection;
  readonly movement: Movement;
  /** From the direction's first signal, less queue clearance, s. */
  readonly arrivalS: number;
}

/** Streams of at least this demand, in order of entry and exit, outbound first. */
export function listRouteStreams(
  input: RouteBandsInput,
  options: { readonly leastDemandVph: number },
): RouteStream[] {
  return (["outbound", "inbound"] as const)
    .flatMap((direction) => listDirectionStreams(input, direction))
    .filter(
      ({ demandVph, stream }) =>
        demandVph >= options.leastDemandVph &&
        demandVph > 0 &&
        stream.stops.every((stop) => stop.greens.some((it) => it.length > 0)),
    );
}

function listPassings({ route }: RouteBandsInput, direction: Direction): Passing[] {
  const passings: Passing[] = [];
  const order = route.signals.map((_, at) => (direction === "outbound" ? at : route.signals.length - 1 - at));
  let clockS = 0;
  for (const [position, at] of order.entries()) {
    if (position > 0) {
      const link = known(route.links[direction === "outbound" ? at - 1 : at], `link before signal ${at}`);
      clockS += link[`${direction}TravelS`];
    }
    const { intersection, [`${direction}MovementId` as const]: movementId } = known(
      route.signals[at],
      "signal",
    );
    if (movementId === undefined) continue;
    passings.push({
      signal: at,
      intersection,
      movement: getMovement(intersection, movementId),
      arrivalS: clockS - passings.length * route.queueClearanceS[direction],
    });
  }
  return passings;
}

function listDirectionStreams(input: RouteBandsInput, direction: Direction): RouteStream[] {
  const flows = groupFlows(input.flows);
  const passings = listPassings(input, direction);
  const flowOf = ({ intersection }: Passing, movement: Movement): number =>
    flows.get(intersection.id)?.get(movement.id) ?? 0;
  const shareOf = (at: Passing, movement: Movement): number => {
    const sum = besides(at).reduce((total, it) => total + flowOf(at, it), flowOf(at, at.movement));
    return sum === 0 ? 0 : flowOf(at, movement) / sum;
  };
  const streams: RouteStream[] = [];
  const addStream = (
    entry: { position: number; movement: Movement },
    exit: typeof entry,
    demandVph: number,
  ) => {
    const way = passings.slice(entry.position, exit.position + 1);
    const first = known(way[0], "entry");
    const last = known(way.at(-1), "exit");
    const stops = way.map((it): StreamStop => {
      const movement = it === first ? entry.movement : it === last ? exit.movement : it.movement;
      const alternatives = known(input.alternatives[it.signal], `alternatives of signal ${it.signal}`);
      return {
        signal: it.signal,
        arrivalS: it.arrivalS - first.arrivalS,
        greens: alternatives.map((plan) => listBandGreens(it.intersection, plan, movement.id)),
      };
    });
    streams.push({
      direction,
      from: { intersectionId: first.intersection.id, movementId: entry.movement.id },
      to: { intersectionId: last.intersection.id, movementId: exit.movement.id },
      demandVph,
      stream: { weight: demandVph, stops },
    });
  };
  for (const [position, here] of passings.slice(0, -1).entries()) {
    const entries = listTurnsInto(here, known(passings[position + 1], "next signal"));
    for (const movement of position === 0 ? [here.movement, ...entries] : entries) {
      let onWayVph = flowOf(here, movement);
      for (let to = position + 1; to < passings.length; to++) {
        const at = known(passings[to], "passing");
        const exits = to === passings.length - 1 ? [at.movement, ...besides(at)] : besides(at);
        for (const exit of exits) {
          addStream({ position, movement }, { position: to, movement: exit }, onWayVph * shareOf(at, exit));
        }
        onWayVph *= shareOf(at, at.movement);
      }
    }
  }
  return streams;
}

/** The other movements of the route's approach: they leave the route here. */
const besides = ({ intersection, movement }: Passing): Movement[] =>
  intersection.movements.filter((it) => it.approachId === movement.approachId && it.id !== movement.id);

/** Movements from elsewhere onto the link that leads to the next signal of the route. */
function listTurnsInto({ intersection, movement }: Passing, next: Passing): Movement[] {
  const { linkId } = getApproach(next.intersection, next.movement.approachId);
  return intersection.movements.filter((it) => it.toLinkId === linkId && it.id !== movement.id);
}
