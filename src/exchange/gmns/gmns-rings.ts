/**
 * The order of a controller's phases: ring, barrier and position of the timing phases. Tables contradict themselves here:
 * rings that let streams in conflict go together, or that do not add up to the cycle between barriers. So each plan takes,
 * of its own rings, those of the controller's other plans and NEMA's (1–4, 5–8), the first in which no conflict
 * runs and which misses the cycle least; what was taken instead of a plan's own is reported.
 */
import type { Fault } from "../../errors.ts";
import type { ControllerPlan } from "./gmns-phases.ts";
import { findYielding, type Rights, type RightsContext, yieldTo } from "./gmns-rights.ts";

/** rings[ring][barrierGroup] = phases in order; a group may be empty until `fillRings`. */
export type Rings = readonly (readonly (readonly number[])[])[];

export interface RingsContext extends RightsContext {
  readonly rights: ReadonlyMap<number, Rights>;
  readonly faults: Fault[];
}

const NEMA: Rings = [
  [
    [1, 2],
    [3, 4],
  ],
  [
    [5, 6],
    [7, 8],
  ],
];

/** The rings of each plan; undefined, with a fault, when none is free of conflicts. */
export function chooseRings(
  plans: readonly ControllerPlan[],
  of: RingsContext,
): ReadonlyMap<ControllerPlan, Rings> | undefined {
  const numbers = [...of.rights.keys()];
  const own = new Map(plans.map((it) => [it, readRings(it)]));
  const nema = NEMA.map((ring) => ring.map((group) => group.filter((it) => numbers.includes(it))));
  const candidates = [...own.values(), nema].filter(
    (it) => numbers.every((number) => it.flat(2).includes(number)) && listClashes(it, of).length === 0,
  );
  if (candidates.length === 0) {
    const [first] = plans;
    const clash = first === undefined ? undefined : listClashes(readRings(first), of)[0];
    of.faults.push({
      path: first?.phases[0]?.row.place("ring") ?? "signal_timing_phase.csv",
      message:
        clash === undefined
          ? `no plan of controller ${of.controllerId} has all its phases ${numbers.join(", ")}`
          : `the rings of every plan let ${clash.a} and ${clash.b} go together, whose ways cross`,
    });
    return undefined;
  }
  const isFull = (rings: Rings): boolean => rings.flat().every((group) => group.length > 0);
  const best = (of_: readonly ControllerPlan[], among: readonly Rings[]): Rings | undefined =>
    [...among].sort((a, b) => missS(of_, a) - missS(of_, b))[0];
  // A placeholder fills an empty group, and it stands at one place: then all plans share one order.
  const full = candidates.filter(isFull);
  const shared = full.length === 0 ? best(plans, candidates) : undefined;
  const chosen = new Map<ControllerPlan, Rings>();
  for (const plan of plans) {
    const ownRings = own.get(plan);
    const ordered = [...full].sort((a) => (sameRings(a, ownRings) ? -1 : 0));
    const rings = shared ?? best([plan], ordered);
    if (rings === undefined) continue;
    if (!sameRings(rings, ownRings)) noteOtherRings(plan, { rings, ownRings: ownRings ?? [], of });
    chosen.set(plan, rings);
  }
  return chosen;
}

