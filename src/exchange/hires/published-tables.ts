/**
 * The measures of a log as tables in the form of the ATSPM package of Oregon DOT: its column names, its units, its
 * choice of rows, its default parameters. Rows by time, then device, then the other keys.
 */
import { measureArrivals } from "../../measures/arrivals-on-green.ts";
import { listBinsWithData, measureCoordination } from "../../measures/coordination.ts";
import { binStartMs, CODE, type EventLog } from "../../measures/event-log.ts";
import { countUniquePresses, measurePedestrians } from "../../measures/pedestrians.ts";
import {
  indexSignal,
  type PhaseDetector,
  type SignalIndex,
  type SignalState,
} from "../../measures/signal-index.ts";
import { measureSplitFailures } from "../../measures/split-failures.ts";
import { type BinTotal, countByNumber, sumByCode, visitEvents } from "../../measures/tally.ts";
import { listTimeline } from "../../measures/timeline.ts";
import { measurePedestrianWaits, measurePhaseWaits } from "../../measures/waits.ts";
import { measureYellowRed } from "../../measures/yellow-red.ts";

export type Cell = string | number | undefined;

export interface PublishedTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface PublishedSource {
  readonly devices: ReadonlyMap<string, EventLog>;
  readonly detectorsByDevice: ReadonlyMap<string, readonly PhaseDetector[]>;
  readonly binMs: number;
}

/** The defaults of the package's own tests. */
const LEAST_MS = 200;
const PRESS_APART_MS = 15_000;
const PHASE_WAIT = { leastMs: LEAST_MS, recoveryMs: 120_000, assumedCycleMs: 140_000, skipFactor: 1.5 };
const SPLIT_FAILURE = { redMs: 5000, leastGreenOccupancy: 0.8, leastRedOccupancy: 0.8 };
const YELLOW_RED = { latencyMs: 1500, leastRedOffsetS: -8 };
const DATA = { stretchMs: 300_000, leastEvents: 3 };
const COMMUNICATION_CODES = [400, 502, 503];
const SPLIT_CODES = Array.from(
  { length: CODE.splitLast - CODE.splitFirst + 1 },
  (_, i) => CODE.splitFirst + i,
);
const COORDINATION_CODES = [CODE.patternChange, CODE.cycleChange, CODE.actualCycle, CODE.actualOffset];
const TERMINATIONS = [
  { code: CODE.gapOut, name: "GapOut" },
  { code: CODE.maxOut, name: "MaxOut" },
  { code: CODE.forceOff, name: "ForceOff" },
];
const STATE_CODE: Readonly<Record<SignalState, number>> = { green: 1, yellow: 8, red: 10 };

interface TableForm {
  readonly name: string;
  readonly columns: readonly string[];
  readonly list: (device: Device) => Cell[][];
}

