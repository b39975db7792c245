/** Time as a port: the shell reads it and waits on it here alone, so that a test or a demo can run its own. */

export interface Clock {
  /** Epoch ms; may be set forward or back while the program runs. */
  nowMs(): number;
  /** Ms from an arbitrary start; never jumps. */
  monotonicMs(): number;
  /**
   * Runs `action` once, as soon as the clock has reached `atMs` (at the next turn when it has already); answers how to
   * cancel.
   */
  at(atMs: number, action: () => void): () => void;
  /** Runs `action` once, `delayMs` from now whatever happens to the epoch; answers how to cancel. */
  after(delayMs: number, action: () => void): () => void;
}

/** The longest wait before the wall clock is read again, so that a step of it is noticed, ms. */
const RECHECK_MS = 60_000;

export const systemClock: Clock = createRealClock({
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  speedFactor: 1,
});

/**
 * Runs from `simulatedAnchorMs` at the instant `realAnchorMs`, `speedFactor` times as fast as real time. Everyone who is
 * given the same three numbers has the same time, also in other threads and processes of the machine.
 */
export function createScaledClock(scale: {
  readonly simulatedAnchorMs: number;
  readonly realAnchorMs: number;
  readonly speedFactor: number;
}): Clock {
  const { simulatedAnchorMs, realAnchorMs, speedFactor } = scale;
  // One source for both readings: whole milliseconds of the wall clock, times the factor, would jitter.
  const originMs = simulatedAnchorMs + (performance.timeOrigin - realAnchorMs) * speedFactor;
  const monotonicMs = (): number => performance.now() * speedFactor;
  return createRealClock({ nowMs: () => Math.round(originMs + monotonicMs()), monotonicMs, speedFactor });
}

/** On the timers of the process; its ms last `1 / speedFactor` real ones. */
function createRealClock(of: {
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  readonly speedFactor: number;
}): Clock {
  const { nowMs, monotonicMs, speedFactor } = of;
  /** Timers hold 31 bits of ms, and the wall clock may step: both are met by waking in between. */
  const wakeWhen = (remainingMs: () => number, action: () => void): (() => void) => {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const waitMs = Math.min(Math.max(remainingMs() / speedFactor, 0), RECHECK_MS);
      timer = setTimeout(() => (remainingMs() <= 0 ? action() : arm()), waitMs);
    };
    arm();
    return () => clearTimeout(timer);
  };
  return {
    nowMs,
    monotonicMs,
    at: (atMs, action) => wakeWhen(() => atMs - nowMs(), action),
    after: (delayMs, action) => {
      const dueMs = monotonicMs() + delayMs;
      return wakeWhen(() => dueMs - monotonicMs(), action);
    },
  };
}

export interface ManualClock extends Clock {
  /** Goes on to `atMs`, running what falls due in order of time, each at its own instant. */
  advanceTo(atMs: number): void;
  /** Sets the epoch forward (negative: back) without any time passing. */
  step(byMs: number): void;
}

/** A clock that stands still until it is told to go on. */
export function createManualClock(startMs: number): ManualClock {
  let elapsedMs = 0;
  let epochMs = startMs;
  /** `dueMs` answers in elapsed ms. */
  let waiting: { readonly dueMs: () => number; readonly action: () => void }[] = [];
  const wait = (dueMs: () => number, action: () => void): (() => void) => {
    const entry = { dueMs, action };
    waiting.push(entry);
    return () => {
      waiting = waiting.filter((it) => it !== entry);
    };
  };
  return {
    nowMs: () => epochMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    at: (atMs, action) => wait(() => atMs - epochMs, action),
    after: (delayMs, action) => {
      const dueMs = elapsedMs + delayMs;
      return wait(() => dueMs, action);
    },
    advanceTo: (atMs) => {
      const untilMs = atMs - epochMs;
      for (;;) {
        const next = waiting.reduce<(typeof waiting)[number] | undefined>(
          (first, it) =>
            it.dueMs() <= untilMs && (first === undefined || it.dueMs() < first.dueMs()) ? it : first,
          undefined,
        );
        if (next === undefined) break;
        waiting = waiting.filter((it) => it !== next);
        elapsedMs = Math.max(elapsedMs, next.dueMs());
        next.action();
      }
      elapsedMs = Math.max(elapsedMs, untilMs);
    },
    step: (byMs) => {
      epochMs += byMs;
    },
  };
}