const sameRings = (a: Rings, b: Rings | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

function readRings({ phases }: ControllerPlan): Rings {
  const values = (column: string): number[] =>
    [...new Set(phases.map((it) => it.row.number(column) ?? 0))].sort((a, b) => a - b);
  const position = (row: (typeof phases)[number]["row"]): number => row.number("position") ?? 0;
  return values("ring").map((ring) =>
    values("barrier").map((barrier) =>
      phases
        .filter(({ row }) => row.number("ring") === ring && row.number("barrier") === barrier)
        .sort((a, b) => position(a.row) - position(b.row))
        .map((it) => it.number),
    ),
  );
}

/** Green and clearance as a plan states them, s. */
export function statedSplitS({ phases }: ControllerPlan, number: number): number | undefined {
  const row = phases.find((it) => it.number === number)?.row;
  if (row === undefined) return undefined;
  return (row.number("max_green") ?? row.number("min_green") ?? 0) + (row.number("clearance") ?? 0);
}

/** By how much the groups of the rings and the cycle differ in length, s; nothing is expected of a plan without a cycle. */
function missS(plans: readonly ControllerPlan[], rings: Rings): number {
  return plans.reduce((sum, plan) => {
    const cycleS = plan.plan.number("cycle_length") ?? 0;
    if (cycleS === 0) return sum;
    const lengths = rings.map((ring) =>
      ring.map((group) => group.reduce((total, it) => total + (statedSplitS(plan, it) ?? 0), 0)),
    );
    const longest = (lengths[0] ?? []).map((_, group) => Math.max(...lengths.map((it) => it[group] ?? 0)));
    const uneven = lengths.flatMap((ring) =>
      ring.map((it, group) => (it === 0 ? 0 : (longest[group] ?? 0) - it)),
    );
    return (
      sum +
      Math.abs(cycleS - longest.reduce((total, it) => total + it, 0)) +
      uneven.reduce((total, it) => total + it, 0)
    );
  }, 0);
}

interface Clash {
  readonly a: string;
  readonly b: string;
  readonly phases: readonly [number, number];
}

/** Streams in conflict that phases of two rings would both protect, turns over a crossing apart: they can yield. */
function listClashes(rings: Rings, of: RingsContext): Clash[] {
  const walks = new Set(of.streams.crossings.map((it) => it.id));
  return listConcurrent(rings, of).filter(
    ({ a, b }) => (!walks.has(a) && !walks.has(b)) || findYielding(a, b, of.streams) === undefined,
  );
}

function listConcurrent(rings: Rings, { rights, streams }: RingsContext): Clash[] {
  const clashes: Clash[] = [];
  for (const [at, ring] of rings.entries()) {
    for (const [group, phases] of ring.entries()) {
      const beside = rings.slice(at + 1).flatMap((it) => it[group] ?? []);
      for (const phase of phases) {
        for (const other of beside) {
          const [one, two] = [rights.get(phase)?.protected, rights.get(other)?.protected];
          for (const [a, b] of streams.conflicts) {
            if (one?.has(a) && two?.has(b)) clashes.push({ a, b, phases: [phase, other] });
            if (one?.has(b) && two?.has(a)) clashes.push({ a, b, phases: [other, phase] });
          }
        }
      }
    }
  }
  return clashes;
}

/** Turns that a phase protects beside a crossing of another ring become permitted. */
export function yieldBeside(rings: Rings, of: RingsContext): void {
  for (const { a, b, phases } of listConcurrent(rings, of)) {
    const loser = findYielding(a, b, of.streams);
    const number = loser === a ? phases[0] : phases[1];
    const rights = of.rights.get(number);
    if (loser === undefined || rights?.protected.has(loser) !== true) continue;
    yieldTo(loser, { number, rights, winner: loser === a ? b : a, of });
  }
}

function noteOtherRings(
  plan: ControllerPlan,
  { rings, ownRings, of }: { readonly rings: Rings; readonly ownRings: Rings; readonly of: RingsContext },
): void {
  const clash = listClashes(ownRings, of)[0];
  const why =
    clash === undefined
      ? "do not add up to its cycle, or lack a phase"
      : `let ${clash.a} and ${clash.b} go together, whose ways cross`;
  const shown = rings.map((ring) => ring.map((group) => group.join(" ")).join(" | ")).join(" / ");
  of.note({
    severity: "repair",
    node: of.controllerId,
    where: plan.phases[0]?.row.place("ring") ?? "signal_timing_phase.csv",
    sentence: `The rings of plan ${plan.plan.id} ${why}: ${shown} are taken, which another plan or NEMA has.`,
  });
}
