/** What binds a signal of the network to its lamps in the net. */

import type { BuiltCrossing } from "./build-crossings.ts";
import type { SignalStreams } from "./build-movements.ts";
import type { Lamps } from "./lamps.ts";
import type { SignalParts } from "./signal-parts.ts";
import type { SumoLogic, SumoNet } from "./sumo-net.ts";
import type { SumoSignal } from "./sumo-street.ts";

export interface SignalDescription {
  readonly net: SumoNet;
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
  linkCount: parts.linkCount,
  programs: of.programs.map((it) => ({
    id: it.programId,
    type: it.type,
    offsetS: it.offsetS,
    phases: it.phases,
  })),
  currentProgramId: of.current?.programId,
  waut: of.net.wauts.get(of.net.wautOf.get(parts.tlId) ?? ""),
  links: listSignalLinks(parts, of),
});

/** Every letter of the state; an index without a movement keeps what the programs show there. */
function listSignalLinks(
  parts: SignalParts,
  { streams, crossings, lamps }: SignalDescription,
): SumoSignal["links"] {
  const served = streams.movements.flatMap(({ movement, links }) =>
    links.map((it) => ({ index: it.linkIndex, movementId: movement.id, crossingId: undefined })),
  );
  const walked = crossings.flatMap(({ crossing, links }) =>
    links.map((it) => ({ index: it.linkIndex, movementId: undefined, crossingId: crossing.id })),
  );
  const bound = new Set([...served, ...walked].map((it) => it.index));
  const others = Array.from({ length: parts.linkCount }, (_, index) => index)
    .filter((it) => !bound.has(it))
    .map((index) => ({ index, movementId: undefined, crossingId: undefined }));
  return [...served, ...walked, ...others]
    .map((it) => ({ ...it, always: lamps.alwaysOf(it.index) }))
    .sort((a, b) => a.index - b.index);
}
