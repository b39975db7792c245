/** What the rules over one timing plan see. A rule is a pure function to findings; no rule stops another. */

import { known } from "../../errors.ts";
import type { Finding } from "../finding.schema.ts";
import type { JurisdictionProfile } from "../jurisdiction-profiles.ts";
import type { PhaseTimes } from "../phase-times.ts";
import type { TimingPlan } from "../plan.schema.ts";
import type { Site } from "../site.ts";
import type { StreamWindow } from "../streams.ts";

/** A solved or manual plan is judged as a plan to publish; an imported one runs on the street already. */
export type PlanOrigin = "solved" | "manual" | "imported";

export interface RuleInput {
  readonly site: Site;
  readonly profile: JurisdictionProfile;
  readonly plan: TimingPlan;
  /** Where the timing plan stands, for findings: `plan.timingPlans.3`. */
  readonly planPath: string;
  readonly origin: PlanOrigin;
}

/** For the rules that need times: the plan's structure (rules 16, 20, 21) has been found sound enough to build them. */
export interface TimedRuleInput extends RuleInput {
  readonly times: readonly PhaseTimes[];
  readonly streams: ReadonlyMap<string, readonly StreamWindow[]>;
}

/** A finding before the intersection's name is put on it. */
export type SiteFinding = Omit<Finding, "intersectionId">;

/** Path of a phase of the configuration. */
export const phasePath = (site: Site, number: number): string =>
  `${site.path}.phases.${site.intersection.phases.findIndex((it) => it.number === number)}`;

/** Path of a crossing of the configuration. */
export const crossingPath = (site: Site, id: string): string =>
  `${site.path}.crossings.${site.intersection.crossings.findIndex((it) => it.id === id)}`;

/** Path of a phase's split in the plan. */
export const splitPath = (input: RuleInput, phase: number): string =>
  `${input.planPath}.splits.${input.plan.splits.findIndex((it) => it.phase === phase)}`;

/** The windows of a stream; none when the plan gives it no green. */
export const windowsOf = ({ streams }: TimedRuleInput, id: string): readonly StreamWindow[] =>
  known(streams.get(id), `stream ${id}`);

/** Two decimals for people. */
export const round2 = (value: number): number => Math.round(value * 100) / 100;
