/** What every run of a street is measured with, whoever runs its signals: one additional file, and its results. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Count } from "../demand/count.schema.ts";
import type { SeenGreen, StopLinePassage } from "../demand/learn-discharge.ts";
import { getIntersection } from "../network/find.ts";
import {
  type LampTimes,
  type LoggedSignal,
  readLampTimes,
  writeLampLog,
} from "../simulation/sumo/lamp-log.ts";
import { type Loop, readLoopCounts, writeLoops } from "../simulation/sumo/loops.ts";
import { type RunMeasures, readRunMeasures } from "../simulation/sumo/run-measures.ts";
import { listSumoArgs, outputsIn } from "../simulation/sumo/scenario.ts";
import type { OpenStreet } from "./open-street.ts";
import { readGreens, readPassages, writeInstantLoops } from "./passages.ts";
import { ZERO_S } from "./simulated-day.ts";

const COUNT_PERIOD_S = 60;

export interface StreetRun {
  readonly measures: RunMeasures;
  readonly lamps: LampTimes;
  /** What SUMO counted at the loops, on the clock of the simulated day. */
  readonly counts: readonly Count[];
  /** Single vehicles over the stop lines, by detector. */
  readonly passages: ReadonlyMap<string, readonly StopLinePassage[]>;
  /** By intersection and movement. */
  readonly greens: ReadonlyMap<string, ReadonlyMap<string, readonly SeenGreen[]>>;
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
  const passageFile = path.join(folder, "passages.xml");
  const stopLines = listStopLines(street);
  const passageAdditional = path.join(folder, "passages.add.xml");
  const loopAdditional = path.join(folder, "loops.add.xml");
  const lampAdditional = path.join(folder, "lamps.add.xml");
  await writeFile(loopAdditional, writeLoops(loops, { resultFile: countFile, periodS: COUNT_PERIOD_S }));
  await writeFile(passageAdditional, writeInstantLoops(stopLines, passageFile));
  await writeFile(lampAdditional, writeLampLog(signals, lampFile));
  const additionalFiles = [...programFiles, loopAdditional, passageAdditional, lampAdditional];
  return {
    args: listSumoArgs({ scenario, additionalFiles, seed, outputs }),
    read: async () => ({
      measures: await readRunMeasures(outputs, scenario.endS - scenario.beginS),
      lamps: await readLampTimes(signals, lampFile),
      counts: loops.length === 0 ? [] : await readLoopCounts(countFile, ZERO_S * 1000),
      passages: stopLines.length === 0 ? new Map() : await readPassages(stopLines, passageFile),
      greens: await readGreens(street.signals, lampFile),
    }),
  };
}

function listStopLines({ index, loops }: OpenStreet): Loop[] {
  const ids = new Set(index.network.detectors.filter((it) => it.type === "stopLine").map((it) => it.id));
  return loops.filter((it) => ids.has(it.detectorId));
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
