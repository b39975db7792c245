/** What a walk over the arcs of a route (band-arcs.ts) has room for at one cycle, and the plan that it stands for. */
import { known } from "../../errors.ts";
import { wrapS } from "../../timing/cycle.ts";
import type { BandArcs } from "./band-arcs.ts";
import { SAME_S } from "./band-choices.ts";
import { divideRoom } from "./band-goal.ts";
import type { BandLimit, BandPlan, BandProblem, PerDirection, SignalChoice } from "./band-problem.ts";
import type { Walk } from "./widest-walk.ts";

/** The room of a walk is E_j − s_i for one pair of signals, so at fixed choices it is concave in φ and linear in pieces. */
export interface WalkRoom {
  /** For both bands together, share of the cycle; negative where the walk does not exist. */
  readonly room: number;
  /** Change of the room by φ, s. */
  readonly slopeS: number;
  /** At which signals the arc begins and the arc ends that leave no more room. */
  readonly pair: readonly [number, number];
}

/** @param frequency φ, 1/s. */
export function measureRoom(arcs: BandArcs, walk: Walk, frequency: number): WalkRoom {
  // Called some hundred times per search over cycles: scalars only.
  let room = Number.POSITIVE_INFINITY;
  let roomSlopeS = 0;
  let roomBegin = 0;
  let roomEnd = 0;
  let begin = Number.NEGATIVE_INFINITY;
  let beginSlopeS = 0;
  let beginSignal = 0;
  let end = Number.POSITIVE_INFINITY;
  let endSlopeS = 0;
  let endSignal = 0;
  for (let signal = 0; signal < arcs.signalCount; signal++) {
    const choice = walk.choices[signal] as number;
    const slopeS = -(arcs.loopS[signal] as number);
    const start = startOf(arcs, walk, signal, frequency);
    const stop = start + (arcs.outGreen[choice] as number) + (arcs.inGreen[choice] as number);
    if (signal > 0) {
      end += frequency * (arcs.spareS[signal - 1] as number);
      endSlopeS += arcs.spareS[signal - 1] as number;
    }
    if (start > begin) {
      begin = start;
      beginSlopeS = slopeS;
      beginSignal = signal;
    }
    if (stop < end) {
      end = stop;
      endSlopeS = slopeS;
      endSignal = signal;
    }
    if (end - begin < room) {
      room = end - begin;
      roomSlopeS = endSlopeS - beginSlopeS;
      roomBegin = beginSignal;
      roomEnd = endSignal;
    }
  }
  return { room, slopeS: roomSlopeS, pair: [roomBegin, roomEnd] };
}

/** Where the walk's arc at this signal begins. */
const startOf = (arcs: BandArcs, walk: Walk, signal: number, frequency: number): number =>
  (arcs.start[walk.choices[signal] as number] as number) +
  (walk.turns[signal] as number) -
  frequency * (arcs.loopS[signal] as number);

/** The bands of the walk at one cycle, shares; `undefined` where it has not what the goal asks. */
export function measureWalk(arcs: BandArcs, walk: Walk, frequency: number): PerDirection<number> {
  let { outbound, inbound } = arcs.widest;
  for (const choice of walk.choices) {
    outbound = Math.min(outbound, arcs.outGreen[choice] as number);
    inbound = Math.min(inbound, arcs.inGreen[choice] as number);
  }
  return divideRoom(arcs.goal, outbound, inbound, measureRoom(arcs, walk, frequency).room);
}

/**
 * Offsets and travel times that carry the bands: z as early as the walk allows, each wait in the middle of what it may be,
 * spare travel time in proportion of what either direction may take.
 */
