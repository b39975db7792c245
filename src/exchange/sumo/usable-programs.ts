/**
 * The programs of a signal that fit it. One with states of another length, or with letters that SUMO does not know, is
 * left out with its place; the net is none the worse for it.
 */
import type { Note } from "../import-report.ts";
import type { SignalParts } from "./signal-parts.ts";
import type { SumoLogic, SumoNet } from "./sumo-net.ts";

/** https://sumo.dlr.de/docs/Simulation/Traffic_Lights.html#signal_state_definitions */
const UNKNOWN_LETTER = /[^rRgGyYuUoOs]/;

/** In the order in which they are loaded. */
export function listUsablePrograms(net: SumoNet, parts: SignalParts, note: Note): SumoLogic[] {
  return net.logics.filter((logic) => {
    if (logic.tlId !== parts.tlId) return false;
    const fault = findFault(logic, parts.linkCount);
    if (fault === undefined) return true;
    note({
      severity: "omitted",
      node: parts.tlId,
      where: `${logic.file}, line ${logic.line}`,
      sentence: `Program ${logic.programId} of signal ${parts.tlId} is left out: ${fault}.`,
    });
    return false;
  });
}

function findFault({ phases }: SumoLogic, linkCount: number): string | undefined {
  const length = phases[0]?.state.length ?? linkCount;
  for (const [at, { state, durationS }] of phases.entries()) {
    if (state.length < linkCount) return `state ${at} has ${state.length} letters for ${linkCount} links`;
    if (state.length !== length) return `state ${at} has ${state.length} letters, state 0 has ${length}`;
    const letter = UNKNOWN_LETTER.exec(state)?.[0];
    if (letter !== undefined) return `state ${at} holds the letter "${letter}", which is no signal`;
    if (durationS < 0) return `phase ${at} lasts ${durationS} s`;
  }
  return undefined;
}
