/**
 * A service, its controllers and a street in SUMO on one clock that is moved by hand, in lockstep: the clock stands still
 * while any request of either end is unanswered, any record is on its way to the disk or any task is at work, and SUMO
 * makes no step before. So the machine's speed changes nothing, and the same seed gives the same run.
 *
 * Real are the service, its store and its sockets, and one reference controller per signal. They see loops alone: a
 * vehicle that comes over one is told to the controller that owns it, at the instant at which it happened.
 */
import { setImmediate as turn } from "node:timers/promises";
import { createManualClock, type ManualClock } from "../clock.ts";
import { parseConfig } from "../config.ts";
import { listDetectorIds, type ReferenceController } from "../controllers/reference/controller.ts";
import { startController } from "../controllers/reference/run-controller.ts";
import { openSession, type ServiceSession } from "../demo/service-session.ts";
import { AppError, known } from "../errors.ts";
import { type LampLinks, toSumoState } from "../exchange/sumo/lamp-states.ts";
import { type RunningService, startService } from "../main.ts";
import { createLoopWatch, type LoopEdge, toLoopId } from "../simulation/sumo/loops.ts";
import type { TraciClient } from "../simulation/sumo/traci-client.ts";
import type { CrossingIndication, IndicationChange, MovementIndication } from "../timing/indications.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { OpenStreet } from "./open-street.ts";
import { ZERO_S } from "./simulated-day.ts";

/** Controllers begin in red and come into step before the first vehicle does, s. */
const WARM_UP_S = 900;
/** A lease outlives every run; the lead gives nobody a reason to hurry. */
const UNHURRIED = { leaseS: "86400", port: "0", logLevel: "error" };

export interface Lockstep {
  readonly session: ServiceSession;
  readonly clock: ManualClock;
  /** Second by second to the begin of the scenario, so that every controller comes into step. */
  warmUp(): Promise<void>;
  /** Goes on to a second of the simulation, everything handled. */
  advanceTo(atS: number): Promise<void>;
  /** What the signals of SUMO show now, by their identity. */
  readStates(): Map<string, string>;
  /** Loops that became occupied or free in the second that comes. */
  tell(edges: readonly LoopEdge[]): void;
  stop(): Promise<void>;
}

