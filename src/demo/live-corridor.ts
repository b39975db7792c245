/**
 * A real service with its store and sockets, and one reference controller per intersection that runs its own plan, all
 * on one clock that is faster than real time.
 */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type Clock, createScaledClock } from "../clock.ts";
import { parseConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { startService } from "../main.ts";
import type { Network } from "../network/network.schema.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { type ControllerFleet, startControllerFleet } from "./controller-fleet.ts";
import { awaitControllers, openSession, type ServiceSession } from "./service-session.ts";

export interface LiveCorridor {
  readonly clock: Clock;
  readonly session: ServiceSession;
  readonly fleet: ControllerFleet;
  stop(): Promise<void>;
}

/** A fixed instant for the simulated day, so that the same seed meets the same vehicles: 2026-09-21T21:00:00Z. */
const START_MS = 1_790_024_400_000;

/** The clock runs fast, the machine does not: waits for answers are longer on it, s and times. */
const PATIENCE = 10;
const UNHURRIED = { publishLeadS: "150", leaseS: "7200" };

/** Answers when every controller is connected. */
export async function startLiveCorridor(of: {
  readonly network: Network;
  readonly fallbacks: readonly TimingPlan[];
  readonly speedFactor: number;
  readonly onIndications?: Parameters<typeof startControllerFleet>[0]["onIndications"];
  readonly say: (line: string) => void;
}): Promise<LiveCorridor> {
  const { network, fallbacks, speedFactor, onIndications, say } = of;
  const folder = await mkdtemp(path.join(os.tmpdir(), "greenwave-demo-"));
  const scale = { simulatedAnchorMs: START_MS, realAnchorMs: Date.now(), speedFactor };
  const clock = createScaledClock(scale);
  const service = await startService(configFor(folder), { clock, patience: PATIENCE });
  let fleet: ControllerFleet | undefined;
  const stop = async (): Promise<void> => {
    await fleet?.stop();
    await service.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    say(`service on ${service.address}, time runs ${speedFactor} times as fast`);
    const session = await openSession(service, network);
    const { access } = session;
    const started = startControllerFleet({
      network,
      fallbacks,
      url: service.address,
      access,
      scale,
      ...(onIndications === undefined ? {} : { onIndications }),
    });
    fleet = started;
    await awaitControllers(session, () => started.failures);
    say(`${access.size} controllers connected, each on its own plan`);
    return { clock, session, fleet: started, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configFor(folder: string) {
  const parsed = parseConfig({
    environment: {},
    flags: { data: folder, port: "0", logLevel: "error", ...UNHURRIED },
  });
  if (parsed.kind === "ok") return parsed.config;
  throw new AppError("invalidInput", "the demo's configuration has faults", { faults: parsed.faults });
}
