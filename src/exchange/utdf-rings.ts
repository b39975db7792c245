/**
 * Rings, barriers and the splits that run today, in whole tenths of a second.
 *
 * What is true in the file: the splits are the spans from Start to End, which follow the barriers; MaxGreen + Yellow +
 * AllRed often adds up to less, because a ring without a left turn, or without a phase beyond a barrier, rests until the
 * other ring is done. So spans are taken where there are any, and each ring whose programmed times do not add up to
 * the cycle is reported. A ring that has no phase at all between two barriers gets a placeholder that serves nothing and
 * has the fixed times of the phase beside it, so that every ring adds up to the cycle.
 */
import { known } from "../errors.ts";
import { toTenths } from "../timing/cycle.ts";
import { findNumber, toPlace } from "./utdf-file.ts";
import type { UtdfPhase } from "./utdf-phases.ts";
import type { UtdfSource } from "./utdf-source.ts";

export interface RingPhase extends UtdfPhase {
  readonly splitTenths: number;
  /** It stands for the rest of a ring and serves no movement. */
  readonly isPlaceholder: boolean;
}

export interface SignalRings {
  readonly cycleTenths: number;
  /** rings[ring][barrierGroup] = phases in today's order. */
  readonly rings: readonly (readonly (readonly RingPhase[])[])[];
}

/** A ring that is this much off the cycle is reported, s. */
const RING_TOLERANCE_S = 0.6;

export function buildRings(
  source: UtdfSource,
  node: string,
  phases: readonly UtdfPhase[],
): SignalRings | undefined {
  const cycleS = findNumber(source.file.timeplans.get(node), "Cycle Length") ?? 0;
  const cycleTenths = toTenths(cycleS);
  if (phases.length === 0 || !(cycleTenths >= 100 && cycleTenths <= 6000)) return undefined;
  noteRingSums(source, node, { phases, cycleS });
  const measured = phases.map((it) => ({
    ...it,
    splitTenths: findSplitTenths(it, cycleTenths),
    isPlaceholder: false,
  }));
  const rings = alignRings(source, node, toRings(source, node, measured));
  return fitToCycle(source, node, { rings, cycleTenths });
}

const toGroupTenths = (phases: readonly RingPhase[]): number =>
  phases.reduce((sum, it) => sum + it.splitTenths, 0);

/** From Start to End where the file gives both, else the programmed split; never less than the fixed times and 1 s. */
function findSplitTenths(phase: UtdfPhase, cycleTenths: number): number {
  const least = toTenths(phase.yellowS) + toTenths(phase.redClearanceS) + 10;
  const { startS, endS, programmedSplitS } = phase;
  const programmed = programmedSplitS === undefined ? undefined : toTenths(programmedSplitS);
  if (startS === undefined || endS === undefined) return Math.max(least, programmed ?? 0);
  const span = (((toTenths(endS) - toTenths(startS)) % cycleTenths) + cycleTenths) % cycleTenths;
  return Math.max(least, span === 0 ? (programmed ?? cycleTenths) : span);
}

function noteRingSums(
  source: UtdfSource,
  node: string,
  { phases, cycleS }: { readonly phases: readonly UtdfPhase[]; readonly cycleS: number },
): void {
  for (const ring of new Set(phases.map((it) => it.ring))) {
    const own = phases.filter((it) => it.ring === ring);
    const sumS = own.reduce((sum, it) => sum + (it.programmedSplitS ?? 0), 0);
    if (Math.abs(sumS - cycleS) <= RING_TOLERANCE_S) continue;
    source.note({
      severity: "repair",
      node,
      where: toPlace("Phases", "MaxGreen", source.file.phases.get(node)),
      sentence: `Ring ${ring} of node ${node}: MaxGreen + Yellow + AllRed of phases ${own
        .map((it) => it.number)
        .join(
          ", ",
        )} add up to ${sumS.toFixed(1)} s, the cycle is ${cycleS} s: the splits are taken from Start and End.`,
    });
  }
}

function toRings(source: UtdfSource, node: string, phases: readonly RingPhase[]): RingPhase[][][] {
  const ascending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
  const barriers = ascending(phases.map((it) => it.barrier));
  return ascending(phases.map((it) => it.ring)).map((ring) =>
    barriers.map((barrier) => {
      const group = phases
        .filter((it) => it.ring === ring && it.barrier === barrier)
        .sort((a, b) => a.position - b.position || a.number - b.number);
      return orderByTimes(source, node, group);
    }),
  );
}

/** The order in which one phase ends where the next starts; the order of BRP when the times show none. */
function orderByTimes(source: UtdfSource, node: string, group: RingPhase[]): RingPhase[] {
  const first = group.find((it) => !group.some((other) => other !== it && other.endS === it.startS));
  const ordered: RingPhase[] = [];
  for (let next = first; next !== undefined && !ordered.includes(next); ) {
    const current: RingPhase = next;
    ordered.push(current);
    next = group.find((it) => it.startS !== undefined && it.startS === current.endS);
  }
  if (ordered.length !== group.length || ordered.every((it, at) => it === group[at])) return group;
  source.note({
    severity: "repair",
    node,
    where: toPlace("Phases", "BRP", source.file.phases.get(node)),
    sentence: `Phases ${group.map((it) => it.number).join(", ")} of node ${node} run in the order ${ordered
      .map((it) => it.number)
      .join(", ")} by their start times: that order is taken.`,
  });
  return ordered;
}

