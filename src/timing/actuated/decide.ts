/** What an actuated signal does at an instant: begins greens that are due, ends greens, chooses what follows. */
import { known } from "../../errors.ts";
import { type ActuatedSignal, isOpen } from "./actuated-state.ts";
import { crossBarrier } from "./cross-barrier.ts";
import { isAwaited } from "./demand.ts";
import { buildRound } from "./round.ts";
import { begin, canEnd, endService, findFollowing, passOver, place, walkLate } from "./services.ts";

/** More decisions than this at one instant are a bug. */
const MOST_DECISIONS = 100;

export function decide(before: ActuatedSignal): ActuatedSignal {
  let state = before.group < 0 ? placeFirstRound(before) : before;
  for (let decisions = 0; decisions < MOST_DECISIONS; decisions++) {
    state = watchMaximums(walkLate(begin(state)));
    if (state.nowDs < state.firstStartDs || state.leavesAtDs !== undefined) return state;
    const moved = moveInGroup(state) ?? crossBarrier(state);
    if (moved === undefined) return state;
    state = moved;
  }
  throw new Error(
    `assertion failed: the signal at ${before.intersection.id} does not settle at ${before.nowDs} ds`,
  );
}

/** The clock may have been set since the start. */
function placeFirstRound(state: ActuatedSignal): ActuatedSignal {
  const { round, firstStartDs, clockShiftDs } = state;
  return { ...state, round: buildRound({ ...round, startDs: firstStartDs, clockShiftDs }) };
}

/** When free, a maximum counts from the first call elsewhere. */
function watchMaximums(state: ActuatedSignal): ActuatedSignal {
  if (state.round.plan.mode !== "free") return state;
  const rings = state.rings.map((ring, index) => {
    const { current } = ring;
    if (current === undefined || !isOpen(current) || current.limitDs !== Number.POSITIVE_INFINITY)
      return ring;
    if (!isAwaited(state, index)) return ring;
    const limitDs = state.nowDs + current.phase.maxGreenDs - current.phase.ringPhase.flashingGreenDs;
    return { ...ring, current: { ...current, limitDs } };
  });
  return rings.every((it, index) => it === state.rings[index]) ? state : { ...state, rings };
}

/** A ring goes on to its next called phase between the same barriers; undefined: none does. */
function moveInGroup(state: ActuatedSignal): ActuatedSignal | undefined {
  const rings = state.round.plan.groups[state.group] ?? [];
  for (const [ring, phases] of rings.entries()) {
    const { current, next, position } = known(state.rings[ring], `ring ${ring}`);
    if (next !== undefined || (current !== undefined && !isOpen(current))) continue;
    const following = findFollowing(state, ring);
    if (following === undefined) continue;
    if (current !== undefined && !canEnd(state, current, [following])) continue;
    const readyDs = state.nowDs + (current?.phase.clearDs ?? 0);
    const passed = passOver(state, phases.slice(position + 1, following.position));
    const ended =
      current === undefined ? passed : endService(passed, { service: current, flashStartDs: state.nowDs });
    return place(ended, { phase: following, round: state.round, readyDs });
  }
  return undefined;
}
