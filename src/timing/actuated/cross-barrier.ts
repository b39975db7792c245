/**
 * All rings go on together: to the next barrier group in which somebody is called, in this round or the next; back to
 * another phase of the group in which they stand, with the rings that are not concerned running on; or, while nobody is
 * called, into the next round without a change of lamps.
 *
 * The rings end so that they are over at the same instant: when the first of them has to begin its end for that, the end
 * of every other is settled too, by its force-off or maximum at the latest.
 */
import { known } from "../../errors.ts";
import type { ActuatedPhase } from "./actuated-plan.ts";
import { type ActuatedSignal, isOpen, replaceRing, type Service } from "./actuated-state.ts";
import { isCalled } from "./demand.ts";
import { mustLeave, roundAfter } from "./next-round.ts";
import { absorbableDs, buildRound, type Round } from "./round.ts";
import { canEnd, endService, findFollowing, fits, limitOf, passOver, place } from "./services.ts";

/** Where the rings can go. */
interface Target {
  readonly group: number;
  readonly round: Round & { readonly isNew?: boolean };
  readonly isNextRound: boolean;
  /** By ring; undefined: nobody is called there. */
  readonly phases: readonly (ActuatedPhase | undefined)[];
  /** By ring: its green runs on. */
  readonly runsOn: readonly boolean[];
}

/** Undefined: the rings stay. */
export function crossBarrier(state: ActuatedSignal): ActuatedSignal | undefined {
  if (
    state.rings.some(({ current, next }) => next !== undefined || (current !== undefined && !isOpen(current)))
  ) {
    return undefined;
  }
  // A ring may hold its green while a call waits behind it: it is served before the barrier.
  if (state.rings.some((_, ring) => findFollowing(state, ring) !== undefined)) return undefined;
  const target = findTarget(state);
  if (target !== undefined) return goTo(state, target);
  if (mustLeave(state)) return leave(state);
  return undefined;
}

/** When every running green must begin its end for all to be over at once; undefined: not yet. */
function findEndDs(
  state: ActuatedSignal,
  ending: readonly Service[],
  followingOf: (service: Service) => readonly ActuatedPhase[],
): number | undefined {
  const sure = ending.map((it) => {
    const isFree = canEnd(state, it, followingOf(it));
    return {
      isFree,
      clearDs: it.phase.clearDs,
      fromDs: isFree ? state.nowDs : Math.max(it.holdDs, it.limitDs),
    };
  });
  const endDs = Math.max(state.nowDs, ...sure.map((it) => it.fromDs + it.clearDs));
  if (endDs === Number.POSITIVE_INFINITY) return undefined;
  const mustBegin = sure.some((it) => it.isFree && state.nowDs + it.clearDs >= endDs);
  return ending.length === 0 || mustBegin ? endDs : undefined;
}

function goTo(before: ActuatedSignal, target: Target): ActuatedSignal | undefined {
  const ending = listEnding(before, target);
  const followingOf = ({ phase }: Service) => [target.phases[phase.ring]].filter((it) => it !== undefined);
  const endDs = findEndDs(before, ending, followingOf);
  if (endDs === undefined) return undefined;
  let state = passOver(before, listPassed(before, target));
  for (const service of ending) {
    const flashStartDs = endDs - service.phase.clearDs;
    state = endService(state, { service, flashStartDs });
  }
  const someRunOn = target.runsOn.includes(true);
  const round = target.isNextRound && !someRunOn ? followLate(before, target.round, endDs) : target.round;
  state = {
    ...state,
    round,
    ...(target.round.isNew === true ? { pending: undefined } : {}),
    group: target.group,
    barrierDs: someRunOn ? state.barrierDs : endDs,
  };
  for (const [ring, phase] of target.phases.entries()) {
    if (target.runsOn[ring] === true) state = runOn(state, ring, round);
    else if (phase !== undefined) state = place(state, { phase, round, readyDs: endDs });
    else state = { ...state, rings: replaceRing(state.rings, ring, { position: -1 }) };
  }
  return state;
}

const listEnding = ({ rings }: ActuatedSignal, { runsOn }: Target): Service[] =>
  rings.flatMap(({ current }, ring) => (current === undefined || runsOn[ring] === true ? [] : [current]));

/** A green that goes on into another round gets its force-off there. */
function runOn(state: ActuatedSignal, ring: number, round: Round): ActuatedSignal {
  const { current, position } = known(state.rings[ring], `ring ${ring}`);
  if (current === undefined) return { ...state, rings: replaceRing(state.rings, ring, { position: -1 }) };
  const phase = known(
    round.plan.groups[state.group]?.[ring]?.[position],
    `phase ${current.phase.number} in the next round`,
  );
  const limitDs = limitOf(phase, round, current.run.greenStartDs);
  return { ...state, rings: replaceRing(state.rings, ring, { current: { ...current, phase, limitDs } }) };
}

/** A round that begins later than its coordinated phases can make good for is placed anew, and comes into step again. */
function followLate({ clockShiftDs }: ActuatedSignal, round: Round, startDs: number): Round {
  const { plan, transition, onCycle } = round;
  const placed = { plan, transition, onCycle };
  if (onCycle === undefined) return placed;
  const latestDs = onCycle.startDs + absorbableDs(round);
  if (startDs <= latestDs) return placed;
  return buildRound({ plan, transition, clockShiftDs, startDs: onCycle.startDs + startDs - latestDs });
}

