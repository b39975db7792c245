/**
 * Judges of the link bands, for tests: seeded random problems and brute force over every plan on the grid. Shares no
 * code with what it judges.
 */
import type { Interval } from "../../timing/cycle.ts";
import { randomArterial } from "../bands/band-judge.test-support.ts";
import type { LinkBandProblem } from "./link-band-problem.ts";

export interface LinkBandSize {
  readonly cycleS: number;
  readonly signalCount: number;
  readonly alternativeCount: number;
  readonly greensPerCycle?: number;
  /** Times are multiples of this; absent: any real number. */
  readonly stepS?: number;
}

/** Unequal greens, internal offsets, sequences, queue clearance, weights, and a ratio on every third link. */
export function randomLinkBandProblem(
  random: () => number,
  size: LinkBandSize,
  kind: Pick<LinkBandProblem, "halves" | "centerLine">,
): LinkBandProblem {
  const { cycleS, signals, links, queueClearanceS } = randomArterial(random, size, { kind: "sum" });
  return {
    cycleS,
    signals,
    queueClearanceS,
    ...kind,
    links: links.map(({ outboundTravelS, inboundTravelS }) => ({
      outboundTravelS,
      inboundTravelS,
      weights: { outbound: 0.2 + random(), inbound: 0.2 + random() },
      ...(random() < 1 / 3 ? { inboundPerOutbound: 0.4 + 1.2 * random() } : {}),
    })),
  };
}

interface Rooms {
  readonly out: readonly [number, number];
  readonly in: readonly [number, number];
}

/** The largest weighted sum of all offsets, sequences and center lines on the grid; −1 where no plan is allowed. */
export function findBestByBruteForce(problem: LinkBandProblem, resolutionS: number): number {
  const steps = Math.round(problem.cycleS / resolutionS);
  let bestS = -1;
  for (let lag = 0; lag < steps; lag++) {
    const ways = problem.signals.map((_, i) =>
      listRooms(problem, i, { lagS: lag * resolutionS, resolutionS }),
    );
    const visit = (i: number, before: Rooms | undefined, worthS: number): void => {
      if (i === ways.length) {
        bestS = Math.max(bestS, worthS);
        return;
      }
      for (const way of ways[i] ?? []) {
        visit(i + 1, way, worthS + (before === undefined ? 0 : worthOf(problem, i - 1, [before, way])));
      }
    };
    visit(0, undefined, 0);
  }
  return bestS;
}

function listRooms(
  problem: LinkBandProblem,
  signal: number,
  grid: { readonly lagS: number; readonly resolutionS: number },
): Rooms[] {
  const { cycleS, links, queueClearanceS } = problem;
  let outS = 0;
  let inS = grid.lagS;
  for (const link of links.slice(0, signal)) {
    outS += link.outboundTravelS - queueClearanceS.outbound;
    inS -= link.inboundTravelS - queueClearanceS.inbound;
  }
  const rooms: Rooms[] = [];
  for (const greens of problem.signals[signal]?.alternatives ?? []) {
    for (let offsetS = 0; offsetS < cycleS - 1e-9; offsetS += grid.resolutionS) {
      const out = roomOf(problem, greens.outbound, outS - offsetS);
      const inbound = roomOf(problem, greens.inbound, inS - offsetS);
      if (problem.centerLine === "meetsGreens" && (out === undefined || inbound === undefined)) continue;
      rooms.push({ out: out ?? [0, 0], in: inbound ?? [0, 0] });
    }
  }
  return rooms;
}

function roomOf(
  { cycleS, halves }: LinkBandProblem,
  greens: readonly Interval[],
  timeS: number,
): [number, number] | undefined {
  let best: [number, number] | undefined;
  for (const { startS, lengthS } of greens) {
    for (let beginS = startS - 20 * cycleS; beginS <= timeS + 1e-9; beginS += cycleS) {
      if (timeS > beginS + lengthS + 1e-9) continue;
      const room: [number, number] = [timeS - beginS, beginS + lengthS - timeS];
      if (best === undefined || lengthS > best[0] + best[1]) best = room;
    }
  }
  if (best === undefined || halves === "free") return best;
  return [Math.min(...best), Math.min(...best)];
}

function worthOf(problem: LinkBandProblem, link: number, [here, next]: readonly [Rooms, Rooms]): number {
  const { weights, inboundPerOutbound: k = 1 } = problem.links[link] ?? {
    weights: { outbound: 0, inbound: 0 },
  };
  let out = Math.min(here.out[0], next.out[0]) + Math.min(here.out[1], next.out[1]);
  let inbound = Math.min(here.in[0], next.in[0]) + Math.min(here.in[1], next.in[1]);
  if (k < 1) out = Math.min(out, inbound / k);
  if (k > 1) inbound = Math.min(inbound, out * k);
  return weights.outbound * out + weights.inbound * inbound;
}
