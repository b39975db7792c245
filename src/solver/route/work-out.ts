/**
 * A tried cycle worked out: splits by the linear program, green beyond the common band given away, the offsets that keep
 * the bands, and on demand those of least delay among them.
 */
import { known } from "../../errors.ts";
import type { FlowProfiles } from "../../traffic/cyclic-flow-profile.ts";
import { listAllowedOffsets } from "./route-candidate.ts";
import type { RouteContext } from "./route-context.ts";
import { settleOffsets, settlingOf } from "./settle-offsets.ts";
import { listSignalAlternatives, type PreparedSignals } from "./signal-alternatives.ts";
import { type Judged, judgeCandidate } from "./try-cycles.ts";

export interface WorkedOut {
  readonly judged: Judged;
  readonly profiles: FlowProfiles;
  /** As `listAllowedByPlan` says. */
  readonly allowed: readonly (readonly number[])[];
}

export function workOut(context: RouteContext, prepared: PreparedSignals, tried: Judged): WorkedOut {
  const possible = listSignalAlternatives(prepared, tried.input.cycleS, "exact");
  const alternatives = possible.kind === "possible" ? possible.alternatives : tried.input.alternatives;
  const input = { ...tried.input, alternatives, widenBy: context.weights };
  const { judged, profiles } = judgeCandidate(context, input);
  return { judged, profiles, allowed: listAllowedByPlan(judged) };
}

/** By plan: the offsets that keep the candidate's bands, in order around the cycle; empty outside the group, s. */
export function listAllowedByPlan({ input, candidate, timingPlans }: Judged): number[][] {
  const offsetsS = listAllowedOffsets(input, candidate);
  const free = new Map(candidate.timingPlans.map((it, at) => [it.intersectionId, offsetsS[at]]));
  return timingPlans.map((it) => free.get(it.intersectionId) ?? []);
}

/** The same with the offsets of least delay. */
export function settleCandidate(context: RouteContext, { judged, profiles, allowed }: WorkedOut): Judged {
  settleOffsets(settlingOf(profiles), allowed, context.budget);
  const timingPlans = judged.timingPlans.map((it, at) => ({
    ...it,
    offsetS: known(profiles.members[at], "member").offsetS,
  }));
  return { ...judged, timingPlans, totals: profiles.totals };
}
