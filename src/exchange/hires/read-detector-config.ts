/** What the detectors of a high-resolution log are there for: CSV with DeviceId, Phase, Function, Parameter (channel). */
import type { Fault } from "../../errors.ts";
import type { DetectorUse, PhaseDetector } from "../../measures/signal-index.ts";
import { parseCsv } from "../csv.ts";

const COLUMNS = ["DeviceId", "Phase", "Function", "Parameter"];

const USES: ReadonlyMap<string, DetectorUse> = new Map([
  ["advance", "advance"],
  ["presence", "presence"],
  ["yellow_red", "yellowRed"],
  ["stopbar count", "count"],
]);

export interface DetectorConfig {
  readonly detectorsByDevice: ReadonlyMap<string, readonly PhaseDetector[]>;
  /** Rows that were left out. */
  readonly faults: readonly Fault[];
}

export function readDetectorConfig(text: string): DetectorConfig {
  const [head, ...rows] = parseCsv(text);
  const columnOf = (name: string): number =>
    head?.cells.findIndex((it) => it.text.toLowerCase() === name.toLowerCase()) ?? -1;
  const columns = COLUMNS.map(columnOf);
  const detectorsByDevice = new Map<string, PhaseDetector[]>();
  if (columns.includes(-1)) {
    const message = `the header must name ${COLUMNS.join(", ")}`;
    return { detectorsByDevice, faults: [{ path: "line 1", message }] };
  }
  const [device, phase, use, channel] = columns;
  const faults: Fault[] = [];
  for (const { cells, line } of rows) {
    const cell = (column = -1): string => cells[column]?.text ?? "";
    const detector = {
      phase: Number(cell(phase) || Number.NaN),
      use: USES.get(cell(use).toLowerCase()),
      channel: Number(cell(channel) || Number.NaN),
    };
    if (cell(device) === "" || !Number.isInteger(detector.phase) || !Number.isInteger(detector.channel)) {
      faults.push({ path: `line ${line}`, message: `wanted ${COLUMNS.join(", ")}` });
    } else if (detector.use === undefined) {
      faults.push({ path: `line ${line}`, message: `no use that a measure knows: ${cell(use)}` });
    } else {
      const known = detectorsByDevice.get(cell(device)) ?? [];
      known.push({ ...detector, use: detector.use });
      detectorsByDevice.set(cell(device), known);
    }
  }
  return { detectorsByDevice, faults };
}