interface Device {
  readonly id: string;
  readonly index: SignalIndex;
  readonly log: EventLog;
  readonly detectors: readonly PhaseDetector[];
  readonly binMs: number;
  /** Of the logs of all devices together. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export function listPublishedTables({
  devices,
  detectorsByDevice,
  binMs,
}: PublishedSource): PublishedTable[] {
  const logs = [...devices.values()].filter((log) => log.length > 0);
  const firstMs = Math.min(...logs.map((log) => log.atMs[0] ?? 0));
  const lastMs = Math.max(...logs.map((log) => log.atMs[log.length - 1] ?? 0));
  const each = [...devices].map(([id, log]) => ({
    id,
    log,
    index: indexSignal(log),
    detectors: detectorsByDevice.get(id) ?? [],
    binMs,
    firstMs,
    lastMs,
  }));
  return FORMS.map(({ name, columns, list }) => ({ name, columns, rows: each.flatMap(list) }));
}

/** As the published tables write it: `2024-05-13 15:00:00`, tenths only where there are any. */
export function formatInstant(atMs: number): string {
  const text = new Date(atMs).toISOString();
  const fraction = text.slice(19, 23).replace(/0+$/, "");
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${fraction === "." ? "" : fraction}`;
}

const totals = (device: Device, bins: readonly BinTotal[], cells: (bin: BinTotal) => Cell[]): Cell[][] =>
  bins.map((bin) => [formatInstant(bin.atMs), device.id, ...cells(bin)]);

const FORMS: readonly TableForm[] = [
  {
    name: "actuations",
    columns: ["TimeStamp", "DeviceId", "Detector", "Total"],
    list: (it) =>
      totals(it, countByNumber(it.log, [CODE.detectorOn], it.binMs), ({ number, count }) => [number, count]),
  },
  {
    name: "arrival_on_green",
    columns: ["TimeStamp", "DeviceId", "Phase", "Total_Actuations", "Percent_AOG"],
    list: ({ id, index, ...options }) =>
      measureArrivals(index, { ...options, latencyMs: 0 })
        .filter((bin) => bin.onGreen > 0)
        .map((bin) => [formatInstant(bin.atMs), id, bin.phase, bin.arrivals, bin.share]),
  },
  {
    name: "communications",
    columns: ["TimeStamp", "DeviceId", "EventId", "Average"],
    list: (it) =>
      totals(it, sumByCode(it.log, COMMUNICATION_CODES, it.binMs), ({ number, count, sum }) => [
        number,
        sum / count,
      ]),
  },
  {
    name: "coordination",
    columns: ["TimeStamp", "Raw_TimeStamp", "DeviceId", "EventId", "Parameter"],
    list: ({ id, log, binMs }) => {
      const rows: Cell[][] = [];
      visitEvents(log, COORDINATION_CODES, (atMs, code, number) =>
        rows.push([formatInstant(binStartMs(atMs, binMs)), formatInstant(atMs), id, code, number]),
      );
      return rows;
    },
  },
  {
    name: "coordination_agg",
    columns: ["TimeStamp", "DeviceId", "Pattern", "CycleLength", "ActualCycleLength", "ActualOffset"],
    list: ({ id, log, binMs }) =>
      measureCoordination(log, listBinsWithData(log, { binMs, ...DATA }), binMs).map((bin) => [
        formatInstant(bin.atMs),
        id,
        bin.pattern,
        bin.cycleS,
        bin.actualCycleS,
        bin.actualOffsetS,
      ]),
  },
  {
    name: "full_ped",
    columns: [
      "TimeStamp",
      "DeviceId",
      "Phase",
      "PedServices",
      "PedActuation",
      "Unique_Actuations",
      "Estimated_Volumes",
    ],
    list: ({ id, log, binMs, firstMs, lastMs }) =>
      measurePedestrians(log, { binMs, apartMs: PRESS_APART_MS, fromMs: firstMs, toMs: lastMs }).map(
        (bin) => [
          formatInstant(bin.atMs),
          id,
          bin.phase,
          bin.services,
          bin.presses,
          bin.uniquePresses,
          bin.volume,
        ],
      ),
  },
  {
    name: "has_data",
    columns: ["TimeStamp", "DeviceId"],
    list: ({ id, log, binMs }) =>
      listBinsWithData(log, { binMs, ...DATA }).map((atMs) => [formatInstant(atMs), id]),
  },
  {
    name: "ped",
    columns: ["TimeStamp", "DeviceId", "Phase", "PedServices", "PedActuation"],
    list: ({ id, log, binMs, firstMs, lastMs }) =>
      measurePedestrians(log, { binMs, apartMs: PRESS_APART_MS, fromMs: firstMs, toMs: lastMs })
        .filter((bin) => bin.services + bin.presses > 0)
        .map((bin) => [formatInstant(bin.atMs), id, bin.phase, bin.services, bin.presses]),
  },
  {
    name: "ped_delay",
    columns: ["TimeStamp", "DeviceId", "Phase", "AvgPedDelay", "Samples"],
    list: (it) =>
      totals(it, measurePedestrianWaits(it.log, { binMs: it.binMs, leastMs: LEAST_MS }), (bin) => [
        bin.number,
        bin.sum / bin.count,
        bin.count,
      ]),
  },
  {
    name: "phase_wait",
    columns: ["TimeStamp", "DeviceId", "Phase", "AvgPhaseWait", "TotalSkips"],
    list: ({ id, log, binMs }) =>
      measurePhaseWaits(log, { binMs, ...PHASE_WAIT }).map((bin) => [
        formatInstant(bin.atMs),
        id,
        bin.phase,
        bin.meanS,
        bin.skips,
      ]),
  },
  {
    name: "split_failures",
    columns: [
      "TimeStamp",
      "DeviceId",
      "Phase",
      "Green_Time",
      "Green_Occupancy",
      "Red_Occupancy",
      "Split_Failure",
    ],
    list: ({ id, index, ...options }) =>
      measureSplitFailures(index, { ...options, ...SPLIT_FAILURE }).map((bin) => [
        formatInstant(bin.atMs),
        id,
        bin.phase,
        bin.greenS,
        bin.greenOccupancy,
        bin.redOccupancy,
        bin.failures,
      ]),
  },
  {
    name: "splits",
    columns: ["TimeStamp", "DeviceId", "EventId", "Services", "Average_Split"],
    list: (it) =>
      totals(it, sumByCode(it.log, SPLIT_CODES, it.binMs), ({ number, count, sum }) => [
        number,
        count,
        sum / count,
      ]),
  },
  {
    name: "terminations",
    columns: ["TimeStamp", "DeviceId", "Phase", "PerformanceMeasure", "Total"],
    list: (it) =>
      TERMINATIONS.flatMap(({ code, name }) =>
        totals(it, countByNumber(it.log, [code], it.binMs), ({ number, count }) => [number, name, count]),
      ),
  },
  {
    name: "timeline",
    columns: ["DeviceId", "StartTime", "EndTime", "Duration", "IsValid", "EventClass", "EventValue"],
    list: ({ id, log }) =>
      listTimeline(log, { leastMs: LEAST_MS }).map((it) => [
        id,
        formatInstant(it.startMs),
        formatInstant(it.endMs),
        (it.endMs - it.startMs) / 1000,
        String(it.isWhole),
        it.name,
        it.value,
      ]),
  },
  {
    name: "unique_ped",
    columns: ["TimeStamp", "DeviceId", "Phase", "Unique_Actuations"],
    list: (it) =>
      totals(it, countUniquePresses(it.log, { binMs: it.binMs, apartMs: PRESS_APART_MS }), (bin) => [
        bin.number,
        bin.count,
      ]),
  },
  {
    name: "yellow_red",
    columns: ["TimeStamp", "DeviceId", "Phase", "Signal_State", "Red_Offset", "Count"],
    list: ({ id, index, ...options }) =>
      measureYellowRed(index, { ...options, ...YELLOW_RED }).map((bin) => [
        formatInstant(bin.atMs),
        id,
        bin.phase,
        STATE_CODE[bin.state],
        bin.redOffsetS,
        bin.count,
      ]),
  },
];
