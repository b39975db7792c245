/** Single vehicles over the stop lines of a run, and the greens that they met, as SUMO itself logged both. */
import type { SeenGreen, StopLinePassage } from "../demand/learn-discharge.ts";
import { escapeXml } from "../escape-xml.ts";
import type { LampLinks } from "../exchange/sumo/lamp-states.ts";
import { type Loop, toLoopId } from "../simulation/sumo/loops.ts";
import { readElements } from "../simulation/sumo/run-measures.ts";

const SUFFIX = ".instant";

/** The additional file: instant induction loops beside the ones that count. */
export function writeInstantLoops(loops: readonly Loop[], resultFile: string): string {
  const lines = loops.map(
    ({ detectorId, laneId, positionM }) =>
      `  <instantInductionLoop id="${escapeXml(toLoopId(detectorId) + SUFFIX)}" lane="${escapeXml(laneId)}" pos="${positionM}" friendlyPos="true" file="${escapeXml(resultFile)}"/>`,
  );
  return `<additional>\n${lines.join("\n")}\n</additional>\n`;
}

/** By detector, in the order in which vehicles left it. */
export async function readPassages(
  loops: readonly Loop[],
  resultFile: string,
): Promise<Map<string, StopLinePassage[]>> {
  const detectorOf = new Map(loops.map((it) => [toLoopId(it.detectorId) + SUFFIX, it.detectorId]));
  const passages = new Map<string, StopLinePassage[]>(loops.map((it) => [it.detectorId, []]));
  const enteredAtS = new Map<string, number>();
  await readElements(resultFile, (name, it) => {
    const detectorId = detectorOf.get(it["id"] ?? "");
    if (name !== "instantOut" || detectorId === undefined) return;
    const vehicle = `${detectorId} ${it["vehID"]}`;
    const atS = Number(it["time"]);
    if (it["state"] === "enter") enteredAtS.set(vehicle, atS);
    if (it["state"] !== "leave") return;
    passages.get(detectorId)?.push({ enteredAtS: enteredAtS.get(vehicle) ?? atS, leftAtS: atS });
    enteredAtS.delete(vehicle);
  });
  return passages;
}

/** By intersection and movement: greens from the log of the lamps; protected where all of its links show `G`. */
export async function readGreens(
  signals: ReadonlyMap<string, LampLinks>,
  lampFile: string,
): Promise<Map<string, Map<string, SeenGreen[]>>> {
  const trackers = new Map(
    [...signals].map(([id, signal]) => [signal.tlId, { id, track: trackGreens(signal) }]),
  );
  await readElements(lampFile, (name, it) => {
    if (name === "tlsState") trackers.get(it["id"] ?? "")?.track.see(Number(it["time"]), it["state"] ?? "");
  });
  return new Map([...trackers.values()].map(({ id, track }) => [id, track.greens]));
}

function trackGreens({ links }: LampLinks) {
  const linksOf = new Map<string, number[]>();
  for (const { index, movementId } of links) {
    if (movementId !== undefined) linksOf.set(movementId, [...(linksOf.get(movementId) ?? []), index]);
  }
  const greens = new Map<string, SeenGreen[]>([...linksOf.keys()].map((it) => [it, []]));
  const running = new Map<string, { readonly startS: number; readonly letter: string }>();
  const see = (atS: number, state: string): void => {
    for (const [movementId, own] of linksOf) {
      const letters = new Set(own.map((it) => state[it]));
      const letter =
        letters.size === 1 && letters.has("G") ? "G" : letters.has("G") || letters.has("g") ? "g" : "r";
      const before = running.get(movementId);
      if (before?.letter === letter) continue;
      if (before !== undefined && before.letter !== "r") {
        greens
          .get(movementId)
          ?.push({ startS: before.startS, endS: atS, isProtected: before.letter === "G" });
      }
      running.set(movementId, { startS: atS, letter });
    }
  };
  return { greens, see };
}
