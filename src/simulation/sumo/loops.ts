/** Induction loops that a service is given in a SUMO street: written as an additional file, their counts read back. */
import type { Count } from "../../demand/count.schema.ts";
import { escapeXml } from "../../escape-xml.ts";
import { readElements } from "./run-measures.ts";
import type { StepResult } from "./traci-client.ts";

export interface Loop {
  readonly detectorId: string;
  readonly laneId: string;
  /** From the begin of the lane, m. */
  readonly positionM: number;
}

/** A loop becomes occupied or free. */
export interface LoopEdge {
  readonly detectorId: string;
  readonly isOccupied: boolean;
  /** s of the simulation. */
  readonly atS: number;
}

/** Keeps ours apart from the loops that a net brings along. */
const PREFIX = "greenwave.";

export const toLoopId = (detectorId: string): string => PREFIX + detectorId;

/** The additional file. `resultFile`: where SUMO leaves the counts of each `periodS`. */
export function writeLoops(
  loops: readonly Loop[],
  { resultFile, periodS }: { readonly resultFile: string; readonly periodS: number },
): string {
  const lines = loops.map(
    ({ detectorId, laneId, positionM }) =>
      `  <inductionLoop id="${escapeXml(toLoopId(detectorId))}" lane="${escapeXml(laneId)}" pos="${positionM}" friendlyPos="true" period="${periodS}" file="${escapeXml(resultFile)}"/>`,
  );
  return `<additional>\n${lines.join("\n")}\n</additional>\n`;
}

/** What the loops counted; `zeroMs` is the epoch of second 0 of the simulation. */
export async function readLoopCounts(resultFile: string, zeroMs: number): Promise<Count[]> {
  const counts: Count[] = [];
  await readElements(resultFile, (name, it) => {
    if (name !== "interval" || it["id"]?.startsWith(PREFIX) !== true) return;
    const beginS = Number(it["begin"]);
    counts.push({
      detectorId: it["id"].slice(PREFIX.length),
      startAtMs: zeroMs + Math.round(beginS * 1000),
      durationS: Number(it["end"]) - beginS,
      countVeh: Number(it["nVehContrib"]),
      occupancy: Math.min(1, Number(it["occupancy"]) / 100),
    });
  });
  return counts;
}

/**
 * Follows who stands on each loop from step to step. Answers what changed during a step, in the order of time: occupied
 * for every vehicle that comes (by lane change, too), free when the last one has left.
 */
export function createLoopWatch(loops: readonly Loop[]): (step: StepResult) => LoopEdge[] {
  /** By loop, when those that stand on it came. */
  const standing = new Map<string, Set<number>>();
  return ({ timeS, passages }) => {
    const edges: LoopEdge[] = [];
    for (const { detectorId } of loops) {
      const own = passages.get(toLoopId(detectorId)) ?? [];
      const before = standing.get(detectorId) ?? new Set();
      const here = own.filter((it) => it.leftAtS === undefined).map((it) => it.enteredAtS);
      standing.set(detectorId, new Set(here));
      for (const { enteredAtS } of own) {
        if (!before.has(enteredAtS)) edges.push({ detectorId, isOccupied: true, atS: enteredAtS });
      }
      if (here.length > 0 || (own.length === 0 && before.size === 0)) continue;
      // A vehicle that leaves by a change of lanes is gone without an instant.
      const atS = own.length === 0 ? timeS : Math.max(...own.map((it) => it.leftAtS ?? timeS));
      edges.push({ detectorId, isOccupied: false, atS });
    }
    return edges.sort((a, b) => a.atS - b.atS);
  };
}
