/** Phases, rings and barriers of one intersection: what they serve, and that nothing that runs together conflicts. */
import type { Fault } from "../errors.ts";
import { listRepeated } from "./list-repeated.ts";
import type { Intersection, Phase, Sequence } from "./network.schema.ts";

export function checkPhases(intersection: Intersection, path: string): Fault[] {
  const conflicts = new Set(intersection.conflicts.flatMap(([a, b]) => [`${a} ${b}`, `${b} ${a}`]));
  return [
    ...listRepeated(intersection.phases.map((it) => it.number)).map(({ at, value }) => ({
      path: `${path}.phases.${at}.number`,
      message: `${value} is the number of an earlier phase too`,
    })),
    ...intersection.phases.flatMap((it, at) => [
      ...checkServed(it, `${path}.phases.${at}`, intersection),
      ...listConflicting(it, it, conflicts).map((message) => ({ path: `${path}.phases.${at}`, message })),
    ]),
    ...intersection.sequences.flatMap((it, at) => checkSequence(it, `${path}.sequences.${at}`, intersection)),
    ...checkConcurrency(intersection, path, conflicts),
    ...checkCoordination(intersection, path),
  ];
}

function checkServed(phase: Phase, path: string, intersection: Intersection): Fault[] {
  const faults: Fault[] = [];
  const movements = new Set(intersection.movements.map((it) => it.id));
  const crossings = new Set(intersection.crossings.map((it) => it.id));
  const lists = [
    { key: "protectedMovements", kind: "movement", known: movements },
    { key: "permittedMovements", kind: "movement", known: movements },
    { key: "crossings", kind: "crossing", known: crossings },
  ] as const;
  for (const { key, kind, known } of lists) {
    for (const [at, id] of phase[key].entries()) {
      if (!known.has(id)) faults.push({ path: `${path}.${key}.${at}`, message: `no ${kind} ${id}` });
    }
    for (const { at, value } of listRepeated(phase[key])) {
      faults.push({ path: `${path}.${key}.${at}`, message: `${value} is named twice` });
    }
  }
  for (const [at, id] of phase.permittedMovements.entries()) {
    if (phase.protectedMovements.includes(id)) {
      faults.push({
        path: `${path}.permittedMovements.${at}`,
        message: `${id} is protected in the same phase`,
      });
    }
  }
  if (phase.maxGreenS !== undefined && phase.maxGreenS < phase.minGreenS) {
    faults.push({
      path: `${path}.maxGreenS`,
      message: `${phase.maxGreenS} s is below the minimum green of ${phase.minGreenS} s`,
    });
  }
  if (phase.flashingGreenS > phase.minGreenS) {
    faults.push({
      path: `${path}.flashingGreenS`,
      message: `${phase.flashingGreenS} s is more than the minimum green of ${phase.minGreenS} s that it ends`,
    });
  }
  return faults;
}

/** Each phase once in each sequence, and the same number of barrier groups in each ring. */
function checkSequence(sequence: Sequence, path: string, intersection: Intersection): Fault[] {
  const faults: Fault[] = [];
  const placed = sequence.rings.flat(2);
  for (const { number } of intersection.phases) {
    const times = placed.filter((it) => it === number).length;
    if (times !== 1) {
      faults.push({ path, message: `phase ${number} stands ${times} times in its rings, expected once` });
    }
  }
  for (const number of new Set(placed)) {
    if (!intersection.phases.some((it) => it.number === number)) {
      faults.push({ path, message: `no phase ${number}` });
    }
  }
  const groups = sequence.rings[0]?.length;
  for (const [ring, own] of sequence.rings.entries()) {
    if (own.length !== groups) {
      faults.push({
        path: `${path}.rings.${ring}`,
        message: `${own.length} barrier groups, but ring 0 has ${groups}`,
      });
    }
  }
  return faults;
}

/** Phases of different rings in one barrier group may run together in any overlap, so none of theirs may conflict. */
function checkConcurrency(intersection: Intersection, path: string, conflicts: ReadonlySet<string>): Fault[] {
  const phases = new Map(intersection.phases.map((it) => [it.number, it]));
  const found = new Map<string, Fault>();
  for (const [at, { rings }] of intersection.sequences.entries()) {
    for (const { first, second } of listConcurrent(rings)) {
      const pair = [phases.get(first), phases.get(second)];
      if (pair[0] === undefined || pair[1] === undefined) continue;
      for (const message of listConflicting(pair[0], pair[1], conflicts)) {
        const key = `${first} ${second} ${message}`;
        if (found.has(key)) continue;
        found.set(key, {
          path: `${path}.sequences.${at}`,
          message: `phases ${first} and ${second} can run together: ${message}`,
        });
      }
    }
  }
  return [...found.values()];
}

function listConcurrent(rings: Sequence["rings"]): { first: number; second: number }[] {
  return rings.flatMap((ring, at) =>
    rings
      .slice(at + 1)
      .flatMap((other) =>
        ring.flatMap((phases, group) =>
          phases.flatMap((first) => (other[group] ?? []).map((second) => ({ first, second }))),
        ),
      ),
  );
}

/** Conflicting streams that would both have right of way (protected movements and crossings) in the two phases. */
function listConflicting(first: Phase, second: Phase, conflicts: ReadonlySet<string>): string[] {
  const firstStreams = [...first.protectedMovements, ...first.crossings];
  const secondStreams = [...second.protectedMovements, ...second.crossings];
  return firstStreams.flatMap((a, at) =>
    secondStreams
      .filter((b, other) => (first !== second || other > at) && conflicts.has(`${a} ${b}`))
      .map((b) => `${a} and ${b} conflict and both have right of way`),
  );
}

function checkCoordination(intersection: Intersection, path: string): Fault[] {
  const { coordinatedPhases, offsetReference, phases } = intersection;
  const named = [
    ...coordinatedPhases.map((number, at) => ({ number, path: `${path}.coordinatedPhases.${at}` })),
    { number: offsetReference.phase, path: `${path}.offsetReference.phase` },
  ];
  return [
    ...named
      .filter(({ number }) => !phases.some((it) => it.number === number))
      .map((it) => ({ path: it.path, message: `no phase ${it.number}` })),
    ...listRepeated(coordinatedPhases).map(({ at, value }) => ({
      path: `${path}.coordinatedPhases.${at}`,
      message: `phase ${value} is named twice`,
    })),
  ];
}
