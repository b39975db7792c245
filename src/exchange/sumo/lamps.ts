/** What the shipped programs of a signal show at each of its lamps. */
import type { SumoLogic } from "./sumo-net.ts";

export interface Lamps {
  /** All letters of all programs in order; equal texts are one lamp. */
  readonly historyOf: (index: number) => string;
  /** The letters that occur, each once. */
  readonly lettersOf: (index: number) => string;
  /** The only letter that occurs; none while nothing is shipped. */
  readonly alwaysOf: (index: number) => string | undefined;
}

export function createLamps(programs: readonly SumoLogic[]): Lamps {
  const states = programs.flatMap((it) => it.phases.map((phase) => phase.state));
  const historyOf = (index: number): string => states.map((it) => it.charAt(index)).join("");
  const lettersOf = (index: number): string => [...new Set(historyOf(index))].join("");
  return {
    historyOf,
    lettersOf,
    alwaysOf: (index) => {
      const letters = lettersOf(index);
      return letters.length === 1 ? letters : undefined;
    },
  };
}
