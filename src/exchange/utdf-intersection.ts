/** One signal of a UTDF file as an intersection with the timing plan that runs there. */
import { deriveConflicts } from "../network/derive-conflicts.ts";
import type { Intersection, Phase } from "../network/network.schema.ts";
import { toTenths } from "../timing/cycle.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { listConcurrent, listCrossings, type SignalCrossing } from "./utdf-crossings.ts";
import { findNumber, toPlace } from "./utdf-file.ts";
import { buildShape, findHeadingDeg } from "./utdf-geometry.ts";
import type { SignalMovement } from "./utdf-movements.ts";
import { readOffset, type SignalOffset } from "./utdf-offset.ts";
import type { RingPhase, SignalRings } from "./utdf-rings.ts";
import { listSequences } from "./utdf-sequences.ts";
import { findPosition, type UtdfSource } from "./utdf-source.ts";
import { type Approach, toStreetKey } from "./utdf-streets.ts";

export interface SignalStreams {
  readonly approaches: readonly Approach[];
  readonly movements: readonly SignalMovement[];
  readonly signal: SignalRings;
}

/** Cycles that a controller is taken to run when the file shows none beyond, s. */
const ORDINARY_CYCLES_S = { low: 40, high: 180 };

export function buildIntersection(
  source: UtdfSource,
  node: string,
  streams: SignalStreams,
): { intersection: Intersection; timingPlan: TimingPlan } {
  const { approaches, movements, signal } = streams;
  const shape = buildShape(source, node, streams);
  const crossings = listCrossings(source, node, { signal, movements, shape });
  const places = crossings.map((it) => ({ id: it.crossing.id, legDeg: it.legDeg, spans: "leg" as const }));
  const derived = deriveConflicts({ ...shape, crossings: places });
  const phases = listNetworkPhases(source, node, { streams, crossings, conflicts: derived });
  const offset = readOffset(source, node, signal);
  const sequences = listSequences(source, node, {
    signal,
    movements,
    coordinatedPhases: offset.coordinatedPhases,
  });
  const position = findPosition(source, node) ?? { xM: 0, yM: 0 };
  const names = new Map(
    approaches.flatMap(({ leg: { street } }) => (street ? [[toStreetKey(street), street]] : [])),
  );
  const intersection: Intersection = {
    id: node,
    ...(names.size === 0 ? {} : { name: [...names.values()].join(" & ").slice(0, 200) }),
    ...position,
    approaches: approaches.map((it) => ({
      id: it.leg.direction,
      linkId: it.link.id,
      headingDeg: findHeadingDeg(source, node, it),
      gradeRatio: readGrade(source, node, it),
    })),
    movements: movements.map((it) => it.movement),
    crossings: crossings.map((it) => it.crossing),
    phases,
    sequences,
    coordinatedPhases: [...offset.coordinatedPhases].slice(0, 4),
    offsetReference: offset.offsetReference,
    conflicts: dropContradicted(source, node, { derived, phases, signal }),
    intergreens: [],
    controller: {
      cycleMinS: Math.min(ORDINARY_CYCLES_S.low, signal.cycleTenths / 10),
      cycleMaxS: Math.min(300, Math.max(ORDINARY_CYCLES_S.high, signal.cycleTenths / 10)),
      resolutionS: isWholeSeconds(signal, offset) ? 1 : 0.1,
    },
  };
  return {
    intersection,
    timingPlan: toTimingPlan(node, { signal, offset, sequenceId: sequences[0]?.id ?? "today" }),
  };
}

function toTimingPlan(
  node: string,
  of: { readonly signal: SignalRings; readonly offset: SignalOffset; readonly sequenceId: string },
): TimingPlan {
  return {
    intersectionId: node,
    cycleS: of.signal.cycleTenths / 10,
    sequenceId: of.sequenceId,
    splits: of.signal.rings.flat(2).map((it) => ({ phase: it.number, splitS: it.splitTenths / 10 })),
    offsetS: of.offset.offsetS,
    offsetReference: of.offset.offsetReference,
  };
}

type Conflicts = readonly (readonly [string, string])[];

