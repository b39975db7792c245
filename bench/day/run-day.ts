/** A day on the street minute by minute, under whatever controls it. */
import type { MovementFlow } from "../../src/demand/demand.schema.ts";
import { known } from "../../src/errors.ts";
import type { NetworkIndex } from "../../src/network/find.ts";
import type { ShippedNetwork } from "../../src/shipped/shipped-network.ts";
import { DayStreet, type MinuteCounts, type Suffered } from "./day-street.ts";

export const MINUTE_MS = 60_000;
/** Before the day begins: the street fills, and the window of the counts. */
export const WARM_UP_MIN = 15;
const QUARTER_MIN = 15;

export interface Scenario {
  readonly shipped: ShippedNetwork;
  readonly index: NetworkIndex;
  /** By quarter hour of the local day. */
  readonly flows: readonly (readonly MovementFlow[])[];
  readonly midnightMs: number;
  /** Minutes of the local day; hours are whole. */
  readonly fromMin: number;
  readonly toMin: number;
  readonly seed: number;
}

export interface DayControl {
  /** Before each quarter hour. */
  readonly beginQuarter?: (street: DayStreet, atMs: number, flows: readonly MovementFlow[]) => void;
  /** After each minute, with what the detectors tell of it. */
  readonly endMinute?: (street: DayStreet, counts: MinuteCounts, atMs: number) => Promise<void>;
}

export interface DayFigures extends Suffered {
  readonly meanDelayS: number;
  /** By hour. */
  readonly hourlyDelayVehH: readonly number[];
  /** Of the whole run, warm-up and control included: processor time of all threads. */
  readonly cpuS: number;
  readonly timesFasterThanReal: number;
  readonly lampFaults: readonly string[];
}

export async function runDay(scenario: Scenario, control: DayControl): Promise<DayFigures> {
  const { shipped, index, flows, midnightMs, fromMin, toMin, seed } = scenario;
  const flowsAt = (minute: number) =>
    known(flows[Math.floor(minute / QUARTER_MIN + flows.length) % flows.length], "flows");
  const firstMin = fromMin - WARM_UP_MIN;
  const startedAt = process.cpuUsage();
  const street = new DayStreet({
    index,
    flows: flowsAt(firstMin),
    timingPlans: shipped.plan.timingPlans,
    startAtMs: midnightMs + firstMin * MINUTE_MS,
    seed,
  });
  const hourlyDelayVehH: number[] = [];
  let delayVehH = 0;
  for (let minute = firstMin; minute < toMin; minute++) {
    const atMs = midnightMs + minute * MINUTE_MS;
    if (minute === fromMin) street.startMeasuring();
    if (minute % QUARTER_MIN === 0) {
      street.changeDemand(flowsAt(minute));
      control.beginQuarter?.(street, atMs, flowsAt(minute));
    }
    const counts = street.runMinute();
    await control.endMinute?.(street, counts, atMs);
    if (minute >= fromMin && (minute + 1) % 60 === 0) {
      const untilNowVehH = street.measure().delayVehH;
      hourlyDelayVehH.push(untilNowVehH - delayVehH);
      delayVehH = untilNowVehH;
    }
  }
  const { user, system } = process.cpuUsage(startedAt);
  const cpuS = (user + system) / 1e6;
  const suffered = street.measure();
  return {
    ...suffered,
    meanDelayS: (suffered.delayVehH * 3600) / suffered.vehicles,
    hourlyDelayVehH,
    cpuS,
    timesFasterThanReal: ((toMin - firstMin) * 60) / cpuS,
    lampFaults: street.listFaults(),
  };
}
