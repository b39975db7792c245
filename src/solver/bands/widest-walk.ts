/**
 * The widest way along the arcs of a route (band-arcs.ts), over an interval of φ = 1/cycle; a single φ is an interval too.
 *
 * A walk so far is a label: s, the largest arc start met, and E, the least arc end moved by the spare travel time since. At
 * a point z ≥ s it has room E − z for both bands; later arcs can only raise s, lower E and cap the bands. Of two labels of
 * a signal, the one with s' ≥ s, E' ≤ E and lower caps is never needed. A label that begins at s and an arc that begins at
 * a + k (k whole) meet in max(s, a + k) and min(E, end of the arc): of all k only the last one at or before s and the one
 * after it matter. What a label is worth can only fall on the way, so labels that do not beat the best known are dropped.
 *
 * Over an interval of φ, s and E are largest and least of linear functions. A label keeps one of those that meet, so it has
 * no less room than the walk at any φ: the result is an upper bound, and exact where no two of them cross inside.
 *
 * Cost: signals × choices × labels; labels per signal are a handful as a rule, at fixed travel times at most the arcs
 * so far.
 */
import type { BandArcs } from "./band-arcs.ts";
import { buildWorth } from "./band-goal.ts";

/** 1/cycle, from least to most, 1/s. */
export interface FrequencyRange {
  readonly least: number;
  readonly most: number;
}

export interface Walk {
  /** The goal's value, share of the cycle: of nothing on the interval is it more. */
  readonly bound: number;
  /** The choice at each signal, by its place in `BandArcs`. */
  readonly choices: Int32Array;
  /** In which turn of the circle the walk meets that choice's arc: its start is a − φ·loop + turn. */
  readonly turns: Int32Array;
}

export interface WalkLimits {
  /** Only walks that are worth more count, share. */
  readonly toBeat: number;
  /** Labels kept per signal, the best ones; what is dropped is not searched. Absent: all. */
  readonly mostLabels?: number;
}

export type WalkAnswer =
  | { readonly kind: "walk"; readonly walk: Walk; readonly isComplete: boolean }
  | { readonly kind: "none"; readonly isComplete: boolean };

export type WalkSearch = (range: FrequencyRange, limits: WalkLimits) => WalkAnswer;

/** Columns of a label; Low and High are at the ends of the interval, lengths in shares of the cycle. */
const S_LOW = 0;
const S_HIGH = 1;
const E_LOW = 2;
const E_HIGH = 3;
/** Caps of the outbound band, the inbound band and both together. */
const OUT = 4;
const IN = 5;
const ROOM = 6;
const WORTH = 7;
const COLUMNS = 8;

interface Search {
  readonly arcs: BandArcs;
  readonly worthOf: (out: number, inbound: number, room: number) => number;
  /** Label by label, signal by signal. */
  columns: Float64Array;
  /** Per label: its choice and that choice's turn, the turn from which its columns count, the label before. */
  choice: Int32Array;
  turn: Int32Array;
  shift: Int32Array;
  parent: Int32Array;
  count: number;
  /** The first label of the signal that is being reached. */
  first: number;
  range: FrequencyRange;
  toBeat: number;
  mostLabels: number;
  isComplete: boolean;
}

/** The search of one route; it keeps its memory from call to call. */
export function createWalkSearch(arcs: BandArcs): WalkSearch {
  const search: Search = {
    arcs,
    worthOf: buildWorth(arcs.goal),
    columns: new Float64Array(0),
    choice: new Int32Array(0),
    turn: new Int32Array(0),
    shift: new Int32Array(0),
    parent: new Int32Array(0),
    count: 0,
    first: 0,
    range: { least: 0, most: 0 },
    toBeat: 0,
    mostLabels: 0,
    isComplete: true,
  };
  return (range, { toBeat, mostLabels = Number.POSITIVE_INFINITY }) => {
    Object.assign(search, { range, toBeat, mostLabels, count: 0, isComplete: true });
    begin(search);
    for (let signal = 1; signal < arcs.signalCount && search.count > search.first; signal++) {
      const from = search.first;
      search.first = search.count;
      for (let label = from; label < search.first; label++) extend(search, label, signal);
    }
    const { isComplete } = search;
    const walk = search.count > search.first ? readBest(search) : undefined;
    return walk === undefined ? { kind: "none", isComplete } : { kind: "walk", walk, isComplete };
  };
}

