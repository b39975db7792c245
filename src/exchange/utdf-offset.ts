/**
 * Offsets of UTDF and ours. `Referenced To` says which point of the reference phases the offset belongs to:
 *
 * | code | point | which of the reference phases |
 * | --- | --- | --- |
 * | 0 | begin of green (TS1 style) | the last to turn green |
 * | 1 | begin of yellow (170 style without rest in walk) | the first to turn yellow |
 * | 2 | begin of red | the first to turn red |
 * | 3 | begin of green (TS2 style) | the first to turn green |
 * | 4 | begin of flashing don't walk (170 style with rest in walk) | the first |
 *
 * `Reference Phase` 206 names phases 2 and 6, 2 names phase 2 alone. Ours declares one phase and one point of it, so the
 * conversion is exact; for code 4 it is the begin of yellow, later by the flashing don't walk.
 * Source: Synchro's description of UTDF version 8, section Timeplans; the Start and LocalStart rows of real files agree.
 */
import { known } from "../errors.ts";
import type { OffsetReference } from "../network/network.schema.ts";
import { signedDifferenceS, toTenths } from "../timing/cycle.ts";
import { findNumber, toPlace } from "./utdf-file.ts";
import type { RingPhase, SignalRings } from "./utdf-rings.ts";
import type { UtdfSource } from "./utdf-source.ts";

export interface SignalOffset {
  readonly offsetS: number;
  readonly offsetReference: OffsetReference;
  readonly coordinatedPhases: readonly number[];
}

/** One phase on the clock that begins with the sequence and does not wrap, in tenths of a second. */
export interface ReferencePhase {
  readonly number: number;
  readonly startTenths: number;
  readonly splitTenths: number;
  readonly yellowTenths: number;
  readonly redTenths: number;
  readonly dontWalkTenths: number;
}

export interface ReferencePoint {
  readonly offsetReference: OffsetReference;
  /** The file's reference point on the clock of the phases. */
  readonly fileTenths: number;
  /** From the file's point to ours. */
  readonly laterTenths: number;
}

/** The point that `Referenced To` means, given where the reference phases stand. */
export function findReferencePoint(code: number, phases: readonly ReferencePhase[]): ReferencePoint {
  const points = phases.map((phase) => ({ phase, ...toPoint(code, phase) }));
  const first = known(points[0], "reference phase");
  const isFirst = [1, 2, 3, 4].includes(code);
  const best = points.reduce((found, it) => {
    const isBetter = isFirst ? it.fileTenths < found.fileTenths : it.fileTenths > found.fileTenths;
    return isBetter ? it : found;
  }, first);
  return {
    offsetReference: { phase: best.phase.number, point: best.point },
    fileTenths: best.fileTenths,
    laterTenths: best.laterTenths,
  };
}

/** 206 → phases 2 and 6. */
export function readReferencePhases(value: number): number[] {
  return [Math.floor(value / 100), value % 100].filter((it) => it > 0);
}

export function readOffset(source: UtdfSource, node: string, signal: SignalRings): SignalOffset {
  const { cycleTenths } = signal;
  const records = source.file.timeplans.get(node);
  const placed = placePhases(signal);
  const coordinated = findCoordinated(source, node, placed);
  const code = findNumber(records, "Referenced To") ?? 0;
  const point = findReferencePoint(
    code,
    coordinated.map((it) => toReferencePhase(it.phase, it.startTenths)),
  );
  const fileTenths = chooseOffset(source, node, { signal, point });
  checkStarts(source, node, { placed, shiftTenths: fileTenths - point.fileTenths, cycleTenths });
  if (point.laterTenths !== 0) {
    source.note({
      severity: "assumption",
      node,
      where: toPlace("Timeplans", "Referenced To", records),
      sentence: `The offset of node ${node} refers to the begin of flashing don't walk of phase ${point.offsetReference.phase}: it is stated at the begin of yellow, ${point.laterTenths / 10} s later.`,
    });
  }
  return {
    offsetS: wrapTenths(fileTenths + point.laterTenths, cycleTenths) / 10,
    offsetReference: point.offsetReference,
    coordinatedPhases: coordinated.map((it) => it.phase.number),
  };
}

interface PlacedPhase {
  readonly phase: RingPhase;
  /** From the start of the sequence. */
  readonly startTenths: number;
}

const wrapTenths = (tenths: number, cycle: number): number => ((tenths % cycle) + cycle) % cycle;

