/**
 * Splits, orders and offsets back to Synchro. With the text that the network came from, only the cells that a plan changes
 * are replaced and every other byte stays: cycle length and offset (in the file's own reference), and for each phase
 * its place in the ring, maximum green, start, end and yield points. Minimum splits and all fixed times stay as they are.
 * Without it, the Timeplans and Phases sections alone are written, each offset referring to the phase of the plan.
 *
 * Limits: average actuated greens (ActGreen), delays and queues in the file are Synchro's results and are not renewed.
 */
import { AppError } from "../errors.ts";
import { buildNetworkIndex, getIntersection, getSequence, type NetworkIndex } from "../network/find.ts";
import type { Crossing, Intersection, Network } from "../network/network.schema.ts";
import type { CoordinationPlan, TimingPlan } from "../timing/plan.schema.ts";
import type { CsvCell } from "./csv.ts";
import { importUtdf } from "./import-utdf.ts";
import { findNumber, parseUtdfFile, toKey, toNumber, type UtdfFile, type UtdfRecord } from "./utdf-file.ts";
import { readReferencePhases } from "./utdf-offset.ts";
import { computeUtdfTimes, type TimeRecord, type UtdfTimes } from "./utdf-times.ts";

const TIME_RECORDS: readonly TimeRecord[] = [
  "MaxGreen",
  "Start",
  "End",
  "Yield",
  "Yield170",
  "LocalStart",
  "LocalYield",
  "LocalYield170",
];
/** `Referenced To` of each of our reference points. */
const REFERENCED_TO = { beginGreen: 0, beginYellow: 1, beginRed: 2 };

/** The text with the plan in it. Stops with `invalidInput` when the original text is no UTDF. */
export function exportUtdf(input: {
  readonly originalText?: string;
  readonly network: Network;
  readonly plan: CoordinationPlan;
}): string {
  const index = buildNetworkIndex(input.network);
  return input.originalText === undefined
    ? writeSections(index, input.plan)
    : rewrite(input.originalText, index, input.plan);
}

interface Edit {
  readonly cell: CsvCell;
  readonly text: string;
}

function rewrite(originalText: string, index: NetworkIndex, plan: CoordinationPlan): string {
  const before = importUtdf(originalText, {
    networkId: plan.networkId,
    source: "original",
    drivingSide: index.network.drivingSide,
    validUntilMs: plan.validUntilMs,
  });
  if (before.kind === "invalid") {
    throw new AppError("invalidInput", "The original text is no UTDF file that can be read", {
      faults: before.faults,
    });
  }
  const file = parseUtdfFile(originalText, () => undefined);
  const original = buildNetworkIndex(before.network);
  const edits = plan.timingPlans.flatMap((timingPlan) => {
    const old = before.plan.timingPlans.find((it) => it.intersectionId === timingPlan.intersectionId);
    if (old === undefined) return [];
    const oldOrder = orderOf(original, old);
    const unchanged = toComparable(timingPlan, orderOf(index, timingPlan)) === toComparable(old, oldOrder);
    return unchanged ? [] : listEdits({ file, index, timingPlan, old, oldOrder });
  });
  return applyEdits(originalText, edits);
}

const orderOf = (index: NetworkIndex, plan: TimingPlan): string =>
  JSON.stringify(getSequence(getIntersection(index, plan.intersectionId), plan.sequenceId).rings);

const toComparable = (plan: TimingPlan, order: string): string =>
  JSON.stringify([
    plan.cycleS,
    plan.offsetS,
    plan.offsetReference.phase,
    plan.offsetReference.point,
    [...plan.splits].sort((a, b) => a.phase - b.phase).map((it) => [it.phase, it.splitS]),
    order,
  ]);

function listEdits(of: {
  readonly file: UtdfFile;
  readonly index: NetworkIndex;
  readonly timingPlan: TimingPlan;
  readonly old: TimingPlan;
  readonly oldOrder: string;
}): Edit[] {
  const { file, index, timingPlan } = of;
  const node = timingPlan.intersectionId;
  const timeplan = file.timeplans.get(node);
  const records = file.phases.get(node);
  const times = computeUtdfTimes(getIntersection(index, node), timingPlan, {
    code: findNumber(timeplan, "Referenced To") ?? 0,
    phases: readReferencePhases(findNumber(timeplan, "Reference Phase") ?? 0),
    dontWalkS: (phase) => findNumber(records, "DontWalk", `D${phase}`) ?? 0,
  });
  const hasNewOrder = orderOf(index, timingPlan) !== of.oldOrder;
  const edits: Edit[] = [
    ...setNumber(timeplan?.get("CYCLELENGTH")?.get("DATA"), times.cycleS, 1),
    ...setNumber(timeplan?.get("OFFSET")?.get("DATA"), times.offsetS, 1),
  ];
  for (const { phase, splitS, times: byRecord } of times.phases) {
    const column = `D${phase.number}`;
    const hasNewSplit = of.old.splits.find((it) => it.phase === phase.number)?.splitS !== splitS;
    for (const record of TIME_RECORDS) {
      // A programmed maximum green often adds up to less than its split; it is kept where the split is.
      if (record === "MaxGreen" && !hasNewSplit) continue;
      edits.push(...setNumber(records?.get(toKey(record))?.get(column), byRecord[record], 0));
    }
  }
  return hasNewOrder ? [...edits, ...listOrderEdits(index, timingPlan, records?.get("BRP"))] : edits;
}

