/**
 * What lamps show, as SUMO writes it: one letter per link of a signal. Protected is `G`, permitted `g` (yields to what has
 * priority), yellow `y`, everything else `r`; a crossing has green while it shows walk.
 * Source: sumo.dlr.de/docs/Simulation/Traffic_Lights.html#signal_state_definitions.
 */
import type { Indications, MovementIndication } from "../../timing/indications.ts";

/** A signal of SUMO and what each of its links obeys. */
export interface LampLinks {
  readonly tlId: string;
  readonly linkCount: number;
  readonly links: readonly {
    readonly index: number;
    readonly movementId?: string | undefined;
    readonly crossingId?: string | undefined;
    /** The letter of a link that never changes. */
    readonly always?: string | undefined;
  }[];
}

const LETTER: Readonly<Record<MovementIndication, string>> = {
  protected: "G",
  permitted: "g",
  yellow: "y",
  red: "r",
};

/** Indices that no link has are red: SUMO wants a letter for them too. */
export function toSumoState(
  { linkCount, links }: LampLinks,
  { movements, crossings }: Pick<Indications, "movements" | "crossings">,
): string {
  const letters = new Array<string>(linkCount).fill("r");
  for (const { index, movementId, crossingId, always } of links) {
    if (always !== undefined) letters[index] = always;
    else if (movementId !== undefined) letters[index] = LETTER[movements.get(movementId) ?? "red"];
    else if (crossingId !== undefined && crossings.get(crossingId) === "walk") letters[index] = "G";
  }
  return letters.join("");
}
