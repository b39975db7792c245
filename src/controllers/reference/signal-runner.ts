/**
 * Runs a sequencer on a clock: wakes when a lamp changes and hands the changes out with their instants.
 *
 * The sequencer's own time follows the clock that never jumps, so a step of the epoch changes no interval that runs; it
 * becomes an offset error, corrected by an ordinary transition. A process that slept longer than `stallMs` did not
 * switch the lamps meanwhile: it goes on where it stopped, as if no time had passed, and is late in the same sense.
 */
import type { Clock } from "../../clock.ts";
import type { IndicationChange } from "../../timing/indications.ts";
import { advance, nextEventDs, type Sequencer, stepClock } from "../../timing/sequencer.ts";

const MS_PER_DS = 100;
/** The lamps are looked at least this often, so that a step of the clock is met soon, ms. */
const LONGEST_WAIT_MS = 1000;

export interface SignalRunnerOptions {
  readonly clock: Clock;
  readonly stallMs: number;
  /** Starts the sequencer at an instant of shared time. */
  readonly startAt: (atDs: number) => Sequencer;
  /** In time order; instants are shared time. Called before `onAdvanced`. */
  readonly onChanges: (changes: readonly IndicationChange[]) => void;
  /** After every wake. */
  readonly onAdvanced: () => void;
  /** The epoch was set, or the process slept: ms, signed. */
  readonly onStep: (byMs: number) => void;
}

export class SignalRunner {
  readonly #options: SignalRunnerOptions;
  /** The instant of the clock that never jumps at which own time was 0. */
  #originMs: number;
  #state: Sequencer;
  #cancel: () => void = () => {};

  constructor(options: SignalRunnerOptions) {
    const { clock } = options;
    this.#options = options;
    this.#originMs = clock.monotonicMs() - clock.nowMs();
    this.#state = options.startAt(Math.ceil(clock.nowMs() / MS_PER_DS));
    this.#arm();
  }

  get state(): Sequencer {
    return this.#state;
  }

  /** Replaces the state by one that follows from it (a plan asked for, a plan withdrawn). */
  change(next: (state: Sequencer) => Sequencer): void {
    this.#state = next(this.#state);
    this.#arm();
  }

  stop(): void {
    this.#cancel();
  }

  #arm(): void {
    this.#cancel();
    const dueMs = this.#originMs + nextEventDs(this.#state) * MS_PER_DS;
    const waitMs = Math.max(0, dueMs - this.#options.clock.monotonicMs());
    this.#cancel = this.#options.clock.after(Math.min(waitMs, LONGEST_WAIT_MS), () => this.#wake(dueMs));
  }

  #wake(dueMs: number): void {
    const { clock, stallMs, onChanges, onAdvanced } = this.#options;
    const lateMs = clock.monotonicMs() - dueMs;
    if (lateMs > stallMs) this.#originMs += lateMs;
    // The margin covers the rounding of epoch-sized milliseconds in floating point.
    const nowDs = Math.floor((clock.monotonicMs() - this.#originMs) / MS_PER_DS + 0.001);
    const { sequencer, changes } = advance(this.#state, Math.max(nowDs, this.#state.nowDs));
    this.#state = sequencer;
    this.#followEpoch();
    const { clockShiftDs } = this.#state;
    if (changes.length > 0) onChanges(changes.map((it) => ({ ...it, atDs: it.atDs + clockShiftDs })));
    onAdvanced();
    this.#arm();
  }

  /** Shared time is the clock's epoch; less than a tenth apart is no step. */
  #followEpoch(): void {
    const { clock, onStep } = this.#options;
    const ownMs = clock.monotonicMs() - this.#originMs;
    const sharedMs = clock.nowMs();
    // A process that was put aside between the readings cannot tell a step from its own sleep: the next wake does.
    const isApart = clock.monotonicMs() - this.#originMs - ownMs >= MS_PER_DS;
    const byDs = Math.round((sharedMs - ownMs) / MS_PER_DS) - this.#state.clockShiftDs;
    if (isApart || Math.abs(byDs) < 2) return;
    this.#state = stepClock(this.#state, byDs);
    onStep(byDs * MS_PER_DS);
  }
}
