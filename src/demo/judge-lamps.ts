/**
 * Judges from the lamps alone whether a controller runs a plan: from what it reported it lit, never from what it says it
 * runs. Reads the plan's numbers and shares no code with the sequencer.
 */
import { known } from "../errors.ts";
import type { Intersection } from "../network/network.schema.ts";
import type { IndicationChange } from "../timing/indications.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";

export interface LampVerdict {
  readonly intersectionId: string;
  /** The first reference point from which all are on plan, tenths of a second; undefined: the last one is not. */
  readonly inStepDs: number | undefined;
  /** Whole cycles seen after that. */
  readonly cycles: number;
  /** Where the lamps differ from the plan in those cycles. */
  readonly faults: readonly string[];
  readonly loggedDs: number;
  /** Tenths of a second in which two movements or crossings that conflict both had protected right of way. */
  readonly conflictDs: number;
}

/** One service of a phase: first instants of its green, its yellow, what follows its yellow, and its red. */
interface Service {
  readonly greenDs: number;
  readonly yellowDs: number;
  readonly clearanceDs: number;
  readonly redDs: number;
}

/** `changes`: in time order, from all red on; offsets count from the Unix epoch. */
export function judgeLamps(
  intersection: Intersection,
  plan: TimingPlan,
  changes: readonly IndicationChange[],
): LampVerdict {
  const services = listServices(changes);
  const cycleDs = Math.round(plan.cycleS * 10);
  const { phase, point } = plan.offsetReference;
  const points = (services.get(phase) ?? []).map(
    (it) => ({ beginGreen: it.greenDs, beginYellow: it.yellowDs, beginRed: it.clearanceDs })[point],
  );
  const isOnPlan = (at: number): boolean =>
    known(points[at], "point") % cycleDs === Math.round(plan.offsetS * 10);
  let first = points.length;
  while (first > 0 && isOnPlan(first - 1)) first--;
  const inStepDs = points[first];
  return {
    intersectionId: intersection.id,
    inStepDs,
    cycles: Math.max(0, points.length - 1 - first),
    // The cycle in which the reference point came into step may still be adjusted behind it.
    faults:
      inStepDs === undefined ? [] : listFaults({ intersection, plan, services, fromDs: inStepDs + cycleDs }),
    loggedDs: (changes.at(-1)?.atDs ?? 0) - (changes[0]?.atDs ?? 0),
    conflictDs: countConflicts(intersection, changes),
  };
}

function listServices(changes: readonly IndicationChange[]): Map<number, Service[]> {
  const services = new Map<number, Service[]>();
  const open = new Map<number, { greenDs: number; yellowDs?: number; clearanceDs?: number }>();
  for (const change of changes) {
    if (change.type !== "phase") continue;
    const { phase, atDs } = change;
    const service = open.get(phase);
    if (change.indication === "green") open.set(phase, { greenDs: atDs });
    else if (service === undefined) continue;
    else if (change.indication === "yellow") service.yellowDs = atDs;
    else if (change.indication === "redClearance") service.clearanceDs = atDs;
    else if (change.indication === "red") {
      const { greenDs, yellowDs = atDs, clearanceDs = atDs } = service;
      services.set(phase, [...(services.get(phase) ?? []), { greenDs, yellowDs, clearanceDs, redDs: atDs }]);
      open.delete(phase);
    }
  }
  return services;
}

function listFaults(of: {
  readonly intersection: Intersection;
  readonly plan: TimingPlan;
  readonly services: ReadonlyMap<number, readonly Service[]>;
  readonly fromDs: number;
}): string[] {
  const { intersection, plan, services } = of;
  const faults: string[] = [];
  const seen = (phase: number): readonly Service[] =>
    (services.get(phase) ?? []).filter((it) => it.greenDs >= of.fromDs);
  for (const { phase, splitS } of plan.splits) {
    const own = seen(phase);
    if (own.length === 0) faults.push(`phase ${phase} was not served`);
    for (const [at, { greenDs, redDs }] of own.entries()) {
      if (redDs - greenDs !== Math.round(splitS * 10))
        faults.push(`phase ${phase}: split of ${(redDs - greenDs) / 10} s, ${splitS} s planned`);
      const before = own[at - 1];
      if (before !== undefined && greenDs - before.greenDs !== Math.round(plan.cycleS * 10))
        faults.push(
          `phase ${phase}: cycle of ${(greenDs - before.greenDs) / 10} s, ${plan.cycleS} s planned`,
        );
    }
  }
  const sequence = intersection.sequences.find((it) => it.id === plan.sequenceId);
  const served = new Set(plan.splits.map((it) => it.phase));
  for (const group of sequence?.rings.flat() ?? []) {
    const order = group.filter((it) => served.has(it));
    for (const [at, phase] of order.slice(1).entries()) {
      const ends = new Set((services.get(known(order[at], "phase before")) ?? []).map((it) => it.redDs));
      if (seen(phase).some((it) => !ends.has(it.greenDs)))
        faults.push(`phase ${phase} does not follow phase ${order[at]} as in sequence ${plan.sequenceId}`);
    }
  }
  return faults;
}

/** Between two changes nothing moves, so looking after each instant of change looks at every tenth. */
function countConflicts(intersection: Intersection, changes: readonly IndicationChange[]): number {
  const goes = new Set<string>();
  let conflictDs = 0;
  for (const [at, change] of changes.entries()) {
    if (change.type === "movement") mark(goes, change.movementId, change.indication === "protected");
    else if (change.type === "crossing") mark(goes, change.crossingId, change.indication !== "dontWalk");
    const lastsDs = (changes[at + 1]?.atDs ?? change.atDs + 1) - change.atDs;
    if (lastsDs > 0 && intersection.conflicts.some(([a, b]) => goes.has(a) && goes.has(b)))
      conflictDs += lastsDs;
  }
  return conflictDs;
}

function mark(set: Set<string>, id: string, isIn: boolean): void {
  if (isIn) set.add(id);
  else set.delete(id);
}