/** The labels of the first signal: its arcs, as they are. */
function begin(search: Search): void {
  const { firstChoice, start, outGreen, inGreen, widest } = search.arcs;
  search.first = 0;
  for (let choice = 0; choice < (firstChoice[1] as number); choice++) {
    const columns = freeLabel(search);
    const at = search.count * COLUMNS;
    const s = start[choice] as number;
    const length = (outGreen[choice] as number) + (inGreen[choice] as number);
    columns[at + S_LOW] = s;
    columns[at + S_HIGH] = s;
    columns[at + E_LOW] = s + length;
    columns[at + E_HIGH] = s + length;
    columns[at + OUT] = Math.min(widest.outbound, outGreen[choice] as number);
    columns[at + IN] = Math.min(widest.inbound, inGreen[choice] as number);
    columns[at + ROOM] = length;
    keep(search, choice, 0, -1);
  }
}

/** All ways from a label to the choices of the next signal. */
function extend(search: Search, parent: number, signal: number): void {
  // The innermost loop of the solver: scalars only, nothing is allocated.
  const { arcs, range } = search;
  const { firstChoice, start, outGreen, inGreen } = arcs;
  const loopS = arcs.loopS[signal] as number;
  const spareS = arcs.spareS[signal - 1] as number;
  const from = parent * COLUMNS;
  const sLow = search.columns[from + S_LOW] as number;
  const sHigh = search.columns[from + S_HIGH] as number;
  const eLow = (search.columns[from + E_LOW] as number) + range.least * spareS;
  const eHigh = (search.columns[from + E_HIGH] as number) + range.most * spareS;
  const shift = search.shift[parent] as number;
  for (let choice = firstChoice[signal] as number; choice < (firstChoice[signal + 1] as number); choice++) {
    const out = outGreen[choice] as number;
    const inbound = inGreen[choice] as number;
    const length = out + inbound;
    const startLow = (start[choice] as number) - range.least * loopS;
    const startHigh = (start[choice] as number) - range.most * loopS;
    const turnLow = Math.floor(sLow - startLow);
    const turnHigh = Math.floor(sHigh - startHigh);
    const lastTurn = Math.max(turnLow, turnHigh) + 1;
    for (let turn = Math.min(turnLow, turnHigh); turn <= lastTurn; turn++) {
      const columns = freeLabel(search);
      const at = search.count * COLUMNS;
      const arcLow = startLow + turn;
      const arcHigh = startHigh + turn;
      // Of the two that meet, the one that is ahead in the middle of the interval.
      const arcBegins = arcLow + arcHigh > sLow + sHigh;
      const arcEnds = arcLow + arcHigh + 2 * length < eLow + eHigh;
      const s0 = arcBegins ? arcLow : sLow;
      const s1 = arcBegins ? arcHigh : sHigh;
      const e0 = arcEnds ? arcLow + length : eLow;
      const e1 = arcEnds ? arcHigh + length : eHigh;
      columns[at + S_LOW] = s0;
      columns[at + S_HIGH] = s1;
      columns[at + E_LOW] = e0;
      columns[at + E_HIGH] = e1;
      columns[at + OUT] = Math.min(columns[from + OUT] as number, out);
      columns[at + IN] = Math.min(columns[from + IN] as number, inbound);
      columns[at + ROOM] = Math.min(columns[from + ROOM] as number, Math.max(e0 - s0, e1 - s1));
      keep(search, choice, turn + shift, parent);
    }
  }
}

