/**
 * The detectors of an intersection as its log numbers them, each with the phases that it speaks of: those that serve
 * the movements of its lanes; for one at the beginning of a link, those that lead into the link. An advance detector
 * speaks of the through movements of its approach (or of all, where none goes through).
 * The number is the place among the intersection's detectors in the network file, from 1; a detector belongs to the
 * intersection that its link leads to, one of type exit to the intersection that its link comes from.
 */
import { getLink, type NetworkIndex, runningSpeedOf } from "../network/find.ts";
import type { Detector, Intersection, Movement } from "../network/network.schema.ts";
import type { DetectorUse, PhaseDetector } from "./signal-index.ts";

export interface SignalDetector {
  readonly detectorId: string;
  readonly linkId: string;
  readonly channel: number;
  readonly uses: readonly DetectorUse[];
  readonly phases: readonly number[];
  /** To the stop line at the speed of the link. */
  readonly travelMs: number;
}

const USES: Readonly<Record<Detector["type"], readonly DetectorUse[]>> = {
  advance: ["advance"],
  stopLine: ["presence", "yellowRed", "count"],
  exit: ["exit"],
};

export function listSignalDetectors(index: NetworkIndex, intersection: Intersection): SignalDetector[] {
  return index.network.detectors
    .filter((it) => {
      const link = getLink(index, it.linkId);
      return (it.type === "exit" ? link.from : link.to) === intersection.id;
    })
    .map((detector, place) => {
      const link = getLink(index, detector.linkId);
      return {
        detectorId: detector.id,
        linkId: detector.linkId,
        channel: place + 1,
        uses: USES[detector.type],
        phases: listPhasesServing(intersection, movementsOf(detector, intersection)),
        travelMs: detector.type === "exit" ? 0 : (detector.setbackM / runningSpeedOf(link)) * 1000,
      };
    });
}

/** One entry per detector, phase and use. */
export const toPhaseDetectors = (detectors: readonly SignalDetector[]): PhaseDetector[] =>
  detectors.flatMap(({ phases, uses, channel }) =>
    phases.flatMap((phase) => uses.map((use) => ({ phase, use, channel }))),
  );

function movementsOf(detector: Detector, intersection: Intersection): readonly Movement[] {
  const { movements, approaches } = intersection;
  if (detector.type === "exit") return movements.filter((it) => it.toLinkId === detector.linkId);
  if (detector.movementIds !== undefined) {
    return movements.filter((it) => detector.movementIds?.includes(it.id));
  }
  const approach = approaches.find((it) => it.linkId === detector.linkId);
  const own = movements.filter((it) => it.approachId === approach?.id);
  const through = own.filter((it) => it.turn === "through");
  return through.length > 0 ? through : own;
}

/** The phases that protect one of the movements, else those that permit it. */
export function listPhasesServing({ phases }: Intersection, movements: readonly Movement[]): number[] {
  const ids = new Set(movements.map((it) => it.id));
  const serving = (of: "protectedMovements" | "permittedMovements"): number[] =>
    phases.filter((it) => it[of].some((id) => ids.has(id))).map((it) => it.number);
  const protectedBy = serving("protectedMovements");
  return protectedBy.length > 0 ? protectedBy : serving("permittedMovements");
}
