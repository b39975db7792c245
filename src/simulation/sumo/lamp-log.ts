/**
 * What the signals of a run showed, as SUMO itself logged it, whoever set them: the shortest green that any link had, and
 * the shortest time from the end of a link's green to the begin of the protected green of one that conflicts with it.
 * A permitted green may begin at any time: what conflicts with it may be green beside it, and it yields.
 * The first and the last green of a link are cut by the run and do not count.
 */
import { escapeXml } from "../../escape-xml.ts";
import { readElements } from "./run-measures.ts";

export interface LoggedSignal {
  readonly tlId: string;
  /** Pairs of link indices that conflict. */
  readonly conflicts: readonly (readonly [number, number])[];
}

export interface LampTimes {
  /** s; infinite where nothing was seen. */
  readonly shortestGreenS: number;
  readonly shortestClearanceS: number;
}

/** The additional file that makes SUMO log every state of these signals. */
export function writeLampLog(signals: readonly LoggedSignal[], resultFile: string): string {
  const lines = signals.map(
    ({ tlId }) =>
      `  <timedEvent type="SaveTLSStates" source="${escapeXml(tlId)}" dest="${escapeXml(resultFile)}"/>`,
  );
  return `<additional>\n${lines.join("\n")}\n</additional>\n`;
}

export async function readLampTimes(
  signals: readonly LoggedSignal[],
  resultFile: string,
): Promise<LampTimes> {
  const trackers = new Map(signals.map((it) => [it.tlId, new LampTracker(it)]));
  await readElements(resultFile, (name, it) => {
    if (name === "tlsState") trackers.get(it["id"] ?? "")?.see(Number(it["time"]), it["state"] ?? "");
  });
  const all = [...trackers.values()];
  return {
    shortestGreenS: Math.min(...all.map((it) => it.shortestGreenS)),
    shortestClearanceS: Math.min(...all.map((it) => it.shortestClearanceS)),
  };
}

const isGreen = (letter: string | undefined): boolean => letter === "G" || letter === "g";

class LampTracker {
  shortestGreenS = Number.POSITIVE_INFINITY;
  shortestClearanceS = Number.POSITIVE_INFINITY;
  readonly #foes = new Map<number, number[]>();
  /** By link; absent for a green that was there from the begin of the run. */
  readonly #greenSinceS = new Map<number, number>();
  readonly #greenEndedS = new Map<number, number>();
  #state = "";

  constructor({ conflicts }: LoggedSignal) {
    for (const [a, b] of conflicts) {
      this.#foes.set(a, [...(this.#foes.get(a) ?? []), b]);
      this.#foes.set(b, [...(this.#foes.get(b) ?? []), a]);
    }
  }

  see(atS: number, state: string): void {
    const before = this.#state;
    if (state === before) return;
    this.#state = state;
    if (before === "") return;
    const links = [...state].map((_, link) => link);
    for (const link of links) {
      if (isGreen(before[link]) && !isGreen(state[link])) this.#end(link, atS);
    }
    for (const link of links) {
      if (!isGreen(before[link]) && isGreen(state[link])) this.#begin(link, atS, state);
    }
  }

  #end(link: number, atS: number): void {
    const sinceS = this.#greenSinceS.get(link);
    if (sinceS !== undefined) this.shortestGreenS = Math.min(this.shortestGreenS, atS - sinceS);
    this.#greenEndedS.set(link, atS);
  }

  #begin(link: number, atS: number, state: string): void {
    this.#greenSinceS.set(link, atS);
    if (state[link] !== "G") return;
    for (const foe of this.#foes.get(link) ?? []) {
      const endedS = this.#greenEndedS.get(foe);
      if (endedS === undefined || isGreen(state[foe])) continue;
      this.shortestClearanceS = Math.min(this.shortestClearanceS, atS - endedS);
    }
  }
}
