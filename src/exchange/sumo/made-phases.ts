/**
 * Phases from the foe matrix alone. Movements that share a lane run together, so the unit is a lane group.
 *
 * Where two streets cross and some left turn has lanes of its own: two rings as NEMA numbers them (draft-dual-ring.ts).
 * Otherwise stages: the widest lane group that has no green yet, with all that may run beside it, until each has green.
 */
import { known } from "../../errors.ts";
import { computeChangeTimes } from "../../network/fixed-times.ts";
import type { Phase, Sequence } from "../../network/network.schema.ts";
import { assignRight, levelUnstopped } from "./assign-right.ts";
import type { BuiltCrossing } from "./build-crossings.ts";
import type { SignalMovement, SignalStreams } from "./build-movements.ts";
import { isGreen } from "./choose-phases.ts";
import { draftDualRing } from "./draft-dual-ring.ts";
import type { Conflicts } from "./find-conflicts.ts";
import { DEFAULT_YELLOW_S, type FoundStages, LEAST_GREEN_S, type StagePlan } from "./find-stages.ts";
import { type LaneGroup, listLaneGroups, mayRunBeside } from "./lane-groups.ts";
import type { PhasePart } from "./shipped-phases.ts";

export interface MadeContext {
  readonly streams: SignalStreams;
  readonly crossings: readonly BuiltCrossing[];
  readonly conflicts: Conflicts;
  readonly drivingSide: "right" | "left";
  /** Of the shipped program, where there is one: its changes are kept, and what it never stops is not stopped. */
  readonly found: FoundStages | undefined;
}

/** What a phase serves. */
export interface Draft {
  readonly number: number;
  readonly groups: readonly LaneGroup[];
}

export interface DraftPlan {
  readonly sequenceId: string;
  readonly drafts: readonly Draft[];
  readonly rings: Sequence["rings"];
}

/** Below this the kinematic equations say little. */
const SLOWEST_MPS = 5;
/** MUTCD 4D.26. */
const RED_MAX_S = 6;

type Served = Draft & { readonly crossings: readonly string[] };

export function buildMadePhases(context: MadeContext): PhasePart {
  const unstopped = listUnstopped(context);
  const groups = listLaneGroups(context.streams).filter(
    (it) => !it.movements.every((own) => unstopped.has(own)),
  );
  const dual = draftDualRing(groups, context);
  const inRings = dual === undefined ? undefined : placeCrossings(dual, context);
  const plan = inRings === undefined || dual === undefined ? draftStages(groups, context) : dual;
  const served = inRings ?? placeInStages(plan, context);
  const rings = plan === dual ? plan.rings : [[served.map((it) => it.number)]];
  const phases = levelUnstopped(
    served.map((it) => toPhase(it, { beside: listBeside(served, rings, it.number), unstopped, context })),
  );
  const main = known(
    [...served].sort((a, b) => countThroughLanes(b) - countThroughLanes(a) || a.number - b.number)[0],
    "phase",
  );
  const partner = main.number > 4 ? main.number - 4 : main.number + 4;
  const coordinated = plan === dual ? [main.number, partner] : [main.number];
  return {
    crossings: context.crossings.map((it) => it.crossing),
    phases,
    sequences: [{ id: plan.sequenceId, rings }],
    coordinatedPhases: coordinated.sort((a, b) => a - b),
    offsetReference: { phase: main.number, point: "beginGreen" },
  };
}

const countThroughLanes = ({ groups }: Draft): number =>
  groups
    .flatMap((it) => it.movements)
    .reduce((sum, it) => sum + (it.movement.turn === "through" ? it.movement.lanes : 0), 0);

/** Greedy maximal sets: each stage begins with the widest group that is still waiting. */
function draftStages(groups: readonly LaneGroup[], { conflicts }: MadeContext): DraftPlan {
  const waiting = new Set([...groups].sort(byWidth));
  const drafts: Draft[] = [];
  for (let seed = first(waiting); seed !== undefined; seed = first(waiting)) {
    const stage = [seed];
    const later = [...groups].sort(byWidth).filter((it) => !waiting.has(it));
    for (const group of [...waiting, ...later]) {
      if (group !== seed && stage.every((it) => mayRunBeside(it, group, conflicts))) stage.push(group);
    }
    for (const group of stage) waiting.delete(group);
    drafts.push({ number: drafts.length + 1, groups: stage });
  }
  return { sequenceId: "stages", drafts, rings: [[drafts.map((it) => it.number)]] };
}

const byWidth = (a: LaneGroup, b: LaneGroup): number =>
  Number(b.hasThrough) - Number(a.hasThrough) || b.lanes - a.lanes;

const first = <T>(values: ReadonlySet<T>): T | undefined => values.values().next().value;

/** Each crossing in one phase beside which it may run; undefined when one has none. */
function placeCrossings(plan: DraftPlan, context: MadeContext): Served[] | undefined {
  const places = new Map<number, string[]>(plan.drafts.map((it) => [it.number, []]));
  for (const { crossing } of context.crossings) {
    const fit = [...plan.drafts]
      .sort((a, b) => countThroughLanes(b) - countThroughLanes(a))
      .find((draft) =>
        [draft, ...listBeside(plan.drafts, plan.rings, draft.number)].every((it) =>
          mayWalkBeside(crossing.id, it, context.conflicts),
        ),
      );
    if (fit === undefined) return undefined;
    places.get(fit.number)?.push(crossing.id);
  }
  return plan.drafts.map((it) => ({ ...it, crossings: places.get(it.number) ?? [] }));
}

