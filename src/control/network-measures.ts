/** Measures of a network's signals from the events that the store holds, and their hot spots with owner and plan. */
import { setImmediate } from "node:timers/promises";
import { AppError } from "../errors.ts";
import { type DelayBin, measureApproachDelay } from "../measures/approach-delay.ts";
import {
  type ArrivalBin,
  type DiagramPoint,
  listDiagramPoints,
  measureArrivals,
} from "../measures/arrivals-on-green.ts";
import { CODE } from "../measures/event-log.ts";
import { type HotSpot, type MeasuredIntersection, rankHotSpots } from "../measures/hot-spots.ts";
import { listSignalDetectors, type SignalDetector, toPhaseDetectors } from "../measures/network-detectors.ts";
import { measurePedestrians, type PedestrianBin } from "../measures/pedestrians.ts";
import { measureQueueOver, type QueueOverBin } from "../measures/queue-over.ts";
import { listRouteLegs } from "../measures/route-legs.ts";
import { greenShares, indexSignal, type PhaseDetector, type SignalIndex } from "../measures/signal-index.ts";
import { measureSplitFailures, type SplitFailureBin } from "../measures/split-failures.ts";
import { type BinTotal, countByNumber } from "../measures/tally.ts";
import { measureTrips, type Trip } from "../measures/travel-time.ts";
import { measurePedestrianWaits, measurePhaseWaits, type PhaseWaitBin } from "../measures/waits.ts";
import { measureYellowRed, type YellowRedBin } from "../measures/yellow-red.ts";
import { buildNetworkIndex, getIntersection, type NetworkIndex } from "../network/find.ts";
import type { RouteDirection } from "../network/network.schema.ts";
import type { HotSpotNote } from "./hot-spot-note.schema.ts";
import type { NetworkRegistry } from "./network-registry.ts";
import type { Store } from "./store.ts";

/** More events than this of one signal in a window are refused: a day of a busy one has about half. */
const MAX_EVENTS = 400_000;
const MAX_WINDOW_MS = 86_400_000;
/** A day in steps of five minutes. */
const MAX_BINS = 288;

/** Occupied so long without a break, a detector has standing traffic on it (Wu et al. 2010: 3 s on free road). */
const STANDING_MS = 3000;
const LEAST_WAIT_MS = 200;
const PHASE_WAIT = { leastMs: LEAST_WAIT_MS, recoveryMs: 120_000, assumedCycleMs: 140_000, skipFactor: 1.5 };
const SPLIT_FAILURE = { redMs: 5000, leastGreenOccupancy: 0.8, leastRedOccupancy: 0.8 };
const PRESS_APART_MS = 15_000;
const TRIP_EVERY_MS = 60_000;

export interface MeasureWindow {
  /** Epoch ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SignalMeasures {
  readonly actuations: readonly BinTotal[];
  readonly arrivals: readonly ArrivalBin[];
  readonly delays: readonly DelayBin[];
  readonly splitFailures: readonly SplitFailureBin[];
  readonly terminations: Readonly<Record<"gapOut" | "maxOut" | "forceOff", readonly BinTotal[]>>;
  readonly phaseWaits: readonly PhaseWaitBin[];
  readonly pedestrians: readonly PedestrianBin[];
  readonly pedestrianWaits: readonly BinTotal[];
  readonly yellowRed: readonly YellowRedBin[];
  readonly queuesOver: readonly QueueOverBin[];
}

export interface NetworkMeasures {
  measure(input: AskedSignal & { readonly binMs: number }): Promise<SignalMeasures>;
  listDiagram(input: AskedSignal): Promise<DiagramPoint[]>;
  /** Virtual vehicles over the route, one a minute. */
  measureRoute(input: AskedRoute): Promise<RouteTrips>;
  /** The costliest first, each with what people noted of it. */
  listHotSpots(
    networkId: string,
    window: MeasureWindow,
  ): Promise<(HotSpot & { readonly note?: HotSpotNote })[]>;
}

export interface AskedRoute {
  readonly networkId: string;
  readonly routeId: string;
  readonly window: MeasureWindow;
}

export interface RouteTrips {
  readonly outbound: readonly Trip[];
  readonly inbound?: readonly Trip[];
}

export interface AskedSignal {
  readonly networkId: string;
  readonly intersectionId: string;
  readonly window: MeasureWindow;
}

