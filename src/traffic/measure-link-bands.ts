/**
 * Bands link by link of GIVEN offsets: around a center line that runs one direction of a route at progression speed,
 * each link has the trajectories that meet green at both of its ends.
 *
 * Source: Gartner, Assmann, Lasaga and Hou, A multi-band approach to arterial traffic signal optimization,
 * Transportation Research Part B 25 (1991): halves of equal width; Zhang, Xie, Gartner, Stamatiadis and Arsava, AM-Band,
 * Transportation Research Part C 58 (2015): free halves. This file shares no code with the solver, which it judges.
 */
import { known } from "../errors.ts";
import { type Interval, wrapS } from "../timing/cycle.ts";

/** One signal as one direction meets it. */
export interface Passage {
  /** On the common cycle. */
  readonly greens: readonly Interval[];
  /** From the direction's first signal, less the time won by queues that go first, s. */
  readonly arrivalS: number;
}

/** What one direction meets, in order of travel. */
export interface DirectionPassages {
  readonly cycleS: number;
  readonly passages: readonly Passage[];
  readonly halves: "equal" | "free";
}

/** Before and after the center line, s. Both 0: the link has no band. */
export interface MeasuredLinkBand {
  readonly beforeS: number;
  readonly afterS: number;
}

/** Instants closer than this are one, s. */
const SAME_INSTANT_S = 1e-9;

/** The bands of the links between neighboring passages when the center line passes the first one at `centerLineS`. */
export function measureLinkBands(direction: DirectionPassages, centerLineS: number): MeasuredLinkBand[] {
  const rooms = direction.passages.map((it) => measureRoom(direction, it, centerLineS));
  return rooms.slice(1).map((next, i) => {
    const here = known(rooms[i], "room");
    return {
      beforeS: Math.min(here.beforeS, next.beforeS),
      afterS: Math.min(here.afterS, next.afterS),
    };
  });
}

/** How far the green that the line meets reaches to both sides; 0 on red. */
function measureRoom(
  { cycleS, halves }: DirectionPassages,
  { greens, arrivalS }: Passage,
  centerLineS: number,
): MeasuredLinkBand {
  const lineS = centerLineS + arrivalS;
  let room = { beforeS: 0, afterS: 0 };
  for (const { startS, lengthS } of greens) {
    if (lengthS >= cycleS) return { beforeS: cycleS / 2, afterS: cycleS / 2 };
    // The last begin of this green that is not after the line.
    const beginS = startS + cycleS * Math.floor((lineS - startS + SAME_INSTANT_S) / cycleS);
    const beforeS = Math.max(0, lineS - beginS);
    const afterS = beginS + lengthS - lineS;
    if (afterS < -SAME_INSTANT_S || beforeS + afterS <= room.beforeS + room.afterS) continue;
    room = { beforeS, afterS: Math.max(0, afterS) };
  }
  if (halves === "free") return room;
  const halfS = Math.min(room.beforeS, room.afterS);
  return { beforeS: halfS, afterS: halfS };
}

/**
 * The center line of given offsets whose bands have the largest weighted sum, exactly: as the line moves, the sum is
 * piecewise linear and can peak only where the line stands at an end of some green, in its middle, or midway between the
 * begin of one green and the end of a neighbor's.
 * @param weights of the links, in order of travel.
 */
export function findCenterLine(
  direction: DirectionPassages,
  weights: readonly number[],
): { readonly centerLineS: number; readonly valueS: number } {
  let best = { centerLineS: 0, valueS: 0 };
  for (const centerLineS of listPeaks(direction)) {
    const bands = measureLinkBands(direction, centerLineS);
    const valueS = bands.reduce((sum, it, i) => sum + (weights[i] ?? 0) * (it.beforeS + it.afterS), 0);
    if (valueS > best.valueS) best = { centerLineS, valueS };
  }
  return best;
}

/**
 * The widest band that passes all of these, of one width, and when it begins at the first; width 0: there is none. A
 * widest one begins where some green begins.
 */
export function measurePassageBand(
  passages: readonly Passage[],
  cycleS: number,
): { readonly bandwidthS: number; readonly startS: number } {
  let best = { bandwidthS: 0, startS: 0 };
  for (const { greens, arrivalS } of passages) {
    for (const green of greens) {
      const startS = wrapS(green.startS - arrivalS, cycleS);
      const bandwidthS = Math.min(cycleS, ...passages.map((it) => greenLeftS(it, startS, cycleS)));
      if (bandwidthS > best.bandwidthS) best = { bandwidthS, startS };
    }
  }
  return best;
}

/** How long the passage stays green for what comes from the first one at `startS` on; 0 or less on red. */
function greenLeftS({ greens, arrivalS }: Passage, startS: number, cycleS: number): number {
  const left = greens.map((it) => {
    if (it.lengthS >= cycleS) return cycleS;
    const sinceS = startS + arrivalS - it.startS;
    return it.lengthS - (sinceS - cycleS * Math.floor((sinceS + SAME_INSTANT_S) / cycleS));
  });
  return Math.max(0, ...left);
}

function listPeaks({ cycleS, passages }: DirectionPassages): number[] {
  const greens = passages.map(({ greens, arrivalS }) =>
    greens.map((it) => ({ beginS: it.startS - arrivalS, endS: it.startS - arrivalS + it.lengthS })),
  );
  return greens.flatMap((here, i) => {
    const near = [...(greens[i - 1] ?? []), ...here, ...(greens[i + 1] ?? [])];
    return here.flatMap(({ beginS, endS }) => [
      beginS,
      endS,
      // Two instants a cycle apart have two middles, half a cycle apart.
      ...near.flatMap((it) => [(beginS + it.endS) / 2, (beginS + it.endS + cycleS) / 2]),
    ]);
  });
}
