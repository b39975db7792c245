/** Reference controllers of a whole network, each a thread of its own, wired to a simulated street. */
import { Worker } from "node:worker_threads";
import type { createScaledClock } from "../clock.ts";
import { compiledUrl } from "../control/compiled-url.ts";
import { listDetectorIds } from "../controllers/reference/controller.ts";
import type {
  ControllerWorkerData,
  FromController,
  ToController,
} from "../controllers/reference/controller-worker.ts";
import type { Network } from "../network/network.schema.ts";
import { type LampChange, toLampChanges } from "../simulation/lamps.ts";
import type { DetectorPulse } from "../simulation/street.ts";
import type { IndicationChange } from "../timing/indications.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";

export interface ControllerAccess {
  readonly token: string;
  readonly signingKeyPem: string;
}

export interface ControllerFleet {
  /** Lamp changes since the last call, in time order; seconds of the shared time line. */
  takeLampChanges(untilS: number): LampChange[];
  /** Vehicles over detectors, to the controllers that own them. */
  pulse(pulses: readonly DetectorPulse[]): void;
  /** Reports of controllers that could not go on. */
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

/** `fallbacks`: each controller's own plan, which it runs until the service sends another. */
export function startControllerFleet(of: {
  readonly network: Network;
  readonly fallbacks: readonly TimingPlan[];
  readonly url: string;
  readonly access: ReadonlyMap<string, ControllerAccess>;
  readonly scale: Parameters<typeof createScaledClock>[0];
  /** Every change of a lamp, as the controller reports it. */
  readonly onIndications?: (intersectionId: string, changes: readonly IndicationChange[]) => void;
}): ControllerFleet {
  const waiting: LampChange[] = [];
  const failures: string[] = [];
  const ownerOfDetector = new Map<string, Worker>();
  const workers = of.fallbacks.map((fallbackPlan) => {
    const id = fallbackPlan.intersectionId;
    const access = of.access.get(id);
    const workerData: ControllerWorkerData = {
      id,
      network: of.network,
      fallbackPlan,
      url: of.url,
      token: access?.token ?? "",
      centreKeyPem: access?.signingKeyPem ?? "",
      scale: of.scale,
    };
    const worker = new Worker(compiledUrl("../controllers/reference/controller-worker.ts", import.meta.url), {
      workerData,
    });
    worker.on("message", (message: FromController) => {
      if (message.type !== "indications") return;
      waiting.push(...toLampChanges(id, message.changes));
      of.onIndications?.(id, message.changes);
    });
    worker.on("error", (error) => failures.push(`${id}: ${error.message}`));
    for (const detectorId of listDetectorIds(of.network, id)) ownerOfDetector.set(detectorId, worker);
    return worker;
  });
  const tell = (worker: Worker, message: ToController): void => worker.postMessage(message);
  return {
    failures,
    takeLampChanges(untilS) {
      waiting.sort((a, b) => a.atS - b.atS);
      const ready = waiting.findIndex((it) => it.atS >= untilS);
      return waiting.splice(0, ready < 0 ? waiting.length : ready);
    },
    pulse(pulses) {
      const byWorker = new Map<Worker, { detectorId: string; atMs: number }[]>();
      for (const { detectorId, atS } of pulses) {
        const worker = ownerOfDetector.get(detectorId);
        if (worker === undefined) continue;
        const own = byWorker.get(worker) ?? [];
        own.push({ detectorId, atMs: Math.round(atS * 1000) });
        byWorker.set(worker, own);
      }
      for (const [worker, own] of byWorker) tell(worker, { type: "pulses", pulses: own });
    },
    async stop() {
      for (const worker of workers) tell(worker, { type: "stop" });
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
