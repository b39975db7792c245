/** One run in which SUMO runs the signal programs by itself, counted at the loops. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Count } from "../demand/count.schema.ts";
import { readLoopCounts, writeLoops } from "../simulation/sumo/loops.ts";
import { type RunMeasures, readRunMeasures } from "../simulation/sumo/run-measures.ts";
import { listSumoArgs, outputsIn } from "../simulation/sumo/scenario.ts";
import { runSumo } from "../simulation/sumo/sumo-process.ts";
import type { OpenStreet } from "./open-street.ts";
import { ZERO_S } from "./simulated-day.ts";

const COUNT_PERIOD_S = 60;

export interface ProgramRun {
  readonly measures: RunMeasures;
  readonly counts: readonly Count[];
}

/** `programFiles`: additional files with signal programs; none: those of the net. */
export function runPrograms(
  street: OpenStreet,
  { programFiles, seed }: { readonly programFiles: readonly string[]; readonly seed: number },
): Promise<ProgramRun> {
  const { scenario } = street;
  return inFolder(async (folder) => {
    const loopFile = path.join(folder, "loops.add.xml");
    const resultFile = path.join(folder, "counts.xml");
    await writeFile(loopFile, writeLoops(street.loops, { resultFile, periodS: COUNT_PERIOD_S }));
    const outputs = outputsIn(folder);
    await runSumo(
      listSumoArgs({
        scenario,
        additionalFiles: [...programFiles, loopFile],
        seed,
        outputs,
      }),
    );
    return {
      measures: await readRunMeasures(outputs, scenario.endS - scenario.beginS),
      counts: street.loops.length === 0 ? [] : await readLoopCounts(resultFile, ZERO_S * 1000),
    };
  });
}

/** Gives a folder that is gone when the work is done. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "greenwave-sumo-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
