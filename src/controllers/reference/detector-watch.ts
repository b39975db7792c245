/**
 * Which detectors a controller can rely on: not one that is occupied for minutes, not one that is silent while others
 * over the same lanes see many vehicles, and none while nothing at all is heard. (NTCIP 1202 detector diagnostics:
 * maximum presence, no activity.) Phases that they call for are on maximum recall meanwhile.
 */
import { known } from "../../errors.ts";
import type { Detector } from "../../network/network.schema.ts";

const LONGEST_PRESENCE_MS = 5 * 60_000;
const LONGEST_SILENCE_MS = 30 * 60_000;
/** Vehicles that others over the same lanes see meanwhile. */
const MISSED_VEH = 100;
/** Without any edge from any detector for so long, nobody knows whether they are connected. */
const LONGEST_QUIET_MS = 5 * 60_000;

export interface DetectorFailure {
  readonly detectorId: string;
  readonly why: "stuck" | "silent" | "quiet";
}

interface Watched {
  readonly overSameLanes: readonly string[];
  isOccupied: boolean;
  /** Of its last edge, or of the start. */
  sinceMs: number;
  missedVeh: number;
}

/** Instants are ms of a clock that never jumps. */
export class DetectorWatch {
  readonly #watched: ReadonlyMap<string, Watched>;
  #heardMs: number;

  constructor(detectors: readonly Detector[], nowMs: number) {
    const own = detectors.filter((it) => it.type !== "exit");
    this.#heardMs = nowMs;
    this.#watched = new Map(
      own.map((it) => [
        it.id,
        {
          overSameLanes: own
            .filter(
              (by) =>
                by !== it && by.linkId === it.linkId && by.lanes.some((lane) => it.lanes.includes(lane)),
            )
            .map((by) => by.id),
          isOccupied: false,
          sinceMs: nowMs,
          missedVeh: 0,
        },
      ]),
    );
  }

  /** A detector that is not watched is ignored. */
  note(edge: { readonly detectorId: string; readonly isOccupied: boolean; readonly atMs: number }): void {
    const detector = this.#watched.get(edge.detectorId);
    if (detector === undefined) return;
    this.#heardMs = edge.atMs;
    if (edge.isOccupied && !detector.isOccupied) {
      for (const id of detector.overSameLanes) known(this.#watched.get(id), `detector ${id}`).missedVeh++;
    }
    detector.isOccupied = edge.isOccupied;
    detector.sinceMs = edge.atMs;
    detector.missedVeh = 0;
  }

  listFailures(nowMs: number): DetectorFailure[] {
    const isQuiet = nowMs - this.#heardMs >= LONGEST_QUIET_MS;
    return [...this.#watched].flatMap(([detectorId, it]): DetectorFailure[] => {
      const lastedMs = nowMs - it.sinceMs;
      if (isQuiet) return [{ detectorId, why: "quiet" }];
      if (it.isOccupied && lastedMs >= LONGEST_PRESENCE_MS) return [{ detectorId, why: "stuck" }];
      const isSilent = !it.isOccupied && lastedMs >= LONGEST_SILENCE_MS && it.missedVeh >= MISSED_VEH;
      return isSilent ? [{ detectorId, why: "silent" }] : [];
    });
  }
}
