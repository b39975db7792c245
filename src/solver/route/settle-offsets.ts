/**
 * Least delay inside given bands: coordinate descent over the offsets that each signal may have without touching either
 * band. Signals are visited in order, their allowed offsets tried coarsely and then finely around the best; passes end
 * when nothing improves. Deterministic; the limit is a count of evaluations.
 */
import { known } from "../../errors.ts";
import { type FlowProfiles, moveOffset, settle } from "../../traffic/cyclic-flow-profile.ts";
import { performanceIndex, type WorkBudget } from "../performance-index.ts";

/** Offsets tried for one signal before looking closer around the best of them. */
const COARSE_TRIES = 8;
const MAX_PASSES = 4;
/** Improvements below this part of the index are not worth a further pass. */
const WORTHWHILE = 1e-4;

/** What is settled: the profiles of one demand, or of several that are judged together. */
export interface Settling {
  readonly members: readonly { readonly offsetS: number }[];
  /** What is to become least, veh·h/h; near the member that moved last at once, everywhere after `settle`. */
  readonly index: () => number;
  readonly moveOffset: (position: number, offsetS: number) => void;
  readonly settle: () => void;
}

export const settlingOf = (profiles: FlowProfiles): Settling => ({
  members: profiles.members,
  index: () => performanceIndex(profiles.totals),
  moveOffset: (position, offsetS) => moveOffset(profiles, position, offsetS),
  settle: () => settle(profiles),
});

/**
 * Moves the offsets of `street` in place. `allowed[i]` lists the offsets that member i may have, in order around the
 * cycle, its present one among them; an empty list leaves it alone. Ends settled.
 */
export function settleOffsets(
  street: Settling,
  allowed: readonly (readonly number[])[],
  budget: WorkBudget,
): void {
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const before = street.index();
    const startedFrom = street.members.map((it) => it.offsetS);
    for (const [position, offsets] of allowed.entries()) {
      if (offsets.length > 1 && budget.used < budget.limit) moveToBest(street, position, offsets, budget);
    }
    street.settle();
    const after = street.index();
    if (after > before) returnTo(street, startedFrom);
    if (before - after < WORTHWHILE * before) return;
  }
}

/** A move is judged by its neighborhood; when the whole street got worse by the sum of them, none is made. */
function returnTo(street: Settling, offsetsS: readonly number[]): void {
  for (const [position, offsetS] of offsetsS.entries()) street.moveOffset(position, offsetS);
  street.settle();
}

function moveToBest(
  street: Settling,
  position: number,
  offsets: readonly number[],
  budget: WorkBudget,
): void {
  const presentS = known(street.members[position], "member").offsetS;
  let best = { at: Math.max(0, offsets.indexOf(presentS)), index: street.index() };
  const tried = new Set([best.at]);
  const attempt = (at: number): void => {
    const wrapped = ((at % offsets.length) + offsets.length) % offsets.length;
    if (tried.has(wrapped) || budget.used >= budget.limit) return;
    tried.add(wrapped);
    budget.used += 1;
    street.moveOffset(position, known(offsets[wrapped], "offset"));
    const index = street.index();
    if (index < best.index) best = { at: wrapped, index };
  };
  const stride = Math.max(1, Math.ceil(offsets.length / COARSE_TRIES));
  for (let at = best.at + stride; at < best.at + offsets.length; at += stride) attempt(at);
  for (let step = stride >> 1; step >= 1; step >>= 1) {
    const around = best.at;
    attempt(around - step);
    attempt(around + step);
  }
  street.moveOffset(position, offsets[best.at] ?? presentS);
}
