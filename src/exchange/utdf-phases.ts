/**
 * The phases of one signal as the Phases section gives them. Which phases run is decided here (an unused phase has blank
 * rows), and where they stand: BRP holds one digit each for barrier, ring and position in the ring.
 */
import { toTenths } from "../timing/cycle.ts";
import { findNumber, toPlace } from "./utdf-file.ts";
import type { UtdfSource } from "./utdf-source.ts";

export interface UtdfPhase {
  readonly number: number;
  readonly barrier: number;
  readonly ring: number;
  readonly position: number;
  readonly minGreenS: number;
  readonly yellowS: number;
  readonly redClearanceS: number;
  /** MaxGreen + Yellow + AllRed, s: the split as the controller is programmed. */
  readonly programmedSplitS: number | undefined;
  /** Begin and end of the split on the system clock, s. */
  readonly startS: number | undefined;
  readonly endS: number | undefined;
  readonly walkS: number;
  readonly dontWalkS: number;
  /** 0 none, 1 minimum, 2 pedestrian, 3 maximum, 4 rest in walk. */
  readonly recallCode: number;
  readonly passageS: number | undefined;
}

/** NEMA TS 2: where phases 1–8 stand when the file does not say. */
const NEMA_BRP = [111, 112, 211, 212, 121, 122, 221, 222];
const DEFAULT_MIN_GREEN_S = 5;
const DEFAULT_YELLOW_S = 3.5;
const DEFAULT_RED_CLEARANCE_S = 1;
/** More than a ring of the network file can hold. */
const MAX_PHASE = 32;

export function listPhases(source: UtdfSource, node: string): UtdfPhase[] {
  const records = source.file.phases.get(node);
  const columns = new Set([...(records?.values() ?? [])].flatMap((it) => [...it.keys()]));
  return [...columns].flatMap((column) => {
    const number = Number(/^D(\d{1,2})$/.exec(column)?.[1] ?? Number.NaN);
    if (!(number >= 1 && number <= MAX_PHASE)) return [];
    const phase = readPhase(source, node, number);
    return phase === undefined ? [] : [phase];
  });
}

function readPhase(source: UtdfSource, node: string, number: number): UtdfPhase | undefined {
  const records = source.file.phases.get(node);
  const column = `D${number}`;
  const read = (record: string): number | undefined => findNumber(records, record, column);
  const maxGreenS = read("MaxGreen");
  const startS = read("Start");
  const endS = read("End");
  if (maxGreenS === undefined && (startS === undefined || endS === undefined)) return undefined;
  const fixed = (record: string, range: FixedRange): number =>
    readFixed(source, node, { ...range, number, record });
  const yellowS = fixed("Yellow", { setting: "yellowTime", otherwiseS: DEFAULT_YELLOW_S, minS: 0, maxS: 10 });
  const redClearanceS = fixed("AllRed", {
    setting: "allRedTime",
    otherwiseS: DEFAULT_RED_CLEARANCE_S,
    minS: 0,
    maxS: 20,
  });
  const hasPedestrians = (read("Walk") ?? 0) > 0 && (read("DontWalk") ?? 0) > 0;
  return {
    number,
    ...findPlace(source, node, number),
    minGreenS: fixed("MinGreen", { otherwiseS: DEFAULT_MIN_GREEN_S, minS: 1, maxS: 60 }),
    yellowS,
    redClearanceS,
    programmedSplitS: maxGreenS === undefined ? undefined : maxGreenS + yellowS + redClearanceS,
    startS,
    endS,
    walkS: hasPedestrians ? fixed("Walk", { otherwiseS: 0, minS: 0, maxS: 60 }) : 0,
    dontWalkS: hasPedestrians ? fixed("DontWalk", { otherwiseS: 0, minS: 0, maxS: 80 }) : 0,
    recallCode: read("Recall") ?? 0,
    passageS: readPassage(read("VehExt")),
  };
}

interface FixedRange {
  readonly setting?: string;
  readonly otherwiseS: number;
  readonly minS: number;
  readonly maxS: number;
}

/** A fixed time in whole tenths and within what a controller accepts; anything else is reported. */
function readFixed(
  source: UtdfSource,
  node: string,
  field: FixedRange & { readonly number: number; readonly record: string },
): number {
  const records = source.file.phases.get(node);
  const given = findNumber(records, field.record, `D${field.number}`);
  const setting = field.setting === undefined ? undefined : findNumber(source.file.settings, field.setting);
  const wanted = given ?? setting ?? field.otherwiseS;
  const valueS = toTenths(Math.min(field.maxS, Math.max(field.minS, wanted))) / 10;
  if (given === undefined || Math.abs(valueS - given) > 1e-9) {
    source.note({
      severity: given === undefined ? "assumption" : "repair",
      node,
      where: toPlace("Phases", field.record, records),
      sentence: `Phase ${field.number} of node ${node} has ${
        given === undefined ? "no" : `${given} s as`
      } ${field.record}: ${valueS} s are taken.`,
    });
  }
  return valueS;
}

function findPlace(
  source: UtdfSource,
  node: string,
  number: number,
): { barrier: number; ring: number; position: number } {
  const records = source.file.phases.get(node);
  const given = findNumber(records, "BRP", `D${number}`);
  const isPlace = given !== undefined && Number.isInteger(given) && given >= 111 && given <= 999;
  if (!isPlace) {
    source.note({
      severity: "assumption",
      node,
      where: toPlace("Phases", "BRP", records),
      sentence: `Phase ${number} of node ${node} has no place in rings and barriers: NEMA's is taken.`,
    });
  }
  const brp = isPlace ? given : (NEMA_BRP[(number - 1) % NEMA_BRP.length] ?? 111);
  return { barrier: Math.floor(brp / 100), ring: Math.floor(brp / 10) % 10, position: brp % 10 };
}

const readPassage = (extensionS: number | undefined): number | undefined =>
  extensionS === undefined || extensionS < 0 || extensionS > 15 ? undefined : toTenths(extensionS) / 10;
