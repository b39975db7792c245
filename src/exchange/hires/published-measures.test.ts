/** The measures of a real log against the tables that its publisher computed. */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { compareTables } from "./compare-tables.ts";
import { listPublishedTables } from "./published-tables.ts";
import { readDetectorConfig } from "./read-detector-config.ts";
import { createHiresReader } from "./read-log.ts";

const FOLDER = new URL("../../../../shared/data/atspm-hires-oregon/", import.meta.url);
const ROWS: Readonly<Record<string, number>> = {
  actuations: 781,
  arrival_on_green: 72,
  communications: 71,
  coordination: 334,
  coordination_agg: 24,
  full_ped: 72,
  has_data: 24,
  ped: 37,
  ped_delay: 31,
  phase_wait: 96,
  split_failures: 96,
  splits: 144,
  terminations: 177,
  timeline: 11_882,
  unique_ped: 27,
  yellow_red: 486,
};

test.skipIf(!existsSync(FOLDER))("every table of the Oregon log equals the published one, row by row", () => {
  const text = (name: string): string => readFileSync(new URL(name, FOLDER), "utf8");
  const reader = createHiresReader();
  reader.read(gunzipSync(readFileSync(new URL("events.csv.gz", FOLDER))));
  const log = reader.finish();
  expect(log).toMatchObject({ rows: 185_861, repeatedRows: 451, unreadableRows: 4 });
  const { detectorsByDevice, faults } = readDetectorConfig(text("detector_config.csv"));
  expect(faults).toEqual([]);
  const tables = listPublishedTables({ devices: log.devices, detectorsByDevice, binMs: 900_000 });
  const compared = tables.map((table) => compareTables(table, text(`expected/${table.name}.csv`)));
  const differences = compared.flatMap((it) => it.differences.map((sentence) => `${it.name}: ${sentence}`));
  expect(differences).toEqual([]);
  expect(Object.fromEntries(compared.map((it) => [it.name, it.equal]))).toEqual(ROWS);
});