/** All rings end, for a plan that cannot run on from here. */
function leave(state: ActuatedSignal): ActuatedSignal | undefined {
  const ending = state.rings.flatMap(({ current }) => current ?? []);
  const endDs = findEndDs(state, ending, () => []);
  if (endDs === undefined) return undefined;
  const ended = ending.reduce(
    (now, service) => endService(now, { service, flashStartDs: endDs - service.phase.clearDs }),
    state,
  );
  return { ...ended, leavesAtDs: endDs };
}

function findTarget(state: ActuatedSignal): Target | undefined {
  const { round, group } = state;
  for (let ahead = group + 1; ahead < round.plan.groups.length; ahead++) {
    const target = lookAt(state, { group: ahead, round, isNextRound: false });
    if (target !== undefined) return target;
  }
  if (mustLeave(state)) return undefined;
  const following = roundAfter(state, state.nowDs);
  for (let ahead = 0; ahead < group; ahead++) {
    const target = lookAt(state, { group: ahead, round: following, isNextRound: true });
    if (target !== undefined) return target;
  }
  return lookAtOwn(state, following);
}

const NOT_RUNNING_ON: readonly boolean[] = [];

/** Another barrier group, if somebody is called there. */
function lookAt(
  state: ActuatedSignal,
  place: Pick<Target, "group" | "round" | "isNextRound">,
): Target | undefined {
  const startDs = state.nowDs + longestClearDs(state);
  const phases = (place.round.plan.groups[place.group] ?? []).map((ring) =>
    ring.find((it) => isCalled(state, it) && fits(state, it, { round: place.round, startDs })),
  );
  return phases.every((it) => it === undefined) ? undefined : { ...place, phases, runsOn: NOT_RUNNING_ON };
}

/** The group in which the rings stand, in the next round: those whose green is wanted there run on. */
function lookAtOwn(state: ActuatedSignal, round: Round & { readonly isNew: boolean }): Target | undefined {
  const { group } = state;
  const startDs = state.nowDs + longestClearDs(state);
  const phases = (round.plan.groups[group] ?? []).map((ring, at) => {
    const own = state.rings[at]?.current?.phase.number;
    return ring.find((it) =>
      it.number === own ? isCalled(state, it) : isCalled(state, it) && fits(state, it, { round, startDs }),
    );
  });
  const stays = phases.map(
    (it, at) => it === undefined || it.number === state.rings[at]?.current?.phase.number,
  );
  const target = { group, round, isNextRound: true, phases };
  if (stays.includes(false)) {
    return { ...target, runsOn: trapsTurn(state, stays) ? NOT_RUNNING_ON : stays };
  }
  return mayRollOver(state, round) ? { ...target, runsOn: stays } : undefined;
}

/**
 * Rest goes over into the next round when that one's plan is due, or when nobody could still be served before the
 * coordinated phases' next slot.
 */
function mayRollOver(state: ActuatedSignal, following: Round & { readonly isNew: boolean }): boolean {
  const { round, group, nowDs } = state;
  if (round.onCycle === undefined) return following.isNew;
  if (state.rings.some(({ current }) => current !== undefined && nowDs < current.limitDs)) return false;
  if (following.onCycle === undefined) return following.isNew;
  const startDs = nowDs + longestClearDs(state);
  const left = [
    ...round.plan.phases
      .filter((it) => it.group > group || isAhead(state, it))
      .map((phase) => ({ phase, round })),
    ...following.plan.phases
      .filter((it) => it.group < group || (it.group === group && isBehind(state, it)))
      .map((phase) => ({ phase, round: following })),
  ];
  return left.every(
    ({ phase, round: into }) =>
      !fits({ ...state, passedOver: NOBODY }, { ...phase, isCoordinated: false }, { round: into, startDs }),
  );
}

const NOBODY: ReadonlySet<number> = new Set();
const isAhead = ({ rings, group }: ActuatedSignal, it: ActuatedPhase): boolean =>
  it.group === group && it.position > (rings[it.ring]?.position ?? -1);
const isBehind = ({ rings }: ActuatedSignal, it: ActuatedPhase): boolean =>
  it.position < (rings[it.ring]?.position ?? -1);

/**
 * Yellow trap (rule 21): a permitted turn would see its green end while oncoming traffic runs on. Then all rings end.
 */
function trapsTurn({ rings, conflicts, intersection }: ActuatedSignal, stays: readonly boolean[]): boolean {
  const running = rings.flatMap(({ current }, ring) =>
    stays[ring] === true ? (current?.phase.ringPhase.phase.protectedMovements ?? []) : [],
  );
  return rings.some(({ current }, ring) =>
    stays[ring] === true
      ? false
      : current?.phase.ringPhase.phase.permittedMovements.some(
          (id) =>
            intersection.movements.find((it) => it.id === id)?.flashingYellowArrow === false &&
            conflicts.get(id)?.some(({ from }) => running.includes(from)),
        ),
  );
}

/** The phases whose turn passes on the way. */
function listPassed(state: ActuatedSignal, { group, isNextRound, phases, runsOn }: Target): ActuatedPhase[] {
  const { plan } = state.round;
  const between = plan.phases.filter((it) =>
    isNextRound ? it.group > state.group || it.group < group : it.group > state.group && it.group < group,
  );
  const rest = plan.phases.filter((it) => isAhead(state, it));
  const skipped = (plan.groups[group] ?? []).flatMap((ring, at) =>
    ring.slice(0, runsOn[at] === true ? (state.rings[at]?.position ?? 0) : (phases[at]?.position ?? 0)),
  );
  return [...rest, ...between, ...skipped];
}

const longestClearDs = ({ rings }: ActuatedSignal): number =>
  Math.max(0, ...rings.map(({ current }) => current?.phase.clearDs ?? 0));
