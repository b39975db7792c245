/**
 * Lane detectors of Berlin's main streets, hourly (Land Berlin, Verkehrsinformationszentrale): dead lanes in a month of
 * single lanes; holidays and clock changes in 23 months of cross-sections.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { advanceWatch } from "../src/demand/advance-watch.ts";
import { assessDetectors } from "../src/demand/assess-detectors.ts";
import type { Count } from "../src/demand/count.schema.ts";
import {
  createDetectorWatch,
  type DetectorWatch,
  type WatchedDetector,
} from "../src/demand/detector-watch.ts";
import { forecastCounts } from "../src/demand/forecast-counts.ts";
import { known } from "../src/errors.ts";
import { listInstantsOfLocalMs } from "../src/timing/time-zero.ts";

const FOLDER = "../shared/data/berlin-lanes";
const ZONE = "Europe/Berlin";
const HOUR_MS = 3_600_000;
/** Of the state of Berlin, 2023 and 2024. */
const HOLIDAYS = new Set(
  "2023-01-01 2023-03-08 2023-04-07 2023-04-10 2023-05-01 2023-05-18 2023-05-29 2023-10-03 2023-12-25 2023-12-26 2024-01-01 2024-03-08 2024-03-29 2024-04-01 2024-05-01 2024-05-09 2024-05-20 2024-10-03 2024-12-25 2024-12-26".split(
    " ",
  ),
);

const FactsSchema = z.object({
  suspect_lanes_under_15pct_of_sibling_mean: z.array(
    z.tuple([z.string(), z.string(), z.string(), z.string(), z.number(), z.number()]),
  ),
});

export const hasLanes = (): boolean => existsSync(FOLDER);

export interface DeadLanes {
  readonly lanes: number;
  /** Listed by the publisher of the copy: under 15 % of the mean of the lanes beside them. */
  readonly listed: number;
  readonly found: number;
  readonly notFound: readonly string[];
  /** Lanes that are not listed and were called faulty in more than a tenth of their hours. */
  readonly besides: readonly string[];
}

export function studyDeadLanes(): DeadLanes {
  const facts = FactsSchema.parse(JSON.parse(readFileSync(path.join(FOLDER, "facts.json"), "utf8")));
  const listed = new Set(facts.suspect_lanes_under_15pct_of_sibling_mean.map((it) => it[1]));
  const counts = readCounts("det_val_hr_2024_01.csv.gz").counts;
  const present = new Set(counts.map((it) => it.detectorId));
  const detectors = readLanes().filter((it) => present.has(it.detectorId));
  const hours = new Map<string, { faulty: number; all: number }>();
  rollHours(detectors, counts, HOLIDAYS, (watch) => {
    for (const { detectorId, state } of assessDetectors(watch)) {
      if (state === "silent") continue;
      const own = hours.get(detectorId) ?? { faulty: 0, all: 0 };
      hours.set(detectorId, { faulty: own.faulty + (state === "faulty" ? 1 : 0), all: own.all + 1 });
    }
  });
  const isFaulty = (id: string, share: number): boolean => {
    const own = hours.get(id);
    return own !== undefined && own.faulty > share * own.all;
  };
  const found = [...listed].filter((it) => isFaulty(it, 0.1));
  return {
    lanes: detectors.length,
    listed: listed.size,
    found: found.length,
    notFound: [...listed].filter((it) => !found.includes(it)),
    besides: detectors.map((it) => it.detectorId).filter((it) => !listed.has(it) && isFaulty(it, 0.1)),
  };
}

export interface LongSeries {
  readonly stations: number;
  readonly hours: number;
  /** Rows that no instant of the zone has, and second rows of one instant. */
  readonly withoutInstant: number;
  /** Mean absolute error of the next hour ÷ mean count, on the holidays of the second year: told of them, and not. */
  readonly holidayRelative: number;
  readonly holidayRelativeUntold: number;
  /** The same on the working days of the weeks after clock changes, and on all working days. */
  readonly afterChangeRelative: number;
  readonly workingDayRelative: number;
}

export function studyLongSeries(): LongSeries {
  const told = judgeHours(HOLIDAYS);
  const untold = judgeHours(new Set());
  return {
    stations: told.stations,
    hours: told.hours,
    withoutInstant: told.withoutInstant,
    holidayRelative: told.relative((it) => HOLIDAYS.has(it)),
    holidayRelativeUntold: untold.relative((it) => HOLIDAYS.has(it)),
    afterChangeRelative: told.relative(
      (it) => isWorkingDay(it) && CHANGED_WEEKS.some((week) => isWithinWeek(week, it)),
    ),
    workingDayRelative: told.relative(isWorkingDay),
  };
}