export function placeWalk(problem: BandProblem, arcs: BandArcs, walk: Walk): BandPlan {
  const { cycleS } = problem;
  const bands = measureWalk(arcs, walk, 1 / cycleS);
  const z = placeOnCircle(arcs, walk, 1 / cycleS);
  const travelS = problem.links.map((link, i) => {
    const usedS = ((z[i + 1] as number) - (z[i] as number)) * cycleS;
    const part = usedS === 0 ? 0 : usedS / (arcs.spareS[i] as number);
    return {
      outbound: link.outboundTravelS + part * (link.spareTravelS?.outbound ?? 0),
      inbound: link.inboundTravelS + part * (link.spareTravelS?.inbound ?? 0),
    };
  });
  let outboundAtS = 0;
  const placed = z.map((at, i): SignalChoice => {
    if (i > 0) outboundAtS += known(travelS[i - 1], "link").outbound - problem.queueClearanceS.outbound;
    const choice = walk.choices[i] as number;
    const waits = Math.max(0, at - startOf(arcs, walk, i, 1 / cycleS));
    const least = Math.max(0, waits - ((arcs.inGreen[choice] as number) - bands.inbound));
    const most = Math.min(waits, (arcs.outGreen[choice] as number) - bands.outbound);
    return {
      alternative: arcs.alternative[choice] as number,
      offsetS: outboundAtS - ((arcs.outStart[choice] as number) + (least + most) / 2) * cycleS,
    };
  });
  const originS = known(placed[0], "first signal").offsetS;
  const { without } = arcs.goal;
  const outboundS = without === "outbound" ? 0 : bands.outbound * cycleS;
  const inboundS = without === "inbound" ? 0 : bands.inbound * cycleS;
  const { outboundWeight, inboundWeight, form } = arcs.goal;
  const valueS =
    form === "proportional"
      ? outboundWeight * outboundS
      : outboundWeight * outboundS + inboundWeight * inboundS;
  const inboundStartS = -(known(z[0], "first signal") + bands.inbound) * cycleS;
  return {
    kind: "solved",
    bandwidthS: { outbound: outboundS, inbound: inboundS },
    bandStartS: { outbound: wrapS(-originS, cycleS), inbound: wrapS(inboundStartS - originS, cycleS) },
    signals: placed.map((it) => ({ ...it, offsetS: wrapS(it.offsetS - originS, cycleS) })),
    travelS,
    valueS,
    boundS: valueS,
    limits: listLimits({ problem, arcs, walk, z, bands }),
  };
}

/** z at each signal: the last one where its label begins, those before as late as they must be to get there. */
function placeOnCircle(arcs: BandArcs, walk: Walk, frequency: number): number[] {
  const z: number[] = [];
  let at = Number.NEGATIVE_INFINITY;
  for (let signal = 0; signal < arcs.signalCount; signal++) {
    at = Math.max(at, startOf(arcs, walk, signal, frequency));
    z.push(at);
  }
  for (let signal = arcs.signalCount - 2; signal >= 0; signal--) {
    const next = z[signal + 1] as number;
    z[signal] = Math.max(z[signal] as number, next - frequency * (arcs.spareS[signal] as number));
  }
  return z;
}

interface PlacedWalk {
  readonly problem: BandProblem;
  readonly arcs: BandArcs;
  readonly walk: Walk;
  readonly z: readonly number[];
  readonly bands: PerDirection<number>;
}

function listLimits(placed: PlacedWalk): BandLimit[] {
  const { problem, arcs, walk, bands } = placed;
  const { goal } = arcs;
  const same = SAME_S / problem.cycleS;
  const limits: BandLimit[] = [];
  for (const direction of ["outbound", "inbound"] as const) {
    if (direction === goal.without) continue;
    const signal = findTightGreen(placed, direction);
    if (signal >= 0) limits.push({ kind: "green", direction, signal });
    const floor = direction === "outbound" ? goal.outboundFloor : goal.inboundFloor;
    if (floor > 0 && bands[direction] <= floor + 2 * same) limits.push({ kind: "floor", direction });
  }
  const { room, pair } = measureRoom(arcs, walk, 1 / problem.cycleS);
  const isFull = room <= bands.outbound + bands.inbound + 2 * same;
  if (isFull && goal.without === undefined) limits.push({ kind: "pair", signals: pair });
  return limits;
}

/** The first signal at which no choice that admits the bands has more green than the band is wide; −1: none. */
function findTightGreen(
  { problem, arcs, z, bands }: PlacedWalk,
  direction: keyof PerDirection<unknown>,
): number {
  const same = SAME_S / problem.cycleS;
  const greens = direction === "outbound" ? arcs.outGreen : arcs.inGreen;
  const needed = bands.outbound + bands.inbound - same;
  return z.findIndex((at, signal) => {
    const end = arcs.firstChoice[signal + 1] as number;
    for (let choice = arcs.firstChoice[signal] as number; choice < end; choice++) {
      if ((greens[choice] as number) <= bands[direction] + same) continue;
      const length = (arcs.outGreen[choice] as number) + (arcs.inGreen[choice] as number);
      const start = (arcs.start[choice] as number) - (arcs.loopS[signal] as number) / problem.cycleS;
      const other = direction === "outbound" ? arcs.inGreen : arcs.outGreen;
      const otherBand = direction === "outbound" ? bands.inbound : bands.outbound;
      if ((other[choice] as number) < otherBand - same) continue;
      if (length - wrapS(at - start + same, 1) >= needed - same) return false;
    }
    return true;
  });
}
