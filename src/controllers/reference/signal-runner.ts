/**
 * Runs a signal on a clock: wakes when a lamp changes and hands the changes out with their instants.
 *
 * The signal's own time follows the clock that never jumps, so a step of the epoch changes no interval that runs; it
 * becomes an offset error, corrected by an ordinary transition. A process that slept longer than `stallMs` did not
 * switch the lamps meanwhile: it goes on where it stopped, as if no time had passed, and is late in the same sense.
 */
import type { Clock } from "../../clock.ts";
import type { Termination } from "../../timing/actuated/actuated-state.ts";
import type { IndicationChange } from "../../timing/indications.ts";
import { advanceSignal, nextSignalEventDs, type Signal, stepSignalClock } from "../../timing/signal.ts";

const MS_PER_DS = 100;
/** The lamps are looked at least this often, so that a step of the clock is met soon, ms. */
const LONGEST_WAIT_MS = 1000;
/** Of epoch-sized milliseconds in floating point. */
const ROUNDING_MS = 0.1;

export interface SignalRunnerOptions {
  readonly clock: Clock;
  readonly stallMs: number;
  /** Starts the signal at an instant of shared time. */
  readonly startAt: (atDs: number) => Signal;
  /** In time order; instants are shared time. Called before `onAdvanced`. */
  readonly onChanges: (changes: readonly IndicationChange[]) => void;
  /** Likewise: how greens of an actuated plan ended. */
  readonly onTerminations: (terminations: readonly Termination[]) => void;
  /** After every wake. */
  readonly onAdvanced: () => void;
  /** The epoch was set, or the process slept: ms, signed. */
  readonly onStep: (byMs: number) => void;
}

export class SignalRunner {
  readonly #options: SignalRunnerOptions;
  /** The instant of the clock that never jumps at which own time was 0. */
  #originMs: number;
  #state: Signal;
  #cancel: () => void = () => {};
  #isStopped = false;

  constructor(options: SignalRunnerOptions) {
    const { clock } = options;
    this.#options = options;
    this.#originMs = clock.monotonicMs() - clock.nowMs();
    this.#state = options.startAt(Math.ceil(clock.nowMs() / MS_PER_DS));
    this.#arm();
  }

  get state(): Signal {
    return this.#state;
  }

  /** Replaces the state by one that follows from it (a plan asked for, a plan withdrawn). */
  change(next: (state: Signal) => Signal): void {
    this.#state = next(this.#state);
    this.#arm();
  }

  /**
   * The same for what is seen on the street. It counts from the next tenth on: a lamp that answers it never begins at a
   * tenth that is over, which would cut the interval that is shown.
   */
  sense(next: (state: Signal) => Signal): void {
    const intoTenthMs = this.#ownMs() - this.#ownNowDs() * MS_PER_DS;
    const take = (): void => {
      if (this.#isStopped) return;
      if (this.#ownNowDs() > this.#state.lamps.nowDs) this.#goOn();
      this.change(next);
    };
    if (intoTenthMs < ROUNDING_MS) take();
    else this.#options.clock.after(MS_PER_DS - intoTenthMs, take);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  #arm(): void {
    this.#cancel();
    const dueMs = this.#originMs + nextSignalEventDs(this.#state) * MS_PER_DS;
    const waitMs = Math.max(0, dueMs - this.#options.clock.monotonicMs());
    this.#cancel = this.#options.clock.after(Math.min(waitMs, LONGEST_WAIT_MS), () => this.#wake(dueMs));
  }

  #wake(dueMs: number): void {
    const { clock, stallMs } = this.#options;
    const lateMs = clock.monotonicMs() - dueMs;
    if (lateMs > stallMs) this.#originMs += lateMs;
    this.#goOn();
    this.#arm();
  }

  #goOn(): void {
    const { onChanges, onTerminations, onAdvanced } = this.#options;
    const toDs = Math.max(this.#ownNowDs(), this.#state.lamps.nowDs);
    const { signal, changes, terminations } = advanceSignal(this.#state, toDs);
    this.#state = signal;
    this.#followEpoch();
    const { clockShiftDs } = this.#state.lamps;
    const onSharedTime = <T extends { readonly atDs: number }>(items: readonly T[]): T[] =>
      items.map((it) => ({ ...it, atDs: it.atDs + clockShiftDs }));
    if (changes.length > 0) onChanges(onSharedTime(changes));
    if (terminations.length > 0) onTerminations(onSharedTime(terminations));
    onAdvanced();
  }

  #ownNowDs(): number {
    return Math.floor((this.#ownMs() + ROUNDING_MS) / MS_PER_DS);
  }

  #ownMs(): number {
    return this.#options.clock.monotonicMs() - this.#originMs;
  }

  /** Shared time is the clock's epoch; less than a tenth apart is no step. */
  #followEpoch(): void {
    const { clock, onStep } = this.#options;
    const ownMs = clock.monotonicMs() - this.#originMs;
    const sharedMs = clock.nowMs();
    // A process that was put aside between the readings cannot tell a step from its own sleep: the next wake does.
    const isApart = clock.monotonicMs() - this.#originMs - ownMs >= MS_PER_DS;
    const byDs = Math.round((sharedMs - ownMs) / MS_PER_DS) - this.#state.lamps.clockShiftDs;
    if (isApart || Math.abs(byDs) < 2) return;
    this.#state = stepSignalClock(this.#state, byDs);
    onStep(byDs * MS_PER_DS);
  }
}
