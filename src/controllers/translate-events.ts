/**
 * What controllers report, in the vocabulary of the measures. One report may be several events (a crossing that two
 * phases serve) or none (a plan that begins to run). A phase without red clearance begins and ends it at once, so that
 * every cycle has its red.
 */
import { CODE, type SignalEvent } from "../measures/event-log.ts";
import type { SignalDetector } from "../measures/network-detectors.ts";
import type { Intersection } from "../network/network.schema.ts";
import type { EventItem } from "./protocol.schema.ts";

/** Events outside [fromMs, toMs] have a wrong clock, or are too old to be kept: they are left out. */
type Translate = (
  items: readonly EventItem[],
  within: { readonly fromMs: number; readonly toMs: number },
) => SignalEvent[];

/** Flashing green is green. */
const INTERVAL_CODE = {
  green: CODE.greenBegin,
  flashingGreen: undefined,
  yellow: CODE.yellowBegin,
  redClearance: CODE.redClearanceBegin,
  red: CODE.redClearanceEnd,
} as const;

/** A phase that is skipped does not end. */
const TERMINATION_CODE = {
  gapOut: CODE.gapOut,
  maxOut: CODE.maxOut,
  forceOff: CODE.forceOff,
  skip: undefined,
} as const;

const CROSSING_CODE = {
  walk: CODE.walkBegin,
  clearance: CODE.pedestrianClearanceBegin,
  dontWalk: CODE.dontWalkBegin,
} as const;

/** For one intersection; what its configuration does not know is left out. */
export function createEventTranslator(
  intersection: Intersection,
  detectors: readonly SignalDetector[],
): Translate {
  const channels = new Map(detectors.map((it) => [it.detectorId, it.channel]));
  const hasNoRedClearance = new Set(
    intersection.phases.filter((it) => it.redClearanceS === 0).map((it) => it.number),
  );

  /** A crossing speaks of every phase that serves it. */
  const toPhaseEvents = (
    { atMs, crossingId }: { readonly atMs: number; readonly crossingId: string },
    code: number,
  ) =>
    intersection.phases
      .filter((it) => it.crossings.includes(crossingId))
      .map(({ number }) => ({ atMs, code, number }));

  function toEvents(item: EventItem): SignalEvent[] {
    switch (item.type) {
      case "intervalChange": {
        const { atMs, phase: number, interval } = item;
        const code = INTERVAL_CODE[interval];
        if (code === undefined) return [];
        const isWithout = interval === "red" && hasNoRedClearance.has(number);
        return [
          ...(isWithout ? [{ atMs, code: CODE.redClearanceBegin, number }] : []),
          { atMs, code, number },
        ];
      }
      case "crossingChange":
        return toPhaseEvents(item, CROSSING_CODE[item.interval]);
      case "buttonPress":
        return toPhaseEvents(item, CODE.buttonOn);
      case "termination": {
        const code = TERMINATION_CODE[item.reason];
        return code === undefined ? [] : [{ atMs: item.atMs, code, number: item.phase }];
      }
      case "detectorChange": {
        const number = channels.get(item.detectorId);
        const code = item.isOccupied ? CODE.detectorOn : CODE.detectorOff;
        return number === undefined ? [] : [{ atMs: item.atMs, code, number }];
      }
      default:
        return [];
    }
  }
  return (items, { fromMs, toMs }) =>
    items.flatMap(toEvents).filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
}
