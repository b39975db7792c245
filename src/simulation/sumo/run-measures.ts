/**
 * What a run of SUMO did to its vehicles, from its own trip and statistic outputs.
 *
 * The score is the delay: (time loss + insertion delay) over all vehicles that were demanded, also those that never got
 * in, whose wait so far counts in full. Time loss is against driving alone at the vehicle's own speed; insertion delay is
 * the wait to enter the net. Neither alone would do: a plan can lower time loss by keeping vehicles out.
 */

import { readFile } from "node:fs/promises";
import { AppError } from "../../errors.ts";
import type { SumoOutputs } from "./scenario.ts";

export interface RunMeasures {
  /** s per demanded vehicle: the score. */
  readonly delayS: number;
  /** s per vehicle that entered. */
  readonly timeLossS: number;
  readonly waitingS: number;
  readonly stops: number;
  readonly speedMps: number;
  /** s per demanded vehicle. */
  readonly insertionDelayS: number;
  readonly demandedVeh: number;
  readonly completedVeh: number;
  readonly unfinishedVeh: number;
  /** Never entered. */
  readonly keptOutVeh: number;
  /** On average over the period of the demand, those that wait to enter included. */
  readonly standingVeh: number;
  readonly teleports: number;
  readonly collisions: number;
}

type Attributes = Readonly<Record<string, string>>;

/** `periodS`: of the demand. Rejects with `unavailable` when an output is missing. */
export async function readRunMeasures(
  { tripFile, statisticFile }: SumoOutputs,
  periodS: number,
): Promise<RunMeasures> {
  const statistic = new Map<string, Attributes>();
  await readElements(statisticFile, (name, attributes) => statistic.set(name, attributes));
  const numberOf = (element: string, attribute: string): number =>
    Number(statistic.get(element)?.[attribute] ?? 0);
  const sums = {
    entered: 0,
    completed: 0,
    timeLoss: 0,
    waiting: 0,
    insertion: 0,
    stops: 0,
    lengthM: 0,
    timeS: 0,
  };
  await readElements(tripFile, (name, it) => {
    if (name !== "tripinfo") return;
    sums.entered += 1;
    if (Number(it["arrival"]) >= 0) sums.completed += 1;
    sums.timeLoss += Number(it["timeLoss"]);
    sums.waiting += Number(it["waitingTime"]);
    sums.insertion += Number(it["departDelay"]);
    sums.stops += Number(it["waitingCount"]);
    sums.lengthM += Number(it["routeLength"]);
    sums.timeS += Number(it["duration"]);
  });
  const keptOutVeh = numberOf("vehicles", "waiting");
  const keptOutS = keptOutVeh * Math.max(0, numberOf("vehicleTripStatistics", "departDelayWaiting"));
  const demandedVeh = sums.entered + keptOutVeh;
  return {
    delayS: (sums.timeLoss + sums.insertion + keptOutS) / demandedVeh,
    timeLossS: sums.timeLoss / sums.entered,
    waitingS: sums.waiting / sums.entered,
    stops: sums.stops / sums.entered,
    speedMps: sums.lengthM / sums.timeS,
    insertionDelayS: (sums.insertion + keptOutS) / demandedVeh,
    demandedVeh,
    completedVeh: sums.completed,
    unfinishedVeh: sums.entered - sums.completed,
    keptOutVeh,
    standingVeh: (sums.waiting + sums.insertion + keptOutS) / periodS,
    teleports: numberOf("teleports", "total"),
    collisions: numberOf("safety", "collisions"),
  };
}

/** Hands out the elements of a file that SUMO wrote: it puts each on a line of its own. */
export async function readElements(
  file: string,
  take: (name: string, attributes: Attributes) => void,
): Promise<void> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new AppError("unavailable", `cannot read SUMO's output ${file}`, { cause });
  });
  for (const [, name = "", rest = ""] of text.matchAll(/^\s*<(\w+)\s(.*)$/gm)) {
    take(name, Object.fromEntries([...rest.matchAll(/(\w+)="([^"]*)"/g)].map((it) => [it[1], it[2]])));
  }
}