const CHANGED_WEEKS = ["2023-10-29", "2024-03-31", "2024-10-27"];
const isWithinWeek = (from: string, date: string): boolean => {
  const days = (Date.parse(date) - Date.parse(from)) / (24 * HOUR_MS);
  return days > 0 && days < 6;
};
const isWorkingDay = (date: string): boolean =>
  !HOLIDAYS.has(date) && ![0, 6].includes(new Date(date).getUTCDay());

function judgeHours(holidays: ReadonlySet<string>) {
  const { counts, withoutInstant, dates } = readCounts("mq_hr_2023-01_2024-11.csv.gz");
  const ids = [...new Set(counts.map((it) => it.detectorId))];
  const detectors = ids.map((detectorId) => ({ detectorId, lanes: 4, siteId: detectorId, areaId: "Berlin" }));
  const actual = new Map(counts.map((it) => [`${it.detectorId} ${it.startAtMs}`, it.countVeh]));
  const errors = new Map<string, { errorVeh: number; countVeh: number }>();
  rollHours(detectors, counts, holidays, (watch) => {
    for (const { detectorId, startAtMs, countVeh } of forecastCounts(watch)) {
      const came = actual.get(`${detectorId} ${startAtMs}`);
      const date = dates.get(startAtMs);
      if (came === undefined || date === undefined || date < "2023-07-01") continue;
      const own = errors.get(date) ?? { errorVeh: 0, countVeh: 0 };
      errors.set(date, {
        errorVeh: own.errorVeh + Math.abs(countVeh - came),
        countVeh: own.countVeh + came,
      });
    }
  });
  const relative = (isMeant: (date: string) => boolean): number => {
    const days = [...errors].filter(([date]) => isMeant(date)).map(([, it]) => it);
    return days.reduce((sum, it) => sum + it.errorVeh, 0) / days.reduce((sum, it) => sum + it.countVeh, 0);
  };
  return { stations: ids.length, hours: counts.length, withoutInstant, relative };
}

function rollHours(
  detectors: readonly WatchedDetector[],
  counts: readonly Count[],
  holidays: ReadonlySet<string>,
  afterHour: (watch: DetectorWatch) => void,
): void {
  const fromMs = known(counts[0], "count").startAtMs;
  let watch = createDetectorWatch({
    detectors,
    calendar: { timeZone: ZONE, slotS: 3600, holidays },
    fromMs,
  });
  let at = 0;
  const lastMs = known(counts.at(-1), "count").startAtMs;
  for (let startMs = fromMs; startMs <= lastMs; startMs += HOUR_MS) {
    const from = at;
    while ((counts[at]?.startAtMs ?? Number.POSITIVE_INFINITY) <= startMs) at += 1;
    watch = advanceWatch(watch, { counts: counts.slice(from, at), toMs: startMs + HOUR_MS }).watch;
    afterHour(watch);
  }
}

/** Lanes of one carriageway, buses apart, lie side by side. */
function readLanes(): WatchedDetector[] {
  const [, ...rows] = readFileSync(path.join(FOLDER, "detectors.csv"), "utf8").trim().split("\n");
  return rows.map((row) => {
    const [mq = "", detectorId = "", street = ""] = row.split(",");
    const isBus = /,BUS/.test(row);
    return {
      detectorId,
      lanes: 1,
      siteId: mq,
      areaId: "Berlin",
      ...(isBus ? {} : { besideId: `${mq} ${street}` }),
    };
  });
}

/** In order of time; of a local hour that comes twice the first is meant. */
function readCounts(file: string) {
  const [, ...rows] = gunzipSync(readFileSync(path.join(FOLDER, file)))
    .toString("utf8")
    .trim()
    .split("\n");
  const counts = new Map<string, Count>();
  const dates = new Map<number, string>();
  const instants = new Map<number, number | undefined>();
  let withoutInstant = 0;
  for (const row of rows) {
    const [detectorId = "", tag = "", hour = "", , countText = ""] = row.split(";");
    const [day = "", month = "", year = ""] = tag.split(".");
    const localMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour));
    if (!instants.has(localMs)) instants.set(localMs, listInstantsOfLocalMs(ZONE, localMs)[0]);
    const startAtMs = instants.get(localMs);
    const key = `${detectorId} ${startAtMs}`;
    if (startAtMs === undefined || counts.has(key)) {
      withoutInstant += 1;
      continue;
    }
    counts.set(key, { detectorId, startAtMs, durationS: 3600, countVeh: Number(countText) });
    dates.set(startAtMs, `${year}-${month}-${day}`);
  }
  return { counts: [...counts.values()].sort((a, b) => a.startAtMs - b.startAtMs), withoutInstant, dates };
}