interface Signal {
  readonly index: SignalIndex;
  readonly detectors: readonly SignalDetector[];
  readonly phaseDetectors: readonly PhaseDetector[];
}

interface MeasuredSignal extends SignalMeasures {
  readonly detectors: readonly SignalDetector[];
  readonly greenShareByPhase: ReadonlyMap<number, number>;
}

export function createNetworkMeasures({
  store,
  networks,
}: {
  readonly store: Store;
  readonly networks: NetworkRegistry;
}): NetworkMeasures {
  async function readSignal(
    network: NetworkIndex,
    { networkId, intersectionId, window }: AskedSignal,
  ): Promise<Signal> {
    if (!network.intersections.has(intersectionId)) {
      throw new AppError("notFound", `network ${networkId} has no intersection ${intersectionId}`);
    }
    const detectors = listSignalDetectors(network, getIntersection(network, intersectionId));
    const log = await store.readSignalEvents({ networkId, intersectionId, ...window, limit: MAX_EVENTS });
    if (log.length >= MAX_EVENTS) {
      throw new AppError(
        "tooLarge",
        `the window holds more than ${MAX_EVENTS} events; ask for a shorter one`,
      );
    }
    return { index: indexSignal(log), detectors, phaseDetectors: toPhaseDetectors(detectors) };
  }

  function openNetwork(networkId: string, { fromMs, toMs }: MeasureWindow): NetworkIndex {
    if (fromMs < toMs && toMs - fromMs <= MAX_WINDOW_MS)
      return buildNetworkIndex(networks.get(networkId).network);
    const message = `must be before toMs, by ${MAX_WINDOW_MS / 3_600_000} h at most`;
    throw new AppError("invalidInput", "no such window", { faults: [{ path: "fromMs", message }] });
  }

  return {
    async measure({ binMs, ...asked }) {
      const network = openNetwork(asked.networkId, asked.window);
      if (asked.window.toMs - asked.window.fromMs > MAX_BINS * binMs) {
        const faults = [
          { path: "binMin", message: `the window has more than ${MAX_BINS} bins of this length` },
        ];
        throw new AppError("invalidInput", "too many bins", { faults });
      }
      return measureSignal(await readSignal(network, asked), asked.window, binMs);
    },
    async listDiagram(asked) {
      const network = openNetwork(asked.networkId, asked.window);
      const { index, phaseDetectors } = await readSignal(network, asked);
      return listDiagramPoints(index, { detectors: phaseDetectors, latencyMs: 0 });
    },
    async measureRoute({ networkId, routeId, window }) {
      const network = openNetwork(networkId, window);
      const route = network.routes.get(routeId);
      if (route === undefined) throw new AppError("notFound", `network ${networkId} has no route ${routeId}`);
      const { outbound, inbound } = route;
      const signals = new Map<string, Signal>();
      for (const { intersectionId } of [...outbound.stops, ...(inbound?.stops ?? [])]) {
        if (signals.has(intersectionId)) continue;
        signals.set(intersectionId, await readSignal(network, { networkId, intersectionId, window }));
      }
      const startsMs: number[] = [];
      for (let atMs = window.fromMs; atMs < window.toMs; atMs += TRIP_EVERY_MS) startsMs.push(atMs);
      const tripsOf = (direction: RouteDirection) =>
        measureTrips(listRouteLegs(network, direction, signals), startsMs);
      return { outbound: tripsOf(outbound), ...(inbound === undefined ? {} : { inbound: tripsOf(inbound) }) };
    },
    async listHotSpots(networkId, window) {
      const network = openNetwork(networkId, window);
      const signals = new Map<string, MeasuredSignal>();
      for (const { id: intersectionId } of network.network.intersections) {
        const signal = await readSignal(network, { networkId, intersectionId, window });
        const binMs = window.toMs - window.fromMs;
        // Without the log itself, which would fill the memory on a large network.
        signals.set(intersectionId, {
          ...(await measureSignal(signal, window, binMs)),
          detectors: signal.detectors,
          greenShareByPhase: greenShares(signal.index),
        });
      }
      const covered = listCoveredLinks([...signals.values()]);
      const measured = [...signals].map(([id, it]) => toMeasured(network, { id, window, covered, ...it }));
      const notes = new Map((await store.listHotSpotNotes({ networkId })).map((it) => [it.hotSpotId, it]));
      return rankHotSpots(measured).map((spot) => {
        const note = notes.get(spot.id);
        return note === undefined ? spot : { ...spot, note };
      });
    },
  };
}

