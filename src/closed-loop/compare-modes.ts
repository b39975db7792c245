/** The same street and demand under several ways to run its signals, over seeds, compared with the programs as shipped. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { chooseActuation } from "../solver/actuation/choose-actuation.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { StreetRun } from "./instruments.ts";
import type { OpenStreet } from "./open-street.ts";
import { type CountedPlans, planFromCounts, toProgramFile } from "./plan-from-counts.ts";
import { runControllers } from "./run-controllers.ts";
import { inFolder, runPrograms } from "./run-programs.ts";

/**
 * `shipped`: the programs that came with the street. `plans`: fixed-time plans from counts under those, as programs of
 * SUMO. `published`: the same plans, published by the service and run by its controllers. `adaptive`: actuated
 * or free, as the centre chooses, and with the loop on.
 */
export const CONTROL_MODES = ["shipped", "plans", "published", "adaptive"] as const;
export type ControlMode = (typeof CONTROL_MODES)[number];

export interface ModeRuns {
  readonly mode: ControlMode;
  /** One per seed, in their order. */
  readonly runs: readonly StreetRun[];
}

/** `say` is told what goes on. Plans are counted and solved once, with the first seed. */
export async function compareModes(
  street: OpenStreet,
  of: {
    readonly modes: readonly ControlMode[];
    readonly seeds: readonly number[];
    readonly say: (line: string) => void;
  },
): Promise<ModeRuns[]> {
  const { seeds, say } = of;
  const needsPlans = of.modes.some((it) => it !== "shipped");
  const solved = needsPlans ? await countAndSolve(street, seeds[0] ?? 1, say) : undefined;
  return inFolder(async (folder) => {
    const planFile = path.join(folder, "plans.add.xml");
    if (solved !== undefined) await writeFile(planFile, toProgramFile(street, solved.timingPlans));
    const compared: ModeRuns[] = [];
    for (const mode of of.modes) {
      const runs: StreetRun[] = [];
      for (const seed of seeds) {
        const run = await runMode(street, { mode, seed, planFile, solved, say });
        say(`${mode}, seed ${seed}: ${run.measures.delayS.toFixed(1)} s delay per vehicle`);
        runs.push(run);
      }
      compared.push({ mode, runs });
    }
    return compared;
  });
}

/** Counts a run under the programs as shipped and solves plans from that. */
export async function countAndSolve(
  street: OpenStreet,
  seed: number,
  say: (line: string) => void,
): Promise<CountedPlans> {
  const counted = await runPrograms(street, { programFiles: street.scenario.shippedFiles, seed });
  say(`${counted.counts.length} counts under the programs as shipped`);
  const solved = planFromCounts(street, counted);
  const cycles = [...new Set(solved.timingPlans.map((it) => it.cycleS))].join(", ");
  say(`${solved.timingPlans.length} plans solved, cycle ${cycles} s`);
  return solved;
}

function runMode(
  street: OpenStreet,
  of: {
    readonly mode: ControlMode;
    readonly seed: number;
    readonly planFile: string;
    readonly solved: CountedPlans | undefined;
    readonly say: (line: string) => void;
  },
): Promise<StreetRun> {
  const { mode, seed, say } = of;
  if (mode === "shipped") return runPrograms(street, { programFiles: street.scenario.shippedFiles, seed });
  if (mode === "plans") return runPrograms(street, { programFiles: [of.planFile], seed });
  // The service knows the street as the counting run has shown it.
  const learned = of.solved === undefined ? street : { ...street, index: of.solved.index };
  const timingPlans = of.solved?.timingPlans ?? street.todaysPlans;
  const isAdaptive = mode === "adaptive";
  return runControllers(learned, {
    timingPlans: isAdaptive
      ? actuate(learned, timingPlans, { flows: of.solved?.flows ?? [], say })
      : timingPlans,
    loop: isAdaptive ? "on" : "off",
    seed,
    say: (line) => say(`${mode}, seed ${seed}: ${line}`),
  });
}

/** With all that controllers need to answer their detectors. */
function actuate(
  { index }: OpenStreet,
  fixedTime: readonly TimingPlan[],
  { flows, say }: Pick<CountedPlans, "flows"> & { readonly say: (line: string) => void },
): readonly TimingPlan[] {
  const { timingPlans, choices } = chooseActuation({ index, timingPlans: fixedTime, flows });
  for (const { intersectionId, reason } of choices) say(`${intersectionId}: ${reason}`);
  return timingPlans;
}
