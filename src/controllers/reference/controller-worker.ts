/**
 * Entry of a thread that is one controller: lamps come out of its port, vehicles over its detectors go in. Its clock is
 * the one that everybody in the same simulation shares.
 */
import { parentPort, workerData } from "node:worker_threads";
import { createScaledClock } from "../../clock.ts";
import { known } from "../../errors.ts";
import type { IndicationChange } from "../../timing/indications.ts";
import type { ControllerNote } from "./controller.ts";
import { type StartControllerOptions, startController } from "./run-controller.ts";

/** `workerData` of the thread. */
export interface ControllerWorkerData
  extends Pick<
    StartControllerOptions,
    "id" | "network" | "fallbackPlan" | "url" | "token" | "centreKeyPem" | "statePath"
  > {
  readonly scale: Parameters<typeof createScaledClock>[0];
}

/** What the thread says. */
export type FromController =
  | { readonly type: "indications"; readonly changes: readonly IndicationChange[] }
  | { readonly type: "note"; readonly note: ControllerNote };

/** What the thread is told. */
export type ToController =
  | {
      readonly type: "pulses";
      readonly pulses: readonly { readonly detectorId: string; readonly atMs: number }[];
    }
  | { readonly type: "stop" };

const port = known(parentPort ?? undefined, "port of the controller's thread");
const { scale, ...options }: ControllerWorkerData = workerData;
const say = (message: FromController): void => port.postMessage(message);

const controller = startController({
  ...options,
  clock: createScaledClock(scale),
  // The lamps of a simulation are read by their instants, so none is ever shown too briefly.
  stallMs: Number.POSITIVE_INFINITY,
  // The simulated street is behind the clock, so its vehicles are told late.
  countGraceS: 45,
  onIndications: (changes) => say({ type: "indications", changes }),
  onNote: (note) => say({ type: "note", note }),
});

port.on("message", (message: ToController) => {
  if (message.type === "pulses") {
    for (const pulse of message.pulses) controller.count(pulse);
    return;
  }
  controller.stop();
  port.close();
});