/** The places that the phases of a ring have between two barriers, given out again in the new order. */
function listOrderEdits(index: NetworkIndex, plan: TimingPlan, brp: UtdfRecord | undefined): Edit[] {
  const { rings } = getSequence(getIntersection(index, plan.intersectionId), plan.sequenceId);
  return rings.flat().flatMap((phases) => {
    const cells = phases.flatMap((it) => brp?.get(`D${it}`) ?? []);
    const places = cells.map((it) => toNumber(it) ?? 0).sort((a, b) => a - b);
    return cells.flatMap((cell, at) => setNumber(cell, places[at] ?? 0, 0));
  });
}

/** Nothing to do where the cell says so already or is not there. */
function setNumber(cell: CsvCell | undefined, value: number, decimals: number): Edit[] {
  if (cell === undefined || toNumber(cell) === value) return [];
  return [{ cell, text: decimals === 0 ? toShort(value) : value.toFixed(decimals) }];
}

const toShort = (value: number): string => String(Math.round(value * 10) / 10);

function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = "";
  let from = 0;
  for (const { cell, text: replacement } of [...edits].sort((a, b) => a.cell.start - b.cell.start)) {
    result += text.slice(from, cell.start) + replacement;
    from = cell.end;
  }
  return result + text.slice(from);
}

function writeSections(index: NetworkIndex, plan: CoordinationPlan): string {
  const signals = plan.timingPlans.map((timingPlan) => {
    const intersection = getIntersection(index, timingPlan.intersectionId);
    const { phase, point } = timingPlan.offsetReference;
    const reference = {
      code: REFERENCED_TO[point],
      phases: [phase],
      dontWalkS: (number: number) => findCrossing(intersection, number)?.clearanceS ?? 0,
    };
    return {
      node: timingPlan.intersectionId,
      intersection,
      reference,
      times: computeUtdfTimes(intersection, timingPlan, reference),
    };
  });
  const last = Math.max(8, ...signals.flatMap((it) => it.times.phases.map((own) => own.phase.number)));
  const columns = Array.from({ length: last }, (_, at) => at + 1);
  return [
    "[Network]",
    "Network Settings",
    "RECORDNAME,DATA",
    "UTDFVERSION,8",
    "",
    "[Timeplans]",
    "Timing Plan Settings",
    "RECORDNAME,INTID,DATA",
    ...signals.flatMap(({ node, times, reference }) => [
      `Cycle Length,${node},${times.cycleS.toFixed(1)}`,
      `Referenced To,${node},${reference.code}`,
      `Reference Phase,${node},${reference.phases.join("")}`,
      `Offset,${node},${times.offsetS.toFixed(1)}`,
    ]),
    "",
    "[Phases]",
    "Phasing Data",
    ["RECORDNAME", "INTID", ...columns.map((it) => `D${it}`)].join(","),
    ...signals.flatMap(({ node, intersection, times }) => [
      ...listFixedRows(times, intersection).map(([name, numberOf]) => toRow(node, name, columns, numberOf)),
      ...TIME_RECORDS.map((record) =>
        toRow(
          node,
          record,
          columns,
          (number) => times.phases.find((it) => it.phase.number === number)?.times[record],
        ),
      ),
    ]),
    "",
  ].join("\n");
}

type NumberOf = (phase: number) => number | undefined;

function listFixedRows(times: UtdfTimes, intersection: Intersection): [string, NumberOf][] {
  const find = (number: number): UtdfTimes["phases"][number] | undefined =>
    times.phases.find((it) => it.phase.number === number);
  return [
    ["BRP", (number) => find(number)?.brp],
    ["MinGreen", (number) => find(number)?.phase.minGreenS],
    ["Yellow", (number) => find(number)?.phase.yellowS],
    ["AllRed", (number) => find(number)?.phase.redClearanceS],
    ["Walk", (number) => findCrossing(intersection, number)?.walkS],
    ["DontWalk", (number) => findCrossing(intersection, number)?.clearanceS],
  ];
}

/** UTDF has one walk per phase: the crossing that takes longest. */
function findCrossing(intersection: Intersection, phaseNumber: number): Crossing | undefined {
  const phase = intersection.phases.find((it) => it.number === phaseNumber);
  return intersection.crossings
    .filter((it) => phase?.crossings.includes(it.id))
    .sort((a, b) => b.walkS + b.clearanceS - a.walkS - a.clearanceS)[0];
}

function toRow(node: string, name: string, columns: readonly number[], numberOf: NumberOf): string {
  const values = columns.map((it) => {
    const value = numberOf(it);
    return value === undefined ? "" : toShort(value);
  });
  return [name, node, ...values].join(",");
}