/** Answers when every controller is connected and runs its own plan, some time before the begin of the scenario. */
export async function startLockstep(of: {
  readonly street: OpenStreet;
  readonly fallbacks: readonly TimingPlan[];
  readonly folder: string;
}): Promise<Lockstep> {
  const { street, folder } = of;
  const clock = createManualClock((ZERO_S + street.scenario.beginS - WARM_UP_S) * 1000);
  const service = await startService(configFor(folder), { clock });
  const controllers = new Map<string, ReferenceController>();
  const stop = async (): Promise<void> => {
    for (const controller of controllers.values()) controller.stop();
    await service.close();
  };
  try {
    const session = await openSession(service, street.index.network);
    const lamps = await startControllers({ ...of, clock, service, session, controllers });
    const settle = createSettle(service, controllers);
    const advanceTo = async (atS: number): Promise<void> => {
      clock.advanceTo((ZERO_S + atS) * 1000);
      await settle();
    };
    const owners = findOwners(street, controllers);
    return {
      session,
      clock,
      async warmUp() {
        for (let left = WARM_UP_S; left >= 0; left--) await advanceTo(street.scenario.beginS - left);
      },
      advanceTo,
      readStates: () => new Map(lamps.map((it) => [it.signal.tlId, toSumoState(it.signal, it)])),
      tell(edges) {
        for (const { detectorId, isOccupied, atS } of edges) {
          const atMs = Math.round((ZERO_S + atS) * 1000);
          const owner = owners.get(detectorId);
          clock.at(atMs, () => {
            owner?.detect({ detectorId, isOccupied, atMs });
            if (isOccupied) owner?.count({ detectorId, atMs });
          });
        }
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** SUMO under the controllers, from the begin of the scenario until nobody is left or its time is up. */
export async function driveStreet(
  { scenario, loops }: OpenStreet,
  of: { readonly client: TraciClient; readonly lockstep: Lockstep; readonly onSecond: (atS: number) => void },
): Promise<void> {
  const { client, lockstep, onSecond } = of;
  await client.subscribe(loops.map((it) => toLoopId(it.detectorId)));
  const watch = createLoopWatch(loops);
  const lastS = scenario.endS + scenario.drainS;
  for (let atS = scenario.beginS; atS < lastS; ) {
    const step = await client.step(lockstep.readStates());
    lockstep.tell(watch(step));
    atS = step.timeS;
    await lockstep.advanceTo(atS);
    onSecond(atS);
    if (atS > scenario.endS && step.expectedVehicles === 0) return;
  }
}

interface SignalLamps {
  readonly signal: LampLinks;
  readonly movements: Map<string, MovementIndication>;
  readonly crossings: Map<string, CrossingIndication>;
}

/** One controller per signal, connected; answers their lamps, which follow. */
async function startControllers(of: {
  readonly street: OpenStreet;
  readonly fallbacks: readonly TimingPlan[];
  readonly clock: ManualClock;
  readonly service: RunningService;
  readonly session: ServiceSession;
  readonly controllers: Map<string, ReferenceController>;
}): Promise<SignalLamps[]> {
  const { street, clock, service, session } = of;
  const lamps: SignalLamps[] = [];
  const registered: Promise<void>[] = [];
  for (const fallbackPlan of of.fallbacks) {
    const id = fallbackPlan.intersectionId;
    const { token, signingKeyPem } = known(session.access.get(id), `access of ${id}`);
    const own = {
      signal: known(street.signals.get(id), `signal of ${id}`),
      movements: new Map(),
      crossings: new Map(),
    };
    lamps.push(own);
    registered.push(
      new Promise((resolve, reject) => {
        const controller = startController({
          id,
          network: street.index.network,
          fallbackPlan,
          url: service.address,
          token,
          centreKeyPem: signingKeyPem,
          clock,
          // The clock stands still while work is under way, so no lamp is ever shown too briefly.
          stallMs: Number.POSITIVE_INFINITY,
          onIndications: (changes) => follow(own, changes),
          onNote: ({ kind, detail }) =>
            kind === "registered"
              ? resolve()
              : reject(new AppError("unavailable", `controller ${id} ${kind}: ${detail}`)),
        });
        of.controllers.set(id, controller);
      }),
    );
  }
  await Promise.all(registered);
  return lamps;
}

function follow({ movements, crossings }: SignalLamps, changes: readonly IndicationChange[]): void {
  for (const change of changes) {
    if (change.type === "movement") movements.set(change.movementId, change.indication);
    else if (change.type === "crossing") crossings.set(change.crossingId, change.indication);
  }
}

/** Waits until nothing is under way at either end. */
function createSettle(
  service: RunningService,
  controllers: ReadonlyMap<string, ReferenceController>,
): () => Promise<void> {
  const isBusy = (): boolean =>
    service.workUnderWay() > 0 || [...controllers.values()].some((it) => it.unanswered > 0);
  return async () => {
    do await turn();
    while (isBusy());
  };
}

/** Which controller a detector is wired to. */
function findOwners(
  { index }: OpenStreet,
  controllers: ReadonlyMap<string, ReferenceController>,
): Map<string, ReferenceController> {
  return new Map(
    [...controllers].flatMap(([id, controller]) =>
      listDetectorIds(index.network, id).map((it) => [it, controller] as const),
    ),
  );
}

function configFor(folder: string) {
  const parsed = parseConfig({ environment: {}, flags: { data: folder, ...UNHURRIED } });
  if (parsed.kind === "ok") return parsed.config;
  throw new AppError("invalidInput", "the service's configuration has faults", { faults: parsed.faults });
}
