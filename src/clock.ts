/** Time as a port: the shell reads it and waits on it here alone, so that a test or a demo can run its own. */

export interface Clock {
  /** Epoch ms. */
  nowMs(): number;
  /** Runs `action` once, as soon as the clock has reached `atMs` (at the next turn when it has already); answers how to cancel. */
  at(atMs: number, action: () => void): () => void;
}

/** The longest wait before the wall clock is read again, so that a step of it is noticed, ms. */
const RECHECK_MS = 60_000;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  at: (atMs, action) => {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const waitMs = Math.min(Math.max(atMs - Date.now(), 0), RECHECK_MS);
      timer = setTimeout(() => (Date.now() >= atMs ? action() : arm()), waitMs);
    };
    arm();
    return () => clearTimeout(timer);
  },
};

export interface ManualClock extends Clock {
  /** Goes on to `atMs`, running what falls due in order of time, each at its own instant. */
  advanceTo(atMs: number): void;
}

/** A clock that stands still until it is told to go on. */
export function createManualClock(startMs: number): ManualClock {
  let nowMs = startMs;
  let waiting: { readonly atMs: number; readonly action: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    at: (atMs, action) => {
      const entry = { atMs, action };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((it) => it !== entry);
      };
    },
    advanceTo: (atMs) => {
      for (;;) {
        const next = waiting.reduce<(typeof waiting)[number] | undefined>(
          (first, it) => (it.atMs <= atMs && (first === undefined || it.atMs < first.atMs) ? it : first),
          undefined,
        );
        if (next === undefined) break;
        waiting = waiting.filter((it) => it !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.action();
      }
      nowMs = Math.max(nowMs, atMs);
    },
  };
}
