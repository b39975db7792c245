/**
 * The reference controller of one intersection: runs the lamps by a plan on its own clock, whatever becomes of the
 * link; takes plans from the centre after checking them by its own rules; reports what happens. Without the centre for
 * two minutes, or when the lease of its plan ends, it goes back to its own fallback plan.
 */
import { type KeyObject, randomUUID } from "node:crypto";
import type { Clock } from "../../clock.ts";
import { known } from "../../errors.ts";
import { buildNetworkIndex, getIntersection } from "../../network/find.ts";
import type { Network } from "../../network/network.schema.ts";
import { isTimeZone } from "../../network/time-zone.ts";
import type { Termination } from "../../timing/actuated/actuated-state.ts";
import type { IndicationChange } from "../../timing/indications.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { detectVehicle, distrust, pressButton, startSignal } from "../../timing/signal.ts";
import { buildSites, type Site } from "../../timing/site.ts";
import { buildTimeBase } from "../../timing/time-zero.ts";
import { validateTimingPlan } from "../../timing/validate-timing-plan.ts";
import type { PrepareOrder } from "../commit-record.schema.ts";
import type { EventItem, RegisterParams, RegisterResult } from "../protocol.schema.ts";
import { LINK_LOST_FALLBACK_MS } from "../protocol-codes.ts";
import { hashConfiguration, hashPlanContent } from "../signing.ts";
import type { BackOff } from "./back-off.ts";
import { CentreLink } from "./centre-link.ts";
import { DetectorCounts } from "./detector-counts.ts";
import { DetectorWatch } from "./detector-watch.ts";
import { EventOutbox } from "./event-outbox.ts";
import { type Fallback, PlanDesk } from "./plan-desk.ts";
import { SignalRunner } from "./signal-runner.ts";
import type { PlanState } from "./state-file.ts";

/** Events wait at most this long for others to travel with, ms. */
const BATCH_MS = 1000;
/** After an error answer to a batch, before all that is kept is sent again, ms. */
const RESEND_MS = 1000;
const MS_PER_DS = 100;
/** A step of the clock smaller than this is corrected without a word, ms. */
const REPORTED_STEP_MS = 1000;
/** An edge from farther away than this is of another clock, ms. */
const FARTHEST_EDGE_MS = 60_000;

/** What became of the link, and failures that the controller survives. */
export interface ControllerNote {
  readonly kind: "registered" | "lost" | "failed";
  readonly detail: string;
}

interface Session {
  readonly epoch: number;
  clockOffsetMs: number | null;
}

export interface ControllerOptions {
  readonly id: string;
  readonly network: Network;
  /** The controller's own plan; it must be valid for the intersection. */
  readonly fallback: { readonly name: string; readonly plan: TimingPlan };
  /** `ws:` or `wss:`; the path is added. */
  readonly url: string;
  readonly token: string;
  /** The centre's public key. */
  readonly centreKey: KeyObject;
  readonly clock: Clock;
  readonly backOff: BackOff;
  readonly random: () => number;
  /** Longer sleeps of the process stop the lamps' time, ms of the clock. */
  readonly stallMs: number;
  /** Periods of the detector counts, s. */
  readonly countPeriodS: number;
  /** A period stays open this long after its end, for vehicles that are told late, s. */
  readonly countGraceS: number;
  readonly state: PlanState;
  readonly save: (state: PlanState) => void;
  /** In time order; `atDs` is shared time in tenths of a second since the epoch. */
  readonly onIndications: (changes: readonly IndicationChange[]) => void;
  /** For a log. */
  readonly onNote: (note: ControllerNote) => void;
}

