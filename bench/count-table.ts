/** Counts of a street for the study of demand: the SCATS files beside the project when they are there, else made up. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { advanceWatch } from "../src/demand/advance-watch.ts";
import type { Count } from "../src/demand/count.schema.ts";
import {
  createDetectorWatch,
  type DetectorWatch,
  type WatchedDetector,
} from "../src/demand/detector-watch.ts";
import { buildSyntheticCounts } from "../src/demand/synthetic-counts.test-support.ts";
import { known } from "../src/errors.ts";
import { importCounts } from "../src/exchange/import-counts.ts";
import { listInstantsOfLocalMs } from "../src/timing/time-zero.ts";

const FOLDER = "../shared/data/scats-boroondara-2006-10";
export const SLOT_MS = 900_000;
const MS_PER_DAY = 86_400_000;
/** VicRoads' hand-out does not say how many lanes an approach has; the busiest carries 486 in 15 min. */
const LANES = 4;

export interface CountTable {
  readonly name: string;
  readonly detectors: readonly WatchedDetector[];
  readonly timeZone: string;
  /** Starts of local days, epoch ms; one more than there are days. */
  readonly dayStartsMs: readonly number[];
  /** By start of the slot, all counts of it. */
  readonly slots: ReadonlyMap<number, readonly Count[]>;
}

/** Days are numbered from 0. */
export interface StudyDays {
  readonly learnTo: number;
  readonly judgeTo: number;
}

export function loadCountTable(): CountTable {
  if (!existsSync(FOLDER)) return buildTable();
  const timeZone = "Australia/Melbourne";
  const corridors = ["burke_rd", "burwood_rd"].map((corridor) => {
    const imported = importCounts(readFileSync(path.join(FOLDER, `counts_${corridor}.csv`), "utf8"), {
      timeZone,
    });
    if (imported.kind === "invalid") throw new Error(JSON.stringify(imported.faults));
    return { corridor, counts: imported.counts };
  });
  const detectors = corridors.flatMap(({ corridor, counts }) =>
    [...new Set(counts.map((it) => it.detectorId))].map((detectorId) => ({
      detectorId,
      lanes: LANES,
      siteId: known(detectorId.split("-")[0], "site"),
      areaId: corridor,
    })),
  );
  const dayStartsMs = Array.from({ length: 32 }, (_, day) =>
    known(listInstantsOfLocalMs(timeZone, Date.UTC(2006, 9, 1 + day))[0], "midnight"),
  );
  return {
    name: "SCATS, Burke Road and Burwood Road, October 2006",
    detectors,
    timeZone,
    dayStartsMs,
    slots: groupBySlot(corridors.flatMap((it) => it.counts)),
  };
}

function buildTable(): CountTable {
  const days = 22;
  const made = buildSyntheticCounts({ sites: 10, days, slotS: SLOT_MS / 1000, seed: 1 });
  return {
    name: "made up (no shared data beside the project)",
    detectors: made.detectors,
    timeZone: made.timeZone,
    dayStartsMs: Array.from({ length: days + 1 }, (_, day) => made.fromMs + day * MS_PER_DAY),
    slots: groupBySlot(made.counts),
  };
}

function groupBySlot(counts: readonly Count[]): Map<number, Count[]> {
  const slots = new Map<number, Count[]>();
  for (const count of counts) {
    const own = slots.get(count.startAtMs);
    if (own === undefined) slots.set(count.startAtMs, [count]);
    else own.push(count);
  }
  return slots;
}

export const createWatchOf = (table: CountTable): DetectorWatch =>
  createDetectorWatch({
    detectors: table.detectors,
    calendar: { timeZone: table.timeZone, slotS: SLOT_MS / 1000, holidays: new Set() },
    fromMs: known(table.dayStartsMs[0], "first day"),
  });

/** Goes through slots of the table one by one; `change` may falsify a count. */
export function roll(
  watch: DetectorWatch,
  table: CountTable,
  of: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly change?: (count: Count) => Count;
    readonly afterSlot?: (watch: DetectorWatch, startMs: number) => void;
  },
): DetectorWatch {
  let now = watch;
  for (let startMs = of.fromMs; startMs < of.toMs; startMs += SLOT_MS) {
    const counts = table.slots.get(startMs) ?? [];
    now = advanceWatch(now, {
      counts: of.change === undefined ? counts : counts.map(of.change),
      toMs: startMs + SLOT_MS,
    }).watch;
    of.afterSlot?.(now, startMs);
  }
  return now;
}
