/** A solved plan as a file. */
import type { CoordinationPlan, TimingPlan } from "../timing/plan.schema.ts";
import type { Corridor } from "./corridor-files.ts";
import { note, writeText } from "./terminal.ts";

/** Writes the next revision of the corridor's plan. */
export function writePlan(
  file: string,
  { plan, demand }: Corridor,
  of: { readonly idSuffix: string; readonly timingPlans: readonly TimingPlan[]; readonly name?: string },
): void {
  const solved: CoordinationPlan = {
    ...plan,
    id: `${plan.id}-${of.idSuffix}`,
    revision: plan.revision + 1,
    name: of.name ?? `Solved for ${demand.name}`,
    timingPlans: of.timingPlans,
  };
  writeText(file, `${JSON.stringify(solved, null, 2)}\n`);
  note(`plan written to ${file}`);
}
