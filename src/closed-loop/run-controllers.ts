/** One run in which the controllers of the service run the signals of SUMO. */
import { startSumo } from "../simulation/sumo/sumo-process.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { placeInstruments, type StreetRun } from "./instruments.ts";
import { driveStreet, startLockstep } from "./lockstep.ts";
import type { OpenStreet } from "./open-street.ts";
import { inFolder } from "./run-programs.ts";
import { describeDecisions, requireControl, takeControl } from "./take-control.ts";

/** How often a long run says where it is, s of the simulation. */
const PROGRESS_S = 600;

/** `timingPlans`: each controller's own, which the service publishes before its loop adapts them. */
export function runControllers(
  street: OpenStreet,
  of: {
    readonly timingPlans: readonly TimingPlan[];
    readonly loop: "on" | "off";
    readonly seed: number;
    readonly say: (line: string) => void;
  },
): Promise<StreetRun> {
  const { timingPlans, loop, seed, say } = of;
  const onSecond = (atS: number): void => {
    if (atS % PROGRESS_S === 0) say(`second ${atS}`);
  };
  return inFolder(async (folder) => {
    const programFiles = street.scenario.shippedFiles;
    const instruments = await placeInstruments(street, { folder, programFiles, seed });
    const lockstep = await startLockstep({ street, fallbacks: timingPlans, folder });
    const { session, clock } = lockstep;
    try {
      await takeControl(session, { timingPlans, loop, nowMs: clock.nowMs(), say });
      await lockstep.warmUp();
      await requireControl(session);
      const sumo = await startSumo(instruments.args);
      try {
        await driveStreet(street, { client: sumo.client, lockstep, onSecond });
        await sumo.finish();
        if (loop === "on") say(`the loop decided: ${await describeDecisions(session)}`);
      } finally {
        sumo.kill();
      }
    } finally {
      await lockstep.stop();
    }
    return instruments.read();
  });
}
