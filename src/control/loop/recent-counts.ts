/**
 * The counts of a network's window in memory, so that a tick reads from the store only what is new. What comes later than
 * the tolerance is read with the next full reading: after a restart, a longer window or a change of the network.
 */
import { type CountColumns, createColumns, type DetectorNumber } from "../count-columns.ts";
import type { Store } from "../store.ts";

/** Counts may come so long after their period has begun, ms. */
export const TOLERANCE_MS = 120_000;
/** More counts than this in a window are not read: an hour of 1,000 detectors at 5 s is 720,000. */
const MAX_COUNTS = 1_000_000;

export interface CountWindow {
  /** Epoch ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

export class RecentCounts {
  private readonly store: Store;
  private readonly networkId: string;
  private columns: CountColumns = createColumns(0);
  private detectors: readonly DetectorNumber[] = [];
  private read: CountWindow & { readonly networkHash: string } = { fromMs: 0, toMs: 0, networkHash: "" };

  constructor(store: Store, networkId: string) {
    this.store = store;
    this.networkId = networkId;
  }

  /** Counts that start in the window, and the numbers of the network's detectors. */
  async readWindow(
    window: CountWindow,
    networkHash: string,
  ): Promise<{ readonly columns: CountColumns; readonly detectors: readonly DetectorNumber[] }> {
    const { store, networkId, read } = this;
    const isSame =
      read.networkHash === networkHash && read.fromMs <= window.fromMs && read.toMs <= window.toMs;
    const newFromMs = isSame ? Math.max(window.fromMs, read.toMs - TOLERANCE_MS) : window.fromMs;
    const [fresh, detectors] = await Promise.all([
      store.readCounts({ networkId, fromMs: newFromMs, toMs: window.toMs, limit: MAX_COUNTS }),
      isSame ? this.detectors : store.listDetectors({ networkId }),
    ]);
    this.columns = join(
      this.columns,
      { fromMs: window.fromMs, toMs: isSame ? newFromMs : window.fromMs },
      fresh,
    );
    this.detectors = detectors;
    this.read = { ...window, networkHash };
    return { columns: this.columns, detectors };
  }
}

/** The rows of `kept` that start in the window, then all of `fresh`. */
function join(kept: CountColumns, { fromMs, toMs }: CountWindow, fresh: CountColumns): CountColumns {
  const { startsAtMs } = kept;
  // Rows lie by start.
  let first = 0;
  while (first < startsAtMs.length && (startsAtMs[first] ?? 0) < fromMs) first += 1;
  let end = first;
  while (end < startsAtMs.length && (startsAtMs[end] ?? 0) < toMs) end += 1;
  const joined = createColumns(end - first + fresh.startsAtMs.length);
  for (const name of ["detectorNumbers", "startsAtMs", "durationsS", "countsVeh", "occupancies"] as const) {
    joined[name].set(kept[name].subarray(first, end));
    joined[name].set(fresh[name], end - first);
  }
  return joined;
}