function toPoint(
  code: number,
  phase: ReferencePhase,
): { point: OffsetReference["point"]; fileTenths: number; laterTenths: number } {
  const redTenths = phase.startTenths + phase.splitTenths - phase.redTenths;
  const yellowTenths = redTenths - phase.yellowTenths;
  switch (code) {
    case 1:
      return { point: "beginYellow", fileTenths: yellowTenths, laterTenths: 0 };
    case 2:
      return { point: "beginRed", fileTenths: redTenths, laterTenths: 0 };
    case 4:
      return {
        point: "beginYellow",
        fileTenths: yellowTenths - phase.dontWalkTenths,
        laterTenths: phase.dontWalkTenths,
      };
    default:
      return { point: "beginGreen", fileTenths: phase.startTenths, laterTenths: 0 };
  }
}

const toReferencePhase = (phase: RingPhase, startTenths: number): ReferencePhase => ({
  number: phase.number,
  startTenths,
  splitTenths: phase.splitTenths,
  yellowTenths: toTenths(phase.yellowS),
  redTenths: toTenths(phase.redClearanceS),
  dontWalkTenths: toTenths(phase.dontWalkS),
});

function placePhases({ rings }: SignalRings): PlacedPhase[] {
  return rings.flatMap((groups) => {
    let clock = 0;
    return groups.flat().map((phase) => {
      const startTenths = clock;
      clock += phase.splitTenths;
      return { phase, startTenths };
    });
  });
}

function findCoordinated(source: UtdfSource, node: string, placed: readonly PlacedPhase[]): PlacedPhase[] {
  const records = source.file.timeplans.get(node);
  const wanted = readReferencePhases(findNumber(records, "Reference Phase") ?? 0);
  const named = placed.filter(({ phase }) => wanted.includes(phase.number) && !phase.isPlaceholder);
  if (named.length > 0) return named;
  const real = placed.filter(({ phase }) => !phase.isPlaceholder);
  const longest = real.reduce((best, it) => (it.phase.splitTenths > best.phase.splitTenths ? it : best));
  source.note({
    severity: "assumption",
    node,
    where: toPlace("Timeplans", "Reference Phase", records),
    sentence: `Node ${node} names no reference phase that runs: its offset is taken to refer to phase ${longest.phase.number}.`,
  });
  return [longest];
}

/**
 * The Offset row and the Start rows say the same twice. Where they disagree the later one in the file holds, as Synchro
 * reads it.
 */
function chooseOffset(
  source: UtdfSource,
  node: string,
  { signal, point }: { readonly signal: SignalRings; readonly point: ReferencePoint },
): number {
  const { cycleTenths } = signal;
  const records = source.file.timeplans.get(node);
  const given = findNumber(records, "Offset");
  if (given !== undefined && !(given >= 0 && given * 10 < cycleTenths)) {
    source.note({
      severity: "warning",
      node,
      where: toPlace("Timeplans", "Offset", records),
      sentence: `The offset of node ${node}, ${given} s, is not within its cycle of ${cycleTenths / 10} s: it is wrapped.`,
    });
  }
  const placed = placePhases(signal).find((it) => it.phase.number === point.offsetReference.phase);
  const startS = placed?.phase.startS;
  const implied =
    placed === undefined || startS === undefined
      ? undefined
      : wrapTenths(toTenths(startS) + point.fileTenths - placed.startTenths, cycleTenths);
  const stated = given === undefined ? undefined : wrapTenths(toTenths(given), cycleTenths);
  if (stated === undefined || implied === undefined || stated === implied) return stated ?? implied ?? 0;
  const offsetLine = records?.get("OFFSET")?.get("DATA")?.line ?? 0;
  const startLine = source.file.phases.get(node)?.get("START")?.get("RECORDNAME")?.line ?? 0;
  const taken = offsetLine > startLine ? stated : implied;
  source.note({
    severity: "warning",
    node,
    where: toPlace("Timeplans", "Offset", records),
    sentence: `The offset of node ${node} is ${stated / 10} s by its Offset and ${implied / 10} s by the Start of phase ${point.offsetReference.phase}: ${taken / 10} s is taken, which stands later in the file.`,
  });
  return taken;
}

/** Splits, order and offset must give back the Start of every phase. */
function checkStarts(
  source: UtdfSource,
  node: string,
  input: {
    readonly placed: readonly PlacedPhase[];
    readonly shiftTenths: number;
    readonly cycleTenths: number;
  },
): void {
  for (const { phase, startTenths } of input.placed) {
    if (phase.startS === undefined) continue;
    const modelled = wrapTenths(startTenths + input.shiftTenths, input.cycleTenths);
    const apart = signedDifferenceS(toTenths(phase.startS), modelled, input.cycleTenths);
    if (Math.abs(apart) <= 1) continue;
    source.note({
      severity: "warning",
      node,
      where: toPlace("Phases", "Start", source.file.phases.get(node)),
      sentence: `Phase ${phase.number} of node ${node} starts at ${phase.startS} s in the file and at ${modelled / 10} s by rings, splits and offset.`,
    });
  }
}
