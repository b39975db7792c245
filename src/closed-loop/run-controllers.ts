/** One run in which the controllers of the service run the signals of SUMO. */
import { startSumo } from "../simulation/sumo/sumo-process.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { placeInstruments, type StreetRun } from "./instruments.ts";
import { driveStreet, startLockstep } from "./lockstep.ts";
import type { OpenStreet } from "./open-street.ts";
import { inFolder } from "./run-programs.ts";

/** `fallbacks`: what each controller runs until the service sends something else. */
export function runControllers(
  street: OpenStreet,
  of: {
    readonly fallbacks: readonly TimingPlan[];
    readonly seed: number;
    readonly onSecond: (atS: number) => void;
  },
): Promise<StreetRun> {
  const { fallbacks, seed, onSecond } = of;
  return inFolder(async (folder) => {
    const programFiles = street.scenario.shippedFiles;
    const instruments = await placeInstruments(street, { folder, programFiles, seed });
    const lockstep = await startLockstep({ street, fallbacks, folder });
    try {
      const sumo = await startSumo(instruments.args);
      try {
        await driveStreet(street, { client: sumo.client, lockstep, onSecond });
        await sumo.finish();
      } finally {
        sumo.kill();
      }
    } finally {
      await lockstep.stop();
    }
    return instruments.read();
  });
}