/** Every ring as long as the longest between each two barriers: by a placeholder, or by its last phase. */
function alignRings(source: UtdfSource, node: string, rings: readonly RingPhase[][][]): RingPhase[][][] {
  const used = new Set(rings.flat(2).map((it) => it.number));
  return rings.map((groups, ring) =>
    groups.map((phases, group) => {
      const longest = rings
        .map((it) => it[group] ?? [])
        .reduce((best, it) => (toGroupTenths(it) > toGroupTenths(best) ? it : best));
      const missing = toGroupTenths(longest) - toGroupTenths(phases);
      if (missing === 0) return phases;
      if (phases.length > 0) return lengthenLast(source, node, { phases, missing });
      const number = pickUnused(used, ring, group);
      used.add(number);
      return [buildPlaceholder(source, node, { beside: longest, number, ring: ring + 1 })];
    }),
  );
}

function buildPlaceholder(
  source: UtdfSource,
  node: string,
  of: { readonly beside: readonly RingPhase[]; readonly number: number; readonly ring: number },
): RingPhase {
  const last = known(of.beside.at(-1), "phase beside a placeholder");
  const splitTenths = toGroupTenths(of.beside);
  source.note({
    severity: "repair",
    node,
    where: toPlace("Phases", "BRP", source.file.phases.get(node)),
    sentence: `Ring ${of.ring} of node ${node} has no phase beside ${of.beside
      .map((it) => it.number)
      .join(", ")}: phase ${of.number} stands there for ${splitTenths / 10} s and serves nothing.`,
  });
  return {
    ...last,
    number: of.number,
    ring: of.ring,
    position: 1,
    walkS: 0,
    dontWalkS: 0,
    startS: undefined,
    endS: undefined,
    splitTenths,
    isPlaceholder: true,
  };
}

/** NEMA's through phase for the place where it is free, else the next free number. */
function pickUnused(used: ReadonlySet<number>, ring: number, group: number): number {
  const nema = ring * 4 + group * 2 + 2;
  for (const number of [nema, nema - 1]) if (number <= 8 && !used.has(number)) return number;
  let number = 1;
  while (used.has(number)) number += 1;
  return number;
}

function lengthenLast(
  source: UtdfSource,
  node: string,
  { phases, missing }: { readonly phases: readonly RingPhase[]; readonly missing: number },
): RingPhase[] {
  const last = known(phases.at(-1), "last phase of a ring between barriers");
  noteLengthened(source, node, {
    phase: last,
    byTenths: missing,
    reason: "so that the rings meet at the barrier",
  });
  return [...phases.slice(0, -1), { ...last, splitTenths: last.splitTenths + missing }];
}

/** Makes the rings as long as the cycle by the longest group's last phases; failing that, the cycle as long as the rings. */
function fitToCycle(
  source: UtdfSource,
  node: string,
  { rings, cycleTenths }: { readonly rings: RingPhase[][][]; readonly cycleTenths: number },
): SignalRings | undefined {
  const lengths = (rings[0] ?? []).map(toGroupTenths);
  const total = lengths.reduce((sum, it) => sum + it, 0);
  const missing = cycleTenths - total;
  if (missing === 0) return { cycleTenths, rings };
  const longest = lengths.indexOf(Math.max(...lengths));
  const fits = rings.every((groups) => {
    const last = groups[longest]?.at(-1);
    return (
      last !== undefined &&
      last.splitTenths + missing >=
        toTenths(last.minGreenS) + toTenths(last.yellowS) + toTenths(last.redClearanceS)
    );
  });
  if (!fits) {
    source.note({
      severity: "repair",
      node,
      where: toPlace("Timeplans", "Cycle Length", source.file.timeplans.get(node)),
      sentence: `The splits of node ${node} add up to ${total / 10} s and cannot be fitted to the cycle of ${cycleTenths / 10} s: the cycle is taken as ${total / 10} s.`,
    });
    return total >= 100 && total <= 6000 ? { cycleTenths: total, rings } : undefined;
  }
  return {
    cycleTenths,
    rings: rings.map((groups) =>
      groups.map((phases, group) => {
        const last = phases.at(-1);
        if (group !== longest || last === undefined) return phases;
        noteLengthened(source, node, {
          phase: last,
          byTenths: missing,
          reason: "so that its ring fills the cycle",
        });
        return [...phases.slice(0, -1), { ...last, splitTenths: last.splitTenths + missing }];
      }),
    ),
  };
}

function noteLengthened(
  source: UtdfSource,
  node: string,
  {
    phase,
    byTenths,
    reason,
  }: { readonly phase: RingPhase; readonly byTenths: number; readonly reason: string },
): void {
  source.note({
    severity: "repair",
    node,
    where: toPlace("Phases", "Start", source.file.phases.get(node)),
    sentence: `The split of phase ${phase.number} of node ${node} is changed by ${byTenths / 10} s to ${
      (phase.splitTenths + byTenths) / 10
    } s, ${reason}.`,
  });
}
