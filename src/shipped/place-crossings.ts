/** Where the roads of a laid city run and cross, before anything stands between the crossings. */
import { assert, known } from "../errors.ts";
import type { SeededRandom } from "../network/seeded-random.ts";

export type Axis = "EW" | "NS";

export interface StreetsSpec {
  /** Into how many roads each line of the two families is cut. */
  readonly cuts: Readonly<Record<Axis, readonly number[]>>;
  /** Part of a line that its roads cover together, by their number. */
  readonly coverOf: (roads: number) => number;
  readonly lineGapM: { readonly median: number; readonly sigma: number };
  readonly signals: number;
  /** Length of all roads together; where they lead out of the network they are as long as this needs. */
  readonly roadsM?: number;
}

/** A road as the stretch of its line between two lines of the other family. */
export interface RoadWindow {
  readonly id: string;
  readonly axis: Axis;
  readonly line: number;
  readonly from: number;
  readonly to: number;
  /** Keys of the crossings on it, in order. */
  readonly crossings: readonly string[];
}

export interface Placed {
  readonly windows: readonly RoadWindow[];
  readonly crossings: ReadonlyMap<string, { readonly xM: number; readonly yM: number }>;
}

/** A road crosses at least this many others. */
const CROSSINGS_LEAST = 2;
const LINE_GAP_M = { least: 170, most: 1200 } as const;

export function placeCrossings(spec: StreetsSpec, random: SeededRandom): Placed {
  const xM = drawLines(spec, spec.cuts.NS.length, random);
  const yM = drawLines(spec, spec.cuts.EW.length, random);
  const rows = drawWindows(spec, "EW", random);
  const columns = drawWindows(spec, "NS", random);
  const crossings = new Map<string, { xM: number; yM: number }>();
  const bendX = random.uniform();
  const bendY = random.uniform();
  for (const row of yM.keys()) {
    for (const column of xM.keys()) {
      if (!covers(rows, row, column) || !covers(columns, column, row)) continue;
      const x = known(xM[column], "x");
      const y = known(yM[row], "y");
      crossings.set(`${row}/${column}`, {
        xM: Math.round(x + 220 * Math.sin(y / 1500 + 6 * bendX) + random.normal(0, 20)),
        yM: Math.round(y + 180 * Math.sin(x / 1200 + 6 * bendY) + random.normal(0, 20)),
      });
    }
  }
  const windows = [...rows, ...columns].map((it) => ({ ...it, crossings: listOn(it, crossings) }));
  for (const { id, crossings: own } of windows) {
    assert(own.length >= CROSSINGS_LEAST, `road ${id} crosses ${own.length} others`);
  }
  return { windows, crossings };
}

type BareWindow = Omit<RoadWindow, "crossings">;

function drawLines({ lineGapM }: StreetsSpec, lines: number, random: SeededRandom): number[] {
  const positionsM = [0];
  while (positionsM.length < lines) {
    const gapM = lineGapM.median * Math.exp(random.normal(0, lineGapM.sigma));
    if (gapM < LINE_GAP_M.least || gapM > LINE_GAP_M.most) continue;
    positionsM.push(known(positionsM.at(-1), "line") + gapM);
  }
  return positionsM;
}

/** Cuts each line into roads; what they do not cover is left between them, around a road that is alone on its line. */
function drawWindows(spec: StreetsSpec, axis: Axis, random: SeededRandom): BareWindow[] {
  const across = spec.cuts[axis === "EW" ? "NS" : "EW"].length;
  return spec.cuts[axis].flatMap((roads, line) => {
    const covered = Math.round((across - 1) * spec.coverOf(roads));
    const lengths = divideEvenly(covered, roads, random);
    const gaps = Array.from({ length: roads + 1 }, () => 0);
    for (let left = across - 1 - covered; left > 0; left--) {
      const at = roads === 1 ? random.integer(0, 1) : random.integer(1, roads - 1);
      gaps[at] = known(gaps[at], "gap") + 1;
    }
    let start = 0;
    return lengths.map((length, at) => {
      start += known(gaps[at], "gap");
      const from = start;
      start += length;
      const number = String(line + 1).padStart(2, "0");
      return { id: `${axis}${number}${roads > 1 ? `-${at + 1}` : ""}`, axis, line, from, to: start };
    });
  });
}

/** Parts that differ by one at most, the longer ones anywhere. */
function divideEvenly(total: number, parts: number, random: SeededRandom): number[] {
  const lengths = Array.from({ length: parts }, () => Math.floor(total / parts));
  for (let left = total % parts; left > 0; ) {
    const at = random.integer(0, parts - 1);
    if (lengths[at] !== Math.floor(total / parts)) continue;
    lengths[at] = Math.floor(total / parts) + 1;
    left--;
  }
  return lengths;
}

const covers = (windows: readonly BareWindow[], line: number, position: number): boolean =>
  windows.some((it) => it.line === line && it.from <= position && position <= it.to);

function listOn({ axis, line, from, to }: BareWindow, crossings: ReadonlyMap<string, unknown>): string[] {
  const keys: string[] = [];
  for (let position = from; position <= to; position++) {
    const key = axis === "EW" ? `${line}/${position}` : `${position}/${line}`;
    if (crossings.has(key)) keys.push(key);
  }
  return keys;
}