export class ReferenceController {
  readonly #options: ControllerOptions;
  readonly #site: Site;
  readonly #bootId = randomUUID();
  readonly #outbox = new EventOutbox();
  readonly #detectorIds: ReadonlySet<string>;
  readonly #counts: DetectorCounts;
  readonly #watch: DetectorWatch;
  readonly #runner: SignalRunner;
  readonly #desk: PlanDesk;
  readonly #link: CentreLink;
  #session: Session | undefined;
  #isFaultReported = false;
  /** Detectors that nobody relies on. */
  #failed: ReadonlySet<string> = new Set();
  #cancelBatch: (() => void) | undefined;
  #cancelLinkLost: (() => void) | undefined;
  #cancelPeriod: () => void = () => {};

  /** Shows lamps and connects at once. */
  constructor(options: ControllerOptions) {
    this.#options = options;
    const { id, network, clock } = options;
    this.#site = known(buildSites(network).get(id), `intersection ${id}`);
    this.#counts = new DetectorCounts(listDetectorIds(network, id), {
      nowMs: clock.nowMs(),
      periodMs: options.countPeriodS * 1000,
      graceMs: options.countGraceS * 1000,
    });
    this.#detectorIds = new Set(listDetectorIds(network, id));
    this.#watch = new DetectorWatch(this.#site.detectors, clock.monotonicMs());
    const fallback = { ...options.fallback, timeBase: buildTimeBase(network) };
    const state = this.#withoutUnfit(options.state);
    this.#runner = this.#startRunner(fallback, state);
    this.#desk = new PlanDesk({
      site: this.#site,
      fallback,
      centreKey: options.centreKey,
      clock,
      runner: this.#runner,
      state,
      save: options.save,
      report: (item) => this.#report(item),
      onFailure: (error) => this.#noteFailure(error),
    });
    this.#link = this.#buildLink();
    this.#watchLink();
    this.#watchPeriod();
    this.#link.connect();
  }

  /** A vehicle over one of the controller's detectors. */
  count(pulse: { readonly detectorId: string; readonly atMs: number }): void {
    this.#counts.add(pulse.detectorId, pulse.atMs);
  }

  /**
   * A vehicle comes over one of the controller's detectors or leaves it, told as it happens: an actuated plan answers
   * at once, and the centre measures by it. Nothing is counted here. An instant that cannot be right is taken as now.
   */
  detect(edge: { readonly detectorId: string; readonly isOccupied: boolean; readonly atMs: number }): void {
    if (!this.#detectorIds.has(edge.detectorId)) return;
    const { clock } = this.#options;
    this.#watch.note({ ...edge, atMs: clock.monotonicMs() });
    this.#runner.sense((signal) => detectVehicle(signal, edge));
    const isRight = Math.abs(edge.atMs - clock.nowMs()) <= FARTHEST_EDGE_MS;
    const atMs = Math.round(isRight ? edge.atMs : clock.nowMs());
    this.#report({ type: "detectorChange", ...edge, atMs });
  }

  /** Somebody presses the button of an actuated crossing. */
  press(button: { readonly crossingId: string }): void {
    if (!this.#site.intersection.crossings.some((it) => it.id === button.crossingId)) return;
    this.#runner.sense((signal) => pressButton(signal, button.crossingId));
    this.#report({ type: "buttonPress", atMs: this.#options.clock.nowMs(), ...button });
  }

  /** Null: the fallback plan. */
  get runningPlanHash(): string | null {
    return this.#desk.runningPlanHash;
  }

  /** Requests to the centre that are still under way. */
  get unanswered(): number {
    return this.#link.unanswered;
  }

  stop(): void {
    this.#link.stop();
    this.#runner.stop();
    this.#desk.stop();
    this.#cancelBatch?.();
    this.#cancelLinkLost?.();
    this.#cancelPeriod();
  }

  /**
   * Plans whose lease has ended bind nobody; nor do those that the disk has spoiled, or that do not fit the intersection
   * as it is configured now.
   */
  #withoutUnfit(state: PlanState): PlanState {
    const { clock, onNote } = this.#options;
    const keepFit = (order: PlanState["running"]) => {
      if (order === null || order.validUntilMs <= clock.nowMs()) return null;
      if (isFit(order, this.#site)) return order;
      const detail = `the plan of revision ${order.revision} that was kept does not fit; the fallback plan runs`;
      onNote({ kind: "failed", detail });
      return null;
    };
    return { ...state, running: keepFit(state.running), committed: keepFit(state.committed) };
  }

  #startRunner(fallback: Fallback, { running }: PlanState): SignalRunner {
    const { clock, stallMs } = this.#options;
    const plan = running?.timingPlan ?? fallback.plan;
    const timeBase = buildTimeBase(running ?? fallback.timeBase);
    return new SignalRunner({
      clock,
      stallMs,
      startAt: (atDs) => startSignal({ ...this.#site, plan, timeBase, atDs }),
      onChanges: (changes) => this.#show(changes),
      onTerminations: (terminations) => this.#reportTerminations(terminations),
      onAdvanced: () => this.#afterAdvance(),
      onStep: (byMs) => this.#reportStep(byMs),
    });
  }

  #buildLink(): CentreLink {
    const { id, url, token, clock, backOff, random, onNote } = this.#options;
    return new CentreLink({
      address: new URL(`/ws/controllers/${encodeURIComponent(id)}`, url),
      token,
      clock,
      backOff,
      random,
      buildRegister: () => this.#describe(),
      onRegistered: (session) => this.#beginSession(session),
      onAlive: ({ clockOffsetMs }) => {
        this.#currentSession().clockOffsetMs = clockOffsetMs;
      },
      onPlanCall: (call) => this.#desk.answer(call, this.#currentSession()),
      onBatchAnswer: (ackSeq) => this.#takeBatchAnswer(ackSeq),
      onLost: (detail) => {
        this.#endSession();
        onNote({ kind: "lost", detail });
      },
      onFailure: (error) => this.#noteFailure(error),
    });
  }

  #describe(): RegisterParams {
    const { id, network, clock } = this.#options;
    const { controller } = this.#site.intersection;
    return {
      id,
      model: "greenwave reference controller",
      version: "1",
      bootId: this.#bootId,
      capabilities: { ...controller, transitionMethods: ["shortWay", "addOnly", "dwell"] },
      configHash: hashConfiguration(this.#site.intersection, network),
      runningPlanHash: this.#desk.runningPlanHash,
      runningRevision: this.#desk.newestRevision,
      pendingTxId: this.#desk.pendingTxId,
      clockMs: clock.nowMs(),
    };
  }

  #beginSession(session: RegisterResult): void {
    this.#cancelLinkLost?.();
    this.#cancelLinkLost = undefined;
    this.#session = { epoch: session.epoch, clockOffsetMs: null };
    this.#outbox.open(session.lastSeq);
    this.#options.onNote({ kind: "registered", detail: session.mode });
    this.#sendBatches();
  }

  #endSession(): void {
    this.#session = undefined;
    this.#outbox.close();
    this.#watchLink();
  }

  #currentSession(): Session {
    return known(this.#session, "session of a request");
  }

  /** Counts from the loss of the link, not from each failed attempt to have it back. */
  #watchLink(): void {
    this.#cancelLinkLost ??= this.#options.clock.after(LINK_LOST_FALLBACK_MS, () =>
      this.#desk.fallBack("linkLost"),
    );
  }

  /** A period in which the clock was set is none. */
  #watchPeriod(): void {
    const { clock } = this.#options;
    const shiftMs = (): number => clock.nowMs() - clock.monotonicMs();
    const beforeMs = shiftMs();
    this.#cancelPeriod = clock.after(this.#counts.dueMs - clock.nowMs(), () => {
      if (Math.abs(shiftMs() - beforeMs) >= REPORTED_STEP_MS) this.#counts.restart(clock.nowMs());
      else
        for (const count of this.#counts.takePeriod(clock.nowMs())) this.#report({ type: "count", ...count });
      this.#watchPeriod();
    });
  }

  #show(changes: readonly IndicationChange[]): void {
    this.#options.onIndications(changes);
    for (const change of changes) {
      const atMs = change.atDs * MS_PER_DS;
      if (change.type === "phase") {
        this.#report({ type: "intervalChange", atMs, phase: change.phase, interval: change.indication });
      } else if (change.type === "crossing") {
        const { crossingId, indication } = change;
        this.#report({ type: "crossingChange", atMs, crossingId, interval: indication });
      }
    }
  }

  #reportTerminations(terminations: readonly Termination[]): void {
    for (const { atDs, phase, reason } of terminations) {
      this.#report({ type: "termination", atMs: atDs * MS_PER_DS, phase, reason });
    }
  }

  #afterAdvance(): void {
    this.#desk.follow();
    this.#judgeDetectors();
    const { fault } = this.#runner.state.lamps;
    if (fault === undefined || this.#isFaultReported) return;
    this.#isFaultReported = true;
    const detail = `${fault.between.join(" and ")} were about to have the right of way together; all red`;
    this.#report({ type: "fault", atMs: fault.atDs * MS_PER_DS, fault: "greenConflict", detail });
  }

  #judgeDetectors(): void {
    const { clock } = this.#options;
    const failures = this.#watch.listFailures(clock.monotonicMs());
    const isKnown =
      failures.length === this.#failed.size && failures.every((it) => this.#failed.has(it.detectorId));
    if (isKnown) return;
    for (const { detectorId, why } of failures) {
      if (this.#failed.has(detectorId) || why === "quiet") continue;
      const detail = `detector ${detectorId} is ${why}; its phases are on maximum recall`;
      this.#report({ type: "fault", atMs: clock.nowMs(), fault: "detector", detail });
    }
    this.#failed = new Set(failures.map((it) => it.detectorId));
    this.#runner.change((signal) => distrust(signal, this.#failed));
  }

  #reportStep(byMs: number): void {
    if (Math.abs(byMs) < REPORTED_STEP_MS) return;
    const detail = `the clock moved by ${byMs} ms against the lamps`;
    this.#report({ type: "fault", atMs: this.#options.clock.nowMs(), fault: "clockStep", detail });
  }

  #noteFailure(error: unknown): void {
    this.#options.onNote({ kind: "failed", detail: String(error) });
  }

  #report(item: EventItem): void {
    this.#outbox.add(item);
    if (item.type === "planActive" || item.type === "fallback" || item.type === "fault") this.#sendBatches();
    else this.#cancelBatch ??= this.#options.clock.after(BATCH_MS, () => this.#sendBatches());
  }

  #sendBatches(): void {
    this.#cancelBatch?.();
    this.#cancelBatch = undefined;
    for (const batch of this.#outbox.takeSendable()) this.#link.sendBatch(batch);
  }

  #takeBatchAnswer(ackSeq: number | undefined): void {
    if (ackSeq === undefined) {
      this.#outbox.resend();
      this.#cancelBatch?.();
      this.#cancelBatch = this.#options.clock.after(RESEND_MS, () => this.#sendBatches());
      return;
    }
    this.#outbox.acknowledge(ackSeq);
    if (this.#cancelBatch === undefined) this.#sendBatches();
  }
}

/** The detectors on the links that arrive here, and on those that leave the network from here. */
export function listDetectorIds(network: Network, id: string): string[] {
  const arriving = getIntersection(buildNetworkIndex(network), id).approaches.map((it) => it.linkId);
  const leaving = network.links.filter((it) => it.from === id && it.to === undefined).map((it) => it.id);
  const own = new Set([...arriving, ...leaving]);
  return network.detectors.filter((it) => own.has(it.linkId)).map((it) => it.id);
}

const isFit = (order: PrepareOrder, site: Site): boolean =>
  order.hash === hashPlanContent(order) &&
  order.timingPlan.intersectionId === site.intersection.id &&
  isTimeZone(order.timeZone) &&
  !validateTimingPlan({ site, timingPlan: order.timingPlan, origin: "imported" }).some(
    (it) => it.severity === "BLOCK",
  );
