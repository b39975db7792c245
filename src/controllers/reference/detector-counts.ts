/** Vehicles over the detectors of one controller, put into periods; a period without vehicles is a count of 0. */
import type { Count } from "../../demand/count.schema.ts";

export class DetectorCounts {
  readonly #detectorIds: readonly string[];
  readonly #periodMs: number;
  readonly #graceMs: number;
  #startMs: number;
  #counts = new Map<string, number>();
  /** Of the period after, while this one is still open. */
  #countsAfter = new Map<string, number>();

  /** `graceMs`: a period is closed this long after its end, for vehicles that are told late; shorter than a period. */
  constructor(
    detectorIds: readonly string[],
    time: { readonly nowMs: number; readonly periodMs: number; readonly graceMs: number },
  ) {
    this.#detectorIds = detectorIds;
    this.#periodMs = time.periodMs;
    this.#graceMs = time.graceMs;
    this.#startMs = this.#firstStartMs(time.nowMs);
  }

  /** The clock was set: what was counted belongs to no period, and the next whole one is the first. */
  restart(nowMs: number): void {
    this.#startMs = this.#firstStartMs(nowMs);
    this.#counts = new Map();
    this.#countsAfter = new Map();
  }

  /** When the running period is to be taken, epoch ms. */
  get dueMs(): number {
    return this.#startMs + this.#periodMs + this.#graceMs;
  }

  /** One vehicle. Outside the periods that are open it does not count. */
  add(detectorId: string, atMs: number): void {
    const period = Math.floor((atMs - this.#startMs) / this.#periodMs);
    if (period !== 0 && period !== 1) return;
    const counts = period === 0 ? this.#counts : this.#countsAfter;
    counts.set(detectorId, (counts.get(detectorId) ?? 0) + 1);
  }

  /** The counts of the running period. Periods that passed while nobody looked are not reported: silence is not zero. */
  takePeriod(nowMs: number): Count[] {
    const taken = this.#detectorIds.map((detectorId) => ({
      detectorId,
      startAtMs: this.#startMs,
      durationS: this.#periodMs / 1000,
      countVeh: this.#counts.get(detectorId) ?? 0,
    }));
    const nextMs = this.#startMs + this.#periodMs;
    this.#startMs = Math.max(nextMs, Math.floor((nowMs - this.#graceMs) / this.#periodMs) * this.#periodMs);
    this.#counts = this.#startMs === nextMs ? this.#countsAfter : new Map();
    this.#countsAfter = new Map();
    return taken;
  }

  #firstStartMs(nowMs: number): number {
    return Math.ceil(nowMs / this.#periodMs) * this.#periodMs;
  }
}
