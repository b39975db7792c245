/** What every run of a street is measured with, whoever runs its signals: one additional file, and its results. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Count } from "../demand/count.schema.ts";
import { getIntersection } from "../network/find.ts";
import {
  type LampTimes,
  type LoggedSignal,
  readLampTimes,
  writeLampLog,
} from "../simulation/sumo/lamp-log.ts";
import { readLoopCounts, writeLoops } from "../simulation/sumo/loops.ts";
import { type RunMeasures, readRunMeasures } from "../simulation/sumo/run-measures.ts";
import { listSumoArgs, outputsIn } from "../simulation/sumo/scenario.ts";
import type { OpenStreet } from "./open-street.ts";
import { ZERO_S } from "./simulated-day.ts";

const COUNT_PERIOD_S = 60;

export interface StreetRun {
  readonly measures: RunMeasures;
  readonly lamps: LampTimes;
  /** What SUMO counted at the loops, on the clock of the simulated day. */
  readonly counts: readonly Count[];
}

export interface Instruments {
  /** Of `sumo`, for this run. */
  readonly args: readonly string[];
  /** Once the run has ended. */
  read(): Promise<StreetRun>;
}

/** `programFiles`: additional files with signal programs; none: those of the net. */
export async function placeInstruments(
  street: OpenStreet,
  of: { readonly folder: string; readonly programFiles: readonly string[]; readonly seed: number },
): Promise<Instruments> {
  const { scenario, loops } = street;
  const { folder, programFiles, seed } = of;
  const signals = listLoggedSignals(street);
  const outputs = outputsIn(folder);
  const countFile = path.join(folder, "counts.xml");
  const lampFile = path.join(folder, "lamps.xml");
  const loopAdditional = path.join(folder, "loops.add.xml");
  const lampAdditional = path.join(folder, "lamps.add.xml");
  await writeFile(loopAdditional, writeLoops(loops, { resultFile: countFile, periodS: COUNT_PERIOD_S }));
  await writeFile(lampAdditional, writeLampLog(signals, lampFile));
  const additionalFiles = [...programFiles, loopAdditional, lampAdditional];
  return {
    args: listSumoArgs({ scenario, additionalFiles, seed, outputs }),
    read: async () => ({
      measures: await readRunMeasures(outputs, scenario.endS - scenario.beginS),
      lamps: await readLampTimes(signals, lampFile),
      counts: loops.length === 0 ? [] : await readLoopCounts(countFile, ZERO_S * 1000),
    }),
  };
}

/** Links conflict where their movements or crossings do. */
function listLoggedSignals({ index, signals }: OpenStreet): LoggedSignal[] {
  return [...signals.values()].map(({ tlId, intersectionId, links }) => {
    const linksOf = new Map<string, number[]>();
    for (const { index: link, movementId, crossingId } of links) {
      const id = movementId ?? crossingId;
      if (id !== undefined) linksOf.set(id, [...(linksOf.get(id) ?? []), link]);
    }
    const conflicts = getIntersection(index, intersectionId).conflicts.flatMap(([a, b]) =>
      (linksOf.get(a) ?? []).flatMap((one) =>
        (linksOf.get(b) ?? []).map((other): [number, number] => [one, other]),
      ),
    );
    return { tlId, conflicts };
  });
}
