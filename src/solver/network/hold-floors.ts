/** Plans that have the bands asked for, to start from, and what keeps them. */
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { type HeldGreens, holdBands } from "./held-greens.ts";
import type { PreparedNetwork } from "./street.ts";

export interface HeldStart {
  readonly timingPlans: readonly TimingPlan[];
  readonly held: HeldGreens;
  /** Floors that no plan was found for, in sentences. */
  readonly missed: readonly string[];
}

/** `timingPlans`: by signal of `prepared`. */
export function holdFloors(prepared: PreparedNetwork, timingPlans: readonly TimingPlan[]): HeldStart {
  const { index, floors, running } = prepared.request;
  if (floors.length === 0) return { timingPlans, held: new Map(), missed: [] };
  const plans = new Map([...running, ...timingPlans].map((it) => [it.intersectionId, it]));
  return { timingPlans, ...holdBands(index, floors, plans) };
}
