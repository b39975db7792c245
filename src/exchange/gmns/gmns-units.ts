/** Units of a GMNS data set, from its config table; where that is silent: feet, miles, mph (and so reported). */
import type { Fault } from "../../errors.ts";
import { METERS_PER_FOOT, METERS_PER_MILE, mpsFromMph } from "../../units.ts";
import type { Note } from "../import-report.ts";
import type { GmnsTables } from "./gmns-tables.ts";

export interface GmnsUnits {
  readonly shortM: number;
  readonly longM: number;
  readonly speedMps: number;
}

const LENGTHS_M: Readonly<Record<string, number>> = {
  foot: METERS_PER_FOOT,
  feet: METERS_PER_FOOT,
  ft: METERS_PER_FOOT,
  mile: METERS_PER_MILE,
  miles: METERS_PER_MILE,
  mi: METERS_PER_MILE,
  m: 1,
  meter: 1,
  meters: 1,
  km: 1000,
  kilometer: 1000,
  kilometers: 1000,
};
const SPEEDS_MPS: Readonly<Record<string, number>> = {
  mph: mpsFromMph(1),
  kmh: 1 / 3.6,
  "km/h": 1 / 3.6,
  kph: 1 / 3.6,
  "m/s": 1,
};

export function readUnits(tables: GmnsTables, note: Note): { units: GmnsUnits; faults: Fault[] } {
  const row = [...tables("config").values()][0];
  const faults: Fault[] = [];
  const read = (column: string, known: Readonly<Record<string, number>>, silent: string): number => {
    const text = row?.text(column)?.toLowerCase();
    const factor = known[text ?? silent] ?? 1;
    if (text === undefined) {
      note({
        severity: "assumption",
        where: `config.csv, column ${column}`,
        sentence: `${column} is taken as ${silent}.`,
      });
    } else if (known[text] === undefined) {
      faults.push({ path: row?.place(column) ?? "", message: `${text} is no unit that is known here` });
    }
    return factor;
  };
  const units = {
    shortM: read("short_length", LENGTHS_M, "foot"),
    longM: read("long_length", LENGTHS_M, "mile"),
    speedMps: read("speed", SPEEDS_MPS, "mph"),
  };
  return { units, faults };
}
