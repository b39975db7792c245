/**
 * A street of single vehicles under the lamps that its controllers would show: every signal is run by the sequencer of
 * the reference controller, plan changes included. Minute by minute; the same seed brings the same vehicles to the edges
 * at the same instants, whatever the signals do.
 */
import type { MovementFlow } from "../../src/demand/demand.schema.ts";
import { known } from "../../src/errors.ts";
import type { NetworkIndex } from "../../src/network/find.ts";
import { createSeededRandom } from "../../src/network/seeded-random.ts";
import { toLampChanges } from "../../src/simulation/lamps.ts";
import { Street } from "../../src/simulation/street.ts";
import { buildStreetLayout } from "../../src/simulation/street-layout.ts";
import type { TimingPlan } from "../../src/timing/plan.schema.ts";
import {
  advance,
  DEFAULT_TRANSITION,
  requestPlan,
  type Sequencer,
  startSequencer,
} from "../../src/timing/sequencer.ts";
import { buildTimeBase, type TimeBase } from "../../src/timing/time-zero.ts";

const MINUTE_S = 60;
/** How often stop lines are looked at for who stands there, s. */
const LOOK_S = 2;

/** What the detectors of the network tell of a minute, in its order. */
export interface MinuteCounts {
  readonly countsVeh: Int32Array;
  /** Part of the minute that somebody was over it; NaN off the stop line. */
  readonly occupancies: Float64Array;
}

/** Since measuring began, of all who came to a stop line since; who could not enter waits too. */
export interface Suffered {
  readonly vehicles: number;
  readonly delayVehH: number;
  readonly stops: number;
}

export class DayStreet {
  readonly #index: NetworkIndex;
  readonly #timeBase: TimeBase;
  readonly #street: Street;
  readonly #signals: Map<string, Sequencer>;
  readonly #detectors: ReadonlyMap<string, number>;
  /** By detector at a stop line: its place in the network's order and the movements that queue over it. */
  readonly #stopLines: readonly { readonly at: number; readonly movements: readonly number[] }[];
  #counts: Int32Array;
  #atS: number;

  constructor(of: {
    readonly index: NetworkIndex;
    readonly flows: readonly MovementFlow[];
    readonly timingPlans: readonly TimingPlan[];
    readonly startAtMs: number;
    readonly seed: number;
  }) {
    const { index } = of;
    const { detectors } = index.network;
    this.#index = index;
    this.#timeBase = buildTimeBase(index.network);
    this.#atS = of.startAtMs / 1000;
    this.#detectors = new Map(detectors.map((it, at) => [it.id, at]));
    this.#counts = new Int32Array(detectors.length);
    this.#signals = new Map(
      of.timingPlans.map((plan) => {
        const intersection = known(index.intersections.get(plan.intersectionId), plan.intersectionId);
        const signal = { intersection, plan, timeBase: this.#timeBase, atDs: this.#atS * 10 };
        return [plan.intersectionId, startSequencer(signal)];
      }),
    );
    const layout = buildStreetLayout(index, of.flows);
    this.#stopLines = detectors.flatMap(({ id, type }, at) => {
      const movements = [...layout.movements.keys()].filter((it) =>
        layout.movements[it]?.stopLineDetectors.includes(id),
      );
      return type === "stopLine" ? [{ at, movements }] : [];
    });
    this.#street = new Street({
      layout,
      random: createSeededRandom(of.seed),
      arrivals: createSeededRandom(of.seed + 1),
      startS: this.#atS,
      onPulse: ({ detectorId }) => {
        const at = known(this.#detectors.get(detectorId), detectorId);
        this.#counts[at] = (this.#counts[at] ?? 0) + 1;
      },
    });
  }

  changeDemand(flows: readonly MovementFlow[]): void {
    this.#street.changeDemand(buildStreetLayout(this.#index, flows));
  }

  request(timingPlans: readonly TimingPlan[], activateAtMs: number): void {
    for (const plan of timingPlans) {
      const request = {
        plan,
        timeBase: this.#timeBase,
        activateAtDs: activateAtMs / 100,
        transition: DEFAULT_TRANSITION,
      };
      const { intersectionId: id } = plan;
      this.#signals.set(id, requestPlan(known(this.#signals.get(id), id), request));
    }
  }

  /** All of them have taken the plan that was asked for last. */
  hasTaken(intersectionIds: readonly string[]): boolean {
    return intersectionIds.every((it) => known(this.#signals.get(it), it).pending === undefined);
  }

  /** Intersections where conflicting lamps were about to be shown. */
  listFaults(): string[] {
    return [...this.#signals].filter(([, { fault }]) => fault !== undefined).map(([id]) => id);
  }

  runMinute(): MinuteCounts {
    this.#counts = new Int32Array(this.#detectors.size);
    this.#atS += MINUTE_S;
    const changes = [...this.#signals].flatMap(([id, signal]) => {
      const run = advance(signal, this.#atS * 10);
      this.#signals.set(id, run.sequencer);
      return toLampChanges(id, run.changes);
    });
    changes.sort((a, b) => a.atS - b.atS);
    const occupancies = new Float64Array(this.#detectors.size).fill(Number.NaN);
    for (const { at } of this.#stopLines) occupancies[at] = 0;
    let next = 0;
    while (this.#street.nowS < this.#atS) {
      const toS = this.#street.nowS + LOOK_S;
      const first = next;
      while ((changes[next]?.atS ?? toS) < toS) next++;
      this.#street.advance(toS, changes.slice(first, next));
      const { queuesVeh } = this.#street;
      for (const { at, movements } of this.#stopLines) {
        const isOccupied = movements.some((it) => (queuesVeh[it] ?? 0) > 0);
        if (isOccupied) occupancies[at] = Math.min(1, (occupancies[at] ?? 0) + LOOK_S / MINUTE_S);
      }
    }
    return { countsVeh: this.#counts, occupancies };
  }

  startMeasuring(): void {
    this.#street.startMeasuring();
  }

  measure(): Suffered {
    const { movements, entryDelayS } = this.#street.measure();
    let vehicles = 0;
    let delayS = entryDelayS;
    let stops = 0;
    for (const tally of movements.values()) {
      vehicles += tally.departures;
      delayS += tally.delayS;
      stops += tally.stops;
    }
    return { vehicles, delayVehH: delayS / 3600, stops };
  }
}
