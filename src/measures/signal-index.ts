/**
 * A log sorted out once by what the measures ask for: the changes of each phase and the edges of each detector, and
 * from the changes the cycles. One pass; 16 bytes per event kept.
 */
import { CODE, type EventLog } from "./event-log.ts";

/** What a detector is for: arrivals upstream, presence at the stop line, passing it, counting, the beginning of a link. */
export type DetectorUse = "advance" | "presence" | "yellowRed" | "count" | "exit";

export interface PhaseDetector {
  readonly phase: number;
  readonly use: DetectorUse;
  /** Number of the detector in the log. */
  readonly channel: number;
}

/** In order of time; at one instant as written. */
export interface DetectorEdges {
  readonly atMs: number[];
  readonly isOn: boolean[];
}

/**
 * A phase's cycle: from the start of its green to its next. A cycle whose record is not whole (a yellow or a red
 * clearance missing or doubled, or a time step back) has `isWhole` false.
 */
export interface PhaseCycle {
  readonly greenAtMs: number;
  /** First yellow after the green; absent: none before the cycle ended. */
  readonly yellowAtMs: number | undefined;
  readonly redAtMs: number | undefined;
  /** Infinity: the log ends first. */
  readonly nextGreenAtMs: number;
  readonly isWhole: boolean;
}

export interface SignalIndex {
  readonly log: EventLog;
  readonly cyclesByPhase: ReadonlyMap<number, readonly PhaseCycle[]>;
  readonly edgesByChannel: ReadonlyMap<number, DetectorEdges>;
}

export type SignalState = "green" | "yellow" | "red";

export function indexSignal(log: EventLog): SignalIndex {
  const changes = new Map<number, PhaseChanges>();
  const edgesByChannel = new Map<number, DetectorEdges>();
  for (let row = 0; row < log.length; row++) {
    const code = log.codes[row] ?? 0;
    const number = log.numbers[row] ?? 0;
    const atMs = log.atMs[row] ?? 0;
    if (code === CODE.detectorOff || code === CODE.detectorOn) {
      const edges = itemOf(edgesByChannel, number, () => ({ atMs: [], isOn: [] }));
      edges.atMs.push(atMs);
      edges.isOn.push(code === CODE.detectorOn);
    } else if (code === CODE.greenBegin || code === CODE.yellowBegin || code === CODE.redClearanceBegin) {
      const { greens, yellows, reds } = itemOf(changes, number, () => ({
        greens: [],
        yellows: [],
        reds: [],
      }));
      (code === CODE.greenBegin ? greens : code === CODE.yellowBegin ? yellows : reds).push(atMs);
    }
  }
  const cyclesByPhase = new Map([...changes].map(([phase, of]) => [phase, listCycles(of)]));
  return { log, cyclesByPhase, edgesByChannel };
}

/** Channels by phase, ascending, of the detectors that serve a use. */
export function channelsByPhase(
  detectors: readonly PhaseDetector[],
  use: DetectorUse,
): ReadonlyMap<number, readonly number[]> {
  const channels = new Map<number, number[]>();
  for (const detector of detectors) {
    if (detector.use === use) itemOf(channels, detector.phase, () => []).push(detector.channel);
  }
  return new Map([...channels].sort(([a], [b]) => a - b));
}

/** Instants at which one of the channels came on, in order. */
export function listActuations(index: SignalIndex, channels: readonly number[]): Float64Array {
  const atMs: number[] = [];
  for (const channel of channels) {
    const edges = index.edgesByChannel.get(channel);
    edges?.atMs.forEach((at, edge) => {
      if (edges.isOn[edge]) atMs.push(at);
    });
  }
  return Float64Array.from(atMs).sort();
}

/** The lamp at an instant of the cycle: it changes at the instant itself; after the first red it stays red. */
export function stateAt(cycle: PhaseCycle, atMs: number): SignalState {
  if (cycle.redAtMs !== undefined && atMs >= cycle.redAtMs) return "red";
  return cycle.yellowAtMs !== undefined && atMs >= cycle.yellowAtMs ? "yellow" : "green";
}

/** Calls `visit` with each instant (ascending) and the cycle that it lies in, `undefined` before the first green. */
export function walkCycles(
  cycles: readonly PhaseCycle[],
  instantsMs: Iterable<number>,
  visit: (atMs: number, cycle: PhaseCycle | undefined) => void,
): void {
  let next = 0;
  for (const atMs of instantsMs) {
    while (next < cycles.length && (cycles[next]?.greenAtMs ?? 0) <= atMs) next++;
    visit(atMs, cycles[next - 1]);
  }
}

/** Of each phase, the time green between its first and its last start of green, 0…1. */
export function greenShares({ cyclesByPhase }: SignalIndex): ReadonlyMap<number, number> {
  const shares = new Map<number, number>();
  for (const [phase, cycles] of cyclesByPhase) {
    const closed = cycles.filter((it) => Number.isFinite(it.nextGreenAtMs));
    const greenMs = closed.reduce((sum, it) => sum + greenEndOf(it) - it.greenAtMs, 0);
    const wholeMs = closed.reduce((sum, it) => sum + it.nextGreenAtMs - it.greenAtMs, 0);
    if (wholeMs > 0) shares.set(phase, greenMs / wholeMs);
  }
  return shares;
}

/** Instant at which the phase stops being green; Infinity: not in the log. */
export const greenEndOf = ({ yellowAtMs, redAtMs, nextGreenAtMs }: PhaseCycle): number =>
  Math.min(yellowAtMs ?? Number.POSITIVE_INFINITY, redAtMs ?? Number.POSITIVE_INFINITY, nextGreenAtMs);

interface PhaseChanges {
  readonly greens: number[];
  readonly yellows: number[];
  readonly reds: number[];
}

/** A change at the instant of the next green belongs to the next cycle: the green comes first. */
function listCycles({ greens, yellows, reds }: PhaseChanges): PhaseCycle[] {
  let yellow = 0;
  let red = 0;
  return greens.map((greenAtMs, at) => {
    const nextGreenAtMs = greens[at + 1] ?? Number.POSITIVE_INFINITY;
    while ((yellows[yellow] ?? Number.POSITIVE_INFINITY) < greenAtMs) yellow++;
    while ((reds[red] ?? Number.POSITIVE_INFINITY) < greenAtMs) red++;
    const firstYellow = yellow;
    const firstRed = red;
    while ((yellows[yellow] ?? Number.POSITIVE_INFINITY) < nextGreenAtMs) yellow++;
    while ((reds[red] ?? Number.POSITIVE_INFINITY) < nextGreenAtMs) red++;
    return {
      greenAtMs,
      yellowAtMs: yellow > firstYellow ? yellows[firstYellow] : undefined,
      redAtMs: red > firstRed ? reds[firstRed] : undefined,
      nextGreenAtMs,
      isWhole: yellow - firstYellow === 1 && red - firstRed === 1,
    };
  });
}

/** The value of a key, made when it is missing. */
export function itemOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const present = map.get(key);
  if (present !== undefined) return present;
  const made = make();
  map.set(key, made);
  return made;
}
