/** Vehicles over the detectors of one controller, put into periods; a period without vehicles is a count of 0. */
import type { Count } from "../../demand/count.schema.ts";

export class DetectorCounts {
  readonly #periodMs: number;
  #startMs: number;
  #counts: Map<string, number>;

  constructor(detectorIds: readonly string[], time: { nowMs: number; periodMs: number }) {
    this.#periodMs = time.periodMs;
    this.#startMs = Math.ceil(time.nowMs / time.periodMs) * time.periodMs;
    this.#counts = new Map(detectorIds.map((id) => [id, 0]));
  }

  /** End of the running period, epoch ms. */
  get endMs(): number {
    return this.#startMs + this.#periodMs;
  }

  /** One vehicle. Before the first whole period, or over a detector of someone else, it does not count. */
  add(detectorId: string, atMs: number): void {
    const countVeh = this.#counts.get(detectorId);
    if (countVeh !== undefined && atMs >= this.#startMs) this.#counts.set(detectorId, countVeh + 1);
  }

  /** The counts of the running period, and begins the one that holds `nowMs`. */
  takePeriod(nowMs: number): Count[] {
    const taken = [...this.#counts].map(([detectorId, countVeh]) => ({
      detectorId,
      startAtMs: this.#startMs,
      durationS: this.#periodMs / 1000,
      countVeh,
    }));
    this.#counts = new Map([...this.#counts.keys()].map((id) => [id, 0]));
    this.#startMs = Math.floor(nowMs / this.#periodMs) * this.#periodMs;
    return taken;
  }
}
