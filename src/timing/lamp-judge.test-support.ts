/**
 * Judges a log of lamps against the configuration of the intersection, for tests. It knows the network file and nothing
 * of plans, cycles or the sequencer: what no lamp may ever do, whatever runs.
 */
import type { Intersection, Phase } from "../network/network.schema.ts";
import type { IndicationChange } from "./indications.ts";

/** A state that a lamp showed, half-open in tenths of a second. `whole`: both its ends are in the log. */
interface Shown {
  readonly state: string;
  readonly fromDs: number;
  toDs: number;
  whole: boolean;
}

/** Every breach, as a sentence; the log begins with all lamps at red and ends at `endDs`. */
export function judgeLamps(log: {
  intersection: Intersection;
  changes: readonly IndicationChange[];
  endDs: number;
}): string[] {
  const shown = collectShown(log.changes, log.endDs);
  return [
    ...log.intersection.phases.flatMap((phase) => judgePhase(phase, shown)),
    ...log.intersection.crossings.flatMap((it) => judgeCrossing(log.intersection, it.id, shown)),
    ...log.intersection.movements.flatMap((it) => judgeMovement(log.intersection, it.id, shown)),
    ...judgeConflicts(log.intersection, shown),
    ...judgeConcurrency(log.intersection, shown),
  ];
}

type ShownByLamp = ReadonlyMap<string, readonly Shown[]>;

function collectShown(changes: readonly IndicationChange[], endDs: number): ShownByLamp {
  const byLamp = new Map<string, Shown[]>();
  let lastDs = Number.NEGATIVE_INFINITY;
  for (const change of changes) {
    if (change.atDs < lastDs) throw new Error(`the log goes back in time at ${change.atDs}`);
    lastDs = change.atDs;
    const lamp =
      change.type === "phase"
        ? `phase ${change.phase}`
        : change.type === "crossing"
          ? change.crossingId
          : change.movementId;
    const states = byLamp.get(lamp) ?? [];
    const last = states.at(-1);
    if (last !== undefined) {
      last.toDs = change.atDs;
      last.whole = true;
      if (last.state === change.indication) throw new Error(`${lamp} changes to what it shows`);
    }
    states.push({ state: change.indication, fromDs: change.atDs, toDs: endDs, whole: false });
    byLamp.set(lamp, states);
  }
  return byLamp;
}

const tenths = (s: number): number => Math.round(s * 10);

/** Green (with flashing green) as long as the minimum; flashing green, yellow and red clearance exact and in order. */
function judgePhase(phase: Phase, shown: ShownByLamp): string[] {
  const breaches: string[] = [];
  const wanted = [
    ["flashingGreen", tenths(phase.flashingGreenS)],
    ["yellow", tenths(phase.yellowS)],
    ["redClearance", tenths(phase.redClearanceS)],
  ] as const;
  const states = shown.get(`phase ${phase.number}`) ?? [];
  const say = (it: Shown, what: string) => breaches.push(`phase ${phase.number} at ${it.fromDs}: ${what}`);
  for (const [index, it] of states.entries()) {
    const lengthDs = it.toDs - it.fromDs;
    const fixed = wanted.find(([state]) => state === it.state);
    if (it.whole && fixed !== undefined && lengthDs !== fixed[1])
      say(it, `${it.state} ${lengthDs} of ${fixed[1]}`);
    const isStart =
      it.state === "green" || (it.state === "flashingGreen" && states[index - 1]?.state !== "green");
    if (!isStart) {
      const order = ["green", ...wanted.filter(([, ds]) => ds > 0).map(([state]) => state), "red"];
      const before = states[index - 1]?.state ?? "red";
      if (order.indexOf(it.state) !== order.indexOf(before) + 1) say(it, `${before} → ${it.state}`);
      continue;
    }
    const flash =
      it.state === "green" && states[index + 1]?.state === "flashingGreen" ? states[index + 1] : it;
    if (flash?.whole && flash.toDs - it.fromDs < tenths(phase.minGreenS)) {
      say(it, `green ${flash.toDs - it.fromDs} of at least ${tenths(phase.minGreenS)}`);
    }
  }
  return breaches;
}

/** Walk and clearance as configured, within one green of a phase that serves the crossing. */
function judgeCrossing(intersection: Intersection, id: string, shown: ShownByLamp): string[] {
  const breaches: string[] = [];
  const crossing = intersection.crossings.find((it) => it.id === id);
  const wanted = { walk: tenths(crossing?.walkS ?? 0), clearance: tenths(crossing?.clearanceS ?? 0) };
  const greens = intersection.phases
    .filter((it) => it.crossings.includes(id))
    .flatMap((it) => unite(shown.get(`phase ${it.number}`) ?? [], ["green", "flashingGreen"]));
  for (const it of shown.get(id) ?? []) {
    if (it.state === "dontWalk") continue;
    const wantedDs = it.state === "walk" ? wanted.walk : wanted.clearance;
    if (it.whole && it.toDs - it.fromDs !== wantedDs) {
      breaches.push(`${id} at ${it.fromDs}: ${it.state} ${it.toDs - it.fromDs} of ${wantedDs}`);
    }
    if (!greens.some((green) => green.fromDs <= it.fromDs && green.toDs >= it.toDs)) {
      breaches.push(`${id} at ${it.fromDs}: ${it.state} outside the green of its phases`);
    }
  }
  return breaches;
}