/** The same for stages, with a stage for all walkers at the end if some have none. */
function placeInStages(plan: DraftPlan, context: MadeContext): Served[] {
  const placed = placeCrossings(plan, context);
  if (placed !== undefined) return placed;
  const all = context.crossings.map((it) => it.crossing.id);
  return [
    ...plan.drafts.map((it) => ({ ...it, crossings: [] })),
    { number: plan.drafts.length + 1, groups: [], crossings: all },
  ];
}

/** A turn gives way to people on the street that it enters; nobody else drives over a crossing on which people walk. */
const mayWalkBeside = (crossingId: string, draft: Draft, conflicts: Conflicts): boolean =>
  draft.groups
    .flatMap((it) => it.movements)
    .every(
      ({ movement }) =>
        !conflicts.conflict(movement.id, crossingId) ||
        (movement.turn !== "through" && conflicts.yields(movement.id, crossingId)),
    );

/** What may run in another ring at the same time. */
function listBeside<T extends Draft>(drafts: readonly T[], rings: Sequence["rings"], number: number): T[] {
  const numbers = rings.flatMap((ring, at) => {
    const group = ring.findIndex((phases) => phases.includes(number));
    return group < 0 ? [] : rings.flatMap((other, place) => (place === at ? [] : (other[group] ?? [])));
  });
  return drafts.filter((it) => numbers.includes(it.number));
}

/** Movements that are green in every stage of the shipped program. */
function listUnstopped({ streams, found }: MadeContext): ReadonlySet<SignalMovement> {
  const stages = found?.kind === "stages" ? found.stages : [];
  const unstopped = streams.movements.filter(
    (it) => stages.length > 1 && stages.every(({ state }) => isGreen(state, it)),
  );
  return new Set(unstopped.length < streams.movements.length ? unstopped : []);
}

function toPhase(
  served: Served,
  of: {
    readonly beside: readonly Served[];
    readonly unstopped: ReadonlySet<SignalMovement>;
    readonly context: MadeContext;
  },
): Phase {
  const { context } = of;
  const movementsOf = (it: Draft) => it.groups.flatMap((group) => group.movements);
  const own = movementsOf(served);
  const together = [served, ...of.beside].flatMap(movementsOf);
  const others = [...of.unstopped].filter((it) => !own.includes(it));
  const right = assignRight({
    priority: together.map((it) => it.movement),
    yielding: others.filter((it) => !together.includes(it)).map((it) => it.movement),
    crossings: [served, ...of.beside].flatMap((it) => it.crossings),
    conflicts: context.conflicts,
  });
  const ids = new Set([...own, ...others].map((it) => it.movement.id));
  return {
    number: served.number,
    protectedMovements: right.protectedMovements.filter((it) => ids.has(it)),
    permittedMovements: right.permittedMovements.filter((it) => ids.has(it)),
    crossings: [...served.crossings],
    minGreenS: leastGreenS(served, context),
    flashingGreenS: 0,
    ...computeChange(own, context),
    recall: "max",
  };
}

const leastGreenS = ({ crossings }: Served, context: MadeContext): number =>
  Math.max(
    LEAST_GREEN_S,
    ...context.crossings
      .filter((it) => crossings.includes(it.crossing.id))
      .map(({ crossing }) => Math.round((crossing.walkS + crossing.clearanceS) * 10) / 10),
  );

/**
 * The change that the shipped program has most often; without one, 3 s of yellow and the longest red clearance that any
 * of the movements needs on its way through the junction.
 */
function computeChange(
  movements: readonly SignalMovement[],
  { streams, found }: MadeContext,
): { yellowS: number; redClearanceS: number } {
  const shipped = found?.kind === "stages" ? findCommonChange(found) : undefined;
  if (shipped !== undefined) return shipped;
  const reds = movements.map(({ movement, viaM }) => {
    const link = streams.approaches.find((it) => it.approach.id === movement.approachId)?.link.link;
    return computeChangeTimes({
      speedLimitMps: Math.max(SLOWEST_MPS, link?.speedLimitMps ?? 0),
      gradeRatio: 0,
      clearanceDistanceM: viaM,
      turns: movement.turn !== "through",
    }).redClearanceS;
  });
  return { yellowS: DEFAULT_YELLOW_S, redClearanceS: Math.min(RED_MAX_S, Math.max(1, ...reds)) };
}

function findCommonChange({ stages }: StagePlan): { yellowS: number; redClearanceS: number } | undefined {
  const times = (it: (typeof stages)[number]): number =>
    stages.filter((own) => own.yellowS === it.yellowS && own.redClearanceS === it.redClearanceS).length;
  const common = [...stages].sort((a, b) => times(b) - times(a))[0];
  return common === undefined ? undefined : { yellowS: common.yellowS, redClearanceS: common.redClearanceS };
}