/** Each measure in a turn of its own: on a day of events one takes tenths of a second, and others wait behind it. */
async function inTurn<T>(compute: () => T): Promise<T> {
  await setImmediate();
  return compute();
}

async function measureSignal(
  { index, detectors, phaseDetectors }: Signal,
  { fromMs, toMs }: MeasureWindow,
  binMs: number,
): Promise<SignalMeasures> {
  const { log } = index;
  const arrivalOptions = { detectors: phaseDetectors, binMs, latencyMs: 0 };
  const travelMs = new Map(detectors.map((it) => [it.channel, it.travelMs]));
  const travelMsOf = (channel: number): number => travelMs.get(channel) ?? 0;
  const exits = detectors.filter((it) => it.uses.includes("exit")).map((it) => it.channel);
  const pedestrianOptions = { binMs, apartMs: PRESS_APART_MS, fromMs, toMs: toMs - 1 };
  return {
    actuations: await inTurn(() => countByNumber(log, [CODE.detectorOn], binMs)),
    arrivals: await inTurn(() => measureArrivals(index, arrivalOptions)),
    delays: await inTurn(() => measureApproachDelay(index, { ...arrivalOptions, travelMsOf })),
    splitFailures: await inTurn(() => measureSplitFailures(index, { ...arrivalOptions, ...SPLIT_FAILURE })),
    terminations: await inTurn(() => ({
      gapOut: countByNumber(log, [CODE.gapOut], binMs),
      maxOut: countByNumber(log, [CODE.maxOut], binMs),
      forceOff: countByNumber(log, [CODE.forceOff], binMs),
    })),
    phaseWaits: await inTurn(() => measurePhaseWaits(log, { binMs, ...PHASE_WAIT })),
    pedestrians: await inTurn(() => measurePedestrians(log, pedestrianOptions)),
    pedestrianWaits: await inTurn(() => measurePedestrianWaits(log, { binMs, leastMs: LEAST_WAIT_MS })),
    yellowRed: await inTurn(() => measureYellowRed(index, { ...arrivalOptions, leastRedOffsetS: -8 })),
    queuesOver: await inTurn(() => measureQueueOver(index, { channels: exits, binMs, leastMs: STANDING_MS })),
  };
}

/** Seconds that a queue stood over the beginning of each link. */
function listCoveredLinks(signals: readonly MeasuredSignal[]): ReadonlyMap<string, number> {
  const coveredS = new Map<string, number>();
  for (const { detectors, queuesOver } of signals) {
    const links = new Map(detectors.map((it) => [it.channel, it.linkId]));
    const byChannel = new Map<number, number>();
    for (const it of queuesOver) byChannel.set(it.channel, (byChannel.get(it.channel) ?? 0) + it.coveredS);
    for (const [channel, seconds] of byChannel) {
      const link = links.get(channel) ?? "";
      coveredS.set(link, Math.max(coveredS.get(link) ?? 0, seconds));
    }
  }
  return coveredS;
}

function toMeasured(
  network: NetworkIndex,
  {
    id,
    window,
    covered,
    ...signal
  }: MeasuredSignal & {
    readonly id: string;
    readonly window: MeasureWindow;
    readonly covered: ReadonlyMap<string, number>;
  },
): MeasuredIntersection {
  const measuredS = (window.toMs - window.fromMs) / 1000;
  const { movements, approaches, phases } = getIntersection(network, id);
  const linkOf = new Map(approaches.map((it) => [it.id, it.linkId]));
  /** The worst of the links that the phase's movements come from, or lead into. */
  const worst = (toLink: (movement: (typeof movements)[number]) => string | undefined) =>
    new Map(
      phases.map(({ number, protectedMovements, permittedMovements }) => {
        const served = movements.filter((it) =>
          [...protectedMovements, ...permittedMovements].includes(it.id),
        );
        return [number, Math.max(0, ...served.map((it) => covered.get(toLink(it) ?? "") ?? 0)) / measuredS];
      }),
    );
  return {
    ...signal,
    intersectionId: id,
    measuredS,
    coveredShareByPhase: worst((it) => linkOf.get(it.approachId)),
    coveredAheadByPhase: worst((it) => it.toLinkId),
  };
}