/** The columns, with room for one label more. */
function freeLabel(search: Search): Float64Array {
  if ((search.count + 1) * COLUMNS > search.columns.length) {
    const size = Math.max(256, 2 * search.count);
    const columns = new Float64Array(size * COLUMNS);
    columns.set(search.columns);
    search.columns = columns;
    for (const name of ["choice", "turn", "shift", "parent"] as const) {
      const grown = new Int32Array(size);
      grown.set(search[name]);
      search[name] = grown;
    }
  }
  return search.columns;
}

/** Takes the label that was written to the free place, unless it is not worth it or another makes it needless. */
function keep(search: Search, choice: number, turn: number, parent: number): void {
  const { columns, count, arcs, first } = search;
  const at = count * COLUMNS;
  const worth = search.worthOf(
    columns[at + OUT] as number,
    columns[at + IN] as number,
    columns[at + ROOM] as number,
  );
  if (worth <= search.toBeat) return;
  columns[at + WORTH] = worth;
  if (arcs.goal.form === "proportional") {
    // Nothing beyond the worth counts: caps that differ in it only are the same.
    columns[at + OUT] = worth / arcs.goal.outboundWeight;
    columns[at + IN] = worth / arcs.goal.inboundWeight;
    columns[at + ROOM] = worth / arcs.goal.outboundWeight + worth / arcs.goal.inboundWeight;
  }
  // The circle's turn in which the label begins, so that labels of the same place are seen to be so.
  const turns = Math.floor(((columns[at + S_LOW] as number) + (columns[at + S_HIGH] as number)) / 2);
  for (let column = S_LOW; column <= E_HIGH; column++) {
    columns[at + column] = (columns[at + column] as number) - turns;
  }
  let to = count;
  for (let other = first; other < count; other++) {
    if (covers(columns, other * COLUMNS, at)) return;
    if (to === count && covers(columns, at, other * COLUMNS)) to = other;
  }
  if (to === count && count - first >= search.mostLabels) {
    search.isComplete = false;
    to = findLeast(search);
    if ((columns[to * COLUMNS + WORTH] as number) >= worth) return;
  }
  if (to === count) search.count += 1;
  else columns.copyWithin(to * COLUMNS, at, at + COLUMNS);
  search.choice[to] = choice;
  search.turn[to] = turn;
  search.shift[to] = turns + (parent < 0 ? 0 : (search.shift[parent] as number));
  search.parent[to] = parent;
}

/** Does the label at `one` admit all that the label at `other` does? */
function covers(columns: Float64Array, one: number, other: number): boolean {
  return (
    (columns[one + S_LOW] as number) <= (columns[other + S_LOW] as number) &&
    (columns[one + S_HIGH] as number) <= (columns[other + S_HIGH] as number) &&
    (columns[one + E_LOW] as number) >= (columns[other + E_LOW] as number) &&
    (columns[one + E_HIGH] as number) >= (columns[other + E_HIGH] as number) &&
    (columns[one + ROOM] as number) >= (columns[other + ROOM] as number) &&
    (columns[one + OUT] as number) >= (columns[other + OUT] as number) &&
    (columns[one + IN] as number) >= (columns[other + IN] as number)
  );
}

/** The label of this signal that is worth least. */
function findLeast({ columns, first, count }: Search): number {
  let least = first;
  for (let label = first + 1; label < count; label++) {
    if ((columns[label * COLUMNS + WORTH] as number) < (columns[least * COLUMNS + WORTH] as number))
      least = label;
  }
  return least;
}

/** The best label of the last signal, as the walk that led to it. */
function readBest(search: Search): Walk {
  const { columns, arcs, first, count } = search;
  let best = first;
  for (let label = first + 1; label < count; label++) {
    if ((columns[label * COLUMNS + WORTH] as number) > (columns[best * COLUMNS + WORTH] as number))
      best = label;
  }
  const choices = new Int32Array(arcs.signalCount);
  const turns = new Int32Array(arcs.signalCount);
  for (let signal = arcs.signalCount - 1, label = best; signal >= 0; signal--) {
    choices[signal] = search.choice[label] as number;
    turns[signal] = search.turn[label] as number;
    label = search.parent[label] as number;
  }
  return { bound: columns[best * COLUMNS + WORTH] as number, choices, turns };
}
