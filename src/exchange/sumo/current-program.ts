/**
 * Which of a signal's programs runs: the one that a WAUT makes current, else the one that was loaded last, as SUMO does.
 * A program that only blinks or is switched off is none.
 */
import type { SumoLogic, SumoWaut } from "./sumo-net.ts";

/** `atS`: simulation second; absent: the first program of the WAUT's day that is not off. */
export function findCurrentProgram(
  programs: readonly SumoLogic[],
  waut: SumoWaut | undefined,
  atS: number | undefined,
): SumoLogic | undefined {
  const wanted = waut === undefined ? undefined : findSwitched(waut, atS);
  return programs.findLast((it) => it.programId === wanted) ?? programs.findLast(hasGreen);
}

const hasGreen = (logic: SumoLogic): boolean => logic.phases.some((it) => /[Gg]/.test(it.state));

function findSwitched(waut: SumoWaut, atS: number | undefined): string | undefined {
  if (atS === undefined) return waut.switches.find((it) => it.programId !== "off")?.programId;
  const sinceS = atS - waut.refTimeS;
  const inPeriodS =
    waut.periodS === undefined || waut.periodS <= 0
      ? sinceS
      : ((sinceS % waut.periodS) + waut.periodS) % waut.periodS;
  return waut.switches.findLast((it) => it.timeS <= inPeriodS)?.programId ?? waut.startProgram;
}
