/** One run in which the controllers of the service run the signals of SUMO. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { writeLoops } from "../simulation/sumo/loops.ts";
import { type RunMeasures, readRunMeasures } from "../simulation/sumo/run-measures.ts";
import { listSumoArgs, outputsIn } from "../simulation/sumo/scenario.ts";
import { startSumo } from "../simulation/sumo/sumo-process.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { driveStreet, startLockstep } from "./lockstep.ts";
import type { OpenStreet } from "./open-street.ts";
import { inFolder } from "./run-programs.ts";

/** Counts of SUMO's own are not read here: the controllers count. */
const NO_COUNTS = { resultFile: "NUL", periodS: 86_400 };

/** `fallbacks`: what each controller runs until the service sends something else. */
export function runControllers(
  street: OpenStreet,
  of: {
    readonly fallbacks: readonly TimingPlan[];
    readonly seed: number;
    readonly onSecond: (atS: number) => void;
  },
): Promise<{ readonly measures: RunMeasures }> {
  const { scenario } = street;
  return inFolder(async (folder) => {
    const lockstep = await startLockstep({ street, fallbacks: of.fallbacks, folder });
    try {
      const outputs = outputsIn(folder);
      const loopFile = path.join(folder, "loops.add.xml");
      await writeFile(loopFile, writeLoops(street.loops, NO_COUNTS));
      const sumo = await startSumo(
        listSumoArgs({
          scenario,
          additionalFiles: [...scenario.shippedFiles, loopFile],
          seed: of.seed,
          outputs,
        }),
      );
      try {
        await driveStreet(street, { client: sumo.client, lockstep, onSecond: of.onSecond });
        await sumo.finish();
      } finally {
        sumo.kill();
      }
      return { measures: await readRunMeasures(outputs, scenario.endS - scenario.beginS) };
    } finally {
      await lockstep.stop();
    }
  });
}