function listNetworkPhases(
  source: UtdfSource,
  node: string,
  of: {
    readonly streams: SignalStreams;
    readonly crossings: readonly SignalCrossing[];
    readonly conflicts: Conflicts;
  },
): Phase[] {
  return of.streams.signal.rings.flat(2).map((phase) => {
    const crossings = of.crossings.filter((it) => it.phase === phase.number).map((it) => it.crossing.id);
    const concurrent = listConcurrent(of.streams.signal, phase.number);
    const beside = of.crossings.filter((it) => concurrent.includes(it.phase)).map((it) => it.crossing.id);
    const serving = phase.isPlaceholder ? [] : of.streams.movements;
    const yields = (it: SignalMovement): boolean =>
      of.conflicts.some(([id, crossing]) => id === it.movement.id && beside.includes(crossing));
    const given = serving.filter((it) => it.protectedPhases.includes(phase.number));
    const protectedMovements = given.filter((it) => !yields(it));
    const permitted = serving.filter(
      (it) =>
        it.permittedPhases.includes(phase.number) || it.uncontrolled || (given.includes(it) && yields(it)),
    );
    for (const it of given.filter(yields)) noteYields(source, node, { id: it.movement.id, phase });
    return {
      number: phase.number,
      protectedMovements: protectedMovements.map((it) => it.movement.id),
      permittedMovements: permitted
        .filter((it) => !protectedMovements.includes(it))
        .map((it) => it.movement.id),
      crossings,
      minGreenS: phase.minGreenS,
      flashingGreenS: 0,
      yellowS: phase.yellowS,
      redClearanceS: phase.redClearanceS,
      ...(phase.passageS === undefined ? {} : { passageS: phase.passageS }),
      recall: toRecall(phase),
    };
  });
}

function toRecall(phase: RingPhase): Phase["recall"] {
  if (phase.isPlaceholder) return "none";
  const recalls: Readonly<Record<number, Phase["recall"]>> = {
    1: "min",
    2: "pedestrian",
    3: "max",
    4: "max",
  };
  return recalls[phase.recallCode] ?? "none";
}

/** What the file runs together with protected right of way does not conflict, whatever the geometry seems to say. */
function dropContradicted(
  source: UtdfSource,
  node: string,
  of: { readonly derived: Conflicts; readonly phases: readonly Phase[]; readonly signal: SignalRings },
): [string, string][] {
  const together = new Set<string>();
  for (const phase of of.phases) {
    const beside = of.phases.filter((it) => listConcurrent(of.signal, phase.number).includes(it.number));
    for (const one of [...phase.protectedMovements, ...phase.crossings]) {
      for (const other of beside.flatMap((it) => [...it.protectedMovements, ...it.crossings])) {
        together.add(`${one} ${other}`).add(`${other} ${one}`);
      }
    }
  }
  return of.derived.flatMap(([one, other]): [string, string][] => {
    if (!together.has(`${one} ${other}`)) return [[one, other]];
    source.note({
      severity: "warning",
      node,
      where: toPlace("Lanes", "Phase1", source.file.lanes.get(node)),
      sentence: `${one} and ${other} of node ${node} cross or merge by geometry, but the file gives them right of way together: they are taken not to conflict.`,
    });
    return [];
  });
}

function readGrade(source: UtdfSource, node: string, approach: Approach): number {
  const grade = findNumber(source.file.links.get(node), "Grade", approach.leg.direction) ?? 0;
  return Math.min(0.3, Math.max(-0.3, grade / 100));
}

function isWholeSeconds(signal: SignalRings, offset: SignalOffset): boolean {
  const tenths = [
    signal.cycleTenths,
    toTenths(offset.offsetS),
    ...signal.rings.flat(2).map((it) => it.splitTenths),
  ];
  return tenths.every((it) => it % 10 === 0);
}

function noteYields(
  source: UtdfSource,
  node: string,
  { id, phase }: { readonly id: string; readonly phase: RingPhase },
): void {
  source.note({
    severity: "repair",
    node,
    where: toPlace("Lanes", "Phase1", source.file.lanes.get(node)),
    sentence: `${id} of node ${node} is protected in phase ${phase.number} while pedestrians cross its way: it is taken as permitted, yielding to them.`,
  });
}