/** Green only while a phase that serves the movement is not red, and whenever one of them is green. */
function judgeMovement(intersection: Intersection, id: string, shown: ShownByLamp): string[] {
  const breaches: string[] = [];
  const lamps = shown.get(id) ?? [];
  const phasesWith = (list: "protectedMovements" | "permittedMovements", states: readonly string[]) =>
    merge(
      intersection.phases
        .filter((it) => it[list].includes(id))
        .flatMap((it) => unite(shown.get(`phase ${it.number}`) ?? [], states)),
    );
  const notRed = ["green", "flashingGreen", "yellow", "redClearance"];
  const within = (inner: readonly Span[], outer: readonly Span[]) =>
    inner.every((it) => outer.some((by) => by.fromDs <= it.fromDs && by.toDs >= it.toDs));
  const protectedSpans = unite(lamps, ["protected"]);
  const greenSpans = unite(lamps, ["protected", "permitted"]);
  const greenPhases = merge([
    ...phasesWith("protectedMovements", ["green", "flashingGreen"]),
    ...phasesWith("permittedMovements", ["green", "flashingGreen"]),
  ]);
  if (!within(protectedSpans, phasesWith("protectedMovements", notRed)))
    breaches.push(`${id} is protected without a phase`);
  if (!within(phasesWith("protectedMovements", ["green", "flashingGreen"]), protectedSpans))
    breaches.push(`${id} lacks a protected green`);
  if (!within(greenPhases, greenSpans)) breaches.push(`${id} lacks a green`);
  for (const [index, it] of lamps.entries()) {
    if (it.state === "red" && ["protected", "permitted"].includes(lamps[index - 1]?.state ?? "red")) {
      breaches.push(`${id} at ${it.fromDs}: green → red without yellow`);
    }
  }
  return breaches;
}

/** No conflicting pair holds protected right of way together, and intergreens are kept. */
function judgeConflicts(intersection: Intersection, shown: ShownByLamp): string[] {
  const breaches: string[] = [];
  for (const [one, other] of intersection.conflicts) {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const intergreenDs = intergreenOf(intersection, from, to);
      const starts = rightsOfWay(intersection, to, shown);
      for (const ending of rightsOfWay(intersection, from, shown)) {
        const starting = starts.find((it) => it.fromDs >= ending.fromDs);
        if (starting === undefined) continue;
        if (starting.fromDs < ending.clearDs)
          breaches.push(`${from} and ${to} together at ${starting.fromDs}`);
        else if (starting.fromDs < ending.greenEndDs + intergreenDs) {
          breaches.push(`${from} → ${to} at ${starting.fromDs}: intergreen shorter than ${intergreenDs}`);
        }
      }
    }
  }
  return breaches;
}

function intergreenOf(intersection: Intersection, from: string, to: string): number {
  const configured = intersection.intergreens.find((it) => it.from === from && it.to === to);
  if (configured !== undefined) return tenths(configured.intergreenS);
  const serving = intersection.phases.filter((it) => it.protectedMovements.includes(from));
  if (serving.length === 0) return 0;
  return Math.min(...serving.map((it) => tenths(it.yellowS) + tenths(it.redClearanceS)));
}

interface RightOfWay {
  readonly fromDs: number;
  /** Of walk for a crossing. */
  readonly greenEndDs: number;
  readonly clearDs: number;
}

/** Of a movement: its protected green and the yellow of the phases that give it. Of a crossing: walk and clearance. */
function rightsOfWay(intersection: Intersection, id: string, shown: ShownByLamp): RightOfWay[] {
  const lamps = shown.get(id) ?? [];
  const greens = unite(lamps, ["protected", "walk"]);
  const phases = intersection.phases.filter((it) => it.protectedMovements.includes(id));
  const held = merge([
    ...unite(lamps, ["protected", "walk", "clearance"]),
    ...phases.flatMap((it) =>
      unite(shown.get(`phase ${it.number}`) ?? [], ["green", "flashingGreen", "yellow"]),
    ),
  ]);
  return held.map(({ fromDs, toDs }) => ({
    fromDs,
    greenEndDs: Math.max(
      fromDs,
      ...greens.filter((it) => it.fromDs >= fromDs && it.toDs <= toDs).map((it) => it.toDs),
    ),
    clearDs: toDs,
  }));
}

/** Phases with right of way together must stand between the same barriers of one sequence, in different rings. */
function judgeConcurrency(intersection: Intersection, shown: ShownByLamp): string[] {
  const breaches: string[] = [];
  const may = (one: number, other: number) =>
    intersection.sequences.some(({ rings }) =>
      rings.some((ring, at) =>
        ring.some(
          (group, barrier) =>
            group.includes(one) &&
            rings.some((second, otherAt) => otherAt !== at && second[barrier]?.includes(other)),
        ),
      ),
    );
  for (const { number: one } of intersection.phases) {
    for (const { number: other } of intersection.phases) {
      if (one >= other || may(one, other)) continue;
      const states = ["green", "flashingGreen", "yellow"];
      for (const a of unite(shown.get(`phase ${one}`) ?? [], states)) {
        for (const b of unite(shown.get(`phase ${other}`) ?? [], states)) {
          if (a.fromDs < b.toDs && b.fromDs < a.toDs)
            breaches.push(`phases ${one} and ${other} together at ${b.fromDs}`);
        }
      }
    }
  }
  return breaches;
}

interface Span {
  readonly fromDs: number;
  readonly toDs: number;
}

/** Spans during which the lamp shows one of these states. */
function unite(states: readonly Shown[], of: readonly string[]): Span[] {
  return merge(states.filter((it) => of.includes(it.state)));
}

function merge(spans: readonly Span[]): Span[] {
  const merged: { fromDs: number; toDs: number }[] = [];
  for (const { fromDs, toDs } of [...spans].sort((a, b) => a.fromDs - b.fromDs)) {
    const last = merged.at(-1);
    if (last !== undefined && fromDs <= last.toDs) last.toDs = Math.max(last.toDs, toDs);
    else merged.push({ fromDs, toDs });
  }
  return merged;
}
