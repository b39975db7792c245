/**
 * The simulated street beside live controllers: it moves on the shared clock, a little behind it, so that every lamp
 * change has been reported before its instant is simulated; vehicles over detectors go back to the controllers.
 */
import type { Clock } from "../clock.ts";
import type { MovementFlow } from "../demand/demand.schema.ts";
import type { NetworkIndex } from "../network/find.ts";
import { createSeededRandom } from "../network/seeded-random.ts";
import { measureStreet, type StreetMeasures } from "../simulation/simulate-plan.ts";
import { type DetectorPulse, Street } from "../simulation/street.ts";
import { buildStreetLayout } from "../simulation/street-layout.ts";
import type { ControllerFleet } from "./controller-fleet.ts";

/** How far the street is behind the clock, s of the simulation: longer than any report of a lamp takes. */
const LAG_S = 20;
/** Real time between two moves of the street, ms. */
const MOVE_MS = 25;

export interface LiveStreet {
  /** Waits until the street has come to this instant, s. */
  reach(atS: number): Promise<void>;
  readonly nowS: number;
  startMeasuring(): void;
  measure(): StreetMeasures;
  stop(): void;
}

export function startLiveStreet(of: {
  readonly index: NetworkIndex;
  readonly flows: readonly MovementFlow[];
  readonly seed: number;
  readonly clock: Clock;
  readonly fleet: ControllerFleet;
}): LiveStreet {
  let pulses: DetectorPulse[] = [];
  const street = new Street({
    layout: buildStreetLayout(of.index, of.flows),
    random: createSeededRandom(of.seed),
    startS: Math.floor(of.clock.nowMs() / 1000) - LAG_S,
    onPulse: (pulse) => pulses.push(pulse),
  });
  const waiting = new Set<{ readonly atS: number; readonly resolve: () => void }>();
  const move = (): void => {
    const untilS = Math.floor(of.clock.nowMs() / 500) / 2 - LAG_S;
    street.advance(untilS, of.fleet.takeLampChanges(untilS));
    of.fleet.pulse(pulses);
    pulses = [];
    for (const waiter of waiting) {
      if (street.nowS < waiter.atS) continue;
      waiting.delete(waiter);
      waiter.resolve();
    }
  };
  const timer = setInterval(move, MOVE_MS);
  return {
    reach: (atS) => new Promise((resolve) => void waiting.add({ atS, resolve })),
    get nowS() {
      return street.nowS;
    },
    startMeasuring: () => street.startMeasuring(),
    measure: () => measureStreet(of.index, street),
    stop: () => clearInterval(timer),
  };
}
