/** What binds a signal of the network to its lamps in the net. */

import type { BuiltCrossing } from "./build-crossings.ts";
import { carriesVehicles, type SignalStreams } from "./build-movements.ts";
import type { Lamps } from "./lamps.ts";
import type { SignalParts } from "./signal-parts.ts";
import type { SumoLogic, SumoWaut } from "./sumo-net.ts";
import type { SumoSignal } from "./sumo-street.ts";

export interface SignalDescription {
  readonly waut: SumoWaut | undefined;
  readonly intersectionId: string;
  readonly programs: readonly SumoLogic[];
  readonly current: SumoLogic | undefined;
  readonly streams: SignalStreams;
  readonly crossings: readonly BuiltCrossing[];
  readonly lamps: Lamps;
}

export const describeSignal = (parts: SignalParts, of: SignalDescription): SumoSignal => ({
  tlId: parts.tlId,
  intersectionId: of.intersectionId,
  linkCount: countLetters(parts, of.programs),
  programs: of.programs.map((it) => ({
    id: it.programId,
    type: it.type,
    offsetS: it.offsetS,
    phases: it.phases,
  })),
  currentProgramId: of.current?.programId,
  waut: of.waut,
  links: listSignalLinks(parts, of),
});

/**
 * Every letter of the state. An index without a movement keeps what the programs show there; the lamp of a pavement, which
 * nobody drives on, is left at 'g', so that it never holds anybody up and never claims priority.
 */
function listSignalLinks(
  parts: SignalParts,
  { streams, crossings, lamps, programs }: SignalDescription,
): SumoSignal["links"] {
  const served = streams.movements.flatMap(({ movement, links }) =>
    links.map((it) => ({
      index: it.linkIndex,
      movementId: movement.id,
      crossingId: undefined,
    })),
  );
  const walked = crossings.flatMap(({ crossing, links }) =>
    links.map((it) => ({ index: it.linkIndex, movementId: undefined, crossingId: crossing.id })),
  );
  const bound = new Set([...served, ...walked].map((it) => it.index));
  const others = Array.from({ length: countLetters(parts, programs) }, (_, index) => index)
    .filter((it) => !bound.has(it))
    .map((index) => ({ index, movementId: undefined, crossingId: undefined }));
  const pavements = new Set(parts.links.filter((it) => !carriesVehicles(it)).map((it) => it.linkIndex));
  const alwaysOf = (index: number): string | undefined =>
    !bound.has(index) && pavements.has(index) ? "g" : lamps.alwaysOf(index);
  return [...served, ...walked, ...others]
    .map((it) => ({ ...it, always: alwaysOf(it.index) }))
    .sort((a, b) => a.index - b.index);
}

/** A state may be longer than the links need; all usable programs have one length. */
const countLetters = (parts: SignalParts, programs: readonly SumoLogic[]): number =>
  Math.max(parts.linkCount, ...programs.flatMap((it) => it.phases.map((phase) => phase.state.length)));
