/**
 * The loop of one network. A tick freezes a snapshot, lets a worker decide by it, asks the safety gate, publishes by the
 * controllers' transaction and keeps a record of why; every record is durable before what it tells about happens. The
 * guard has the first word: a change that did worse than predicted is taken back before anything new is looked for.
 */
import { AppError, messageOf } from "../../errors.ts";
import type { SwitchBlock } from "../../schedule/design-switchback.ts";
import type { Candidate } from "../../solver/adapt/adapt-request.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { advanceState, isLookDue } from "./advance-state.ts";
import { buildAdaptTask } from "./build-adapt-task.ts";
import {
  describeAdaptation,
  describeBlind,
  describeCandidate,
  type NewDecision,
  type Told,
} from "./describe-decision.ts";
import type { DetectorKeeper } from "./detector-keeper.ts";
import { findBlock, findOffSince, listBlocks } from "./evaluation.ts";
import { findOvertaking } from "./find-overtaking.ts";
import { forgetPlans } from "./forget-plans.ts";
import { freezeSnapshot, pickRunning, RUNS_FREE, type Snapshot } from "./freeze-snapshot.ts";
import {
  LOOP_ACTOR,
  type LoopDecision,
  type LoopSettings,
  LoopSettingsSchema,
  type LoopState,
  NEW_LOOP,
  type Override,
  type Watch,
} from "./loop.schema.ts";
import type { LoopDeps } from "./loop-deps.ts";
import { type PublishResult, publishPlan } from "./publish-plan.ts";
import { type DuePlan, readSchedule } from "./read-schedule.ts";
import { RecentCounts } from "./recent-counts.ts";
import { readWatches, startWatch, type TickReading } from "./watch-changes.ts";

/** What the safety gate has refused is not tried again for so long, s. */
const REFUSED_S = 14_400;
/** The guard reads the counts of so long, s. */
const MEASURED_S = 180;

export class NetworkLoop {
  readonly networkId: string;
  private readonly deps: LoopDeps;
  private readonly listOpen: () => readonly Override[];
  private readonly counts: RecentCounts;
  private readonly keeper: DetectorKeeper;
  private ownSettings: LoopSettings;
  private settingsSetAtMs: number;
  private ownState: LoopState;
  private ownBlocks: readonly SwitchBlock[];

  constructor(
    deps: LoopDeps,
    of: {
      readonly networkId: string;
      readonly settings?: LoopSettings | undefined;
      readonly settingsSetAtMs: number;
      readonly state?: LoopState | undefined;
      /** Overrides that are not over, as they are now. */
      readonly listOpen: () => readonly Override[];
      readonly keeper: DetectorKeeper;
    },
  ) {
    this.deps = deps;
    this.networkId = of.networkId;
    this.listOpen = of.listOpen;
    this.counts = new RecentCounts(deps.store, of.networkId);
    this.keeper = of.keeper;
    this.ownSettings = of.settings ?? LoopSettingsSchema.parse({});
    this.settingsSetAtMs = of.settingsSetAtMs;
    this.ownState = of.state ?? NEW_LOOP;
    this.ownBlocks = this.listBlocks();
  }

  get settings(): LoopSettings {
    return this.ownSettings;
  }

  get state(): LoopState {
    return this.ownState;
  }

  /** Of the evaluation, by time; empty where there is none. */
  get blocks(): readonly SwitchBlock[] {
    return this.ownBlocks;
  }

  async setSettings(settings: LoopSettings, actorId: string): Promise<void> {
    const { store, clock } = this.deps;
    const atMs = clock.nowMs();
    const subject = `loop/${this.networkId}`;
    const audit = {
      atMs,
      actorId,
      action: `loop.${settings.mode}`,
      subject,
      beforeHash: null,
      afterHash: null,
    };
    await store.putLoopSettings({ networkId: this.networkId, settings, audit });
    this.ownSettings = settings;
    this.settingsSetAtMs = atMs;
    this.ownBlocks = this.listBlocks();
  }

  /** Never rejects for what goes wrong in a tick: that is recorded. */
  async tick(): Promise<void> {
    const startedMs = this.deps.clock.monotonicMs();
    try {
      await this.decide(startedMs);
    } catch (error) {
      this.deps.logger.error({ err: error, networkId: this.networkId }, "a tick failed");
      await this.record({ outcome: "failed", reason: `The tick failed: ${messageOf(error)}`.slice(0, 1000) });
    }
  }

  /** A tick was due while the one before was still at work. */
  skip(): Promise<void> {
    return this.record({
      outcome: "late",
      reason: "The tick before is still at work: this one is left out.",
    });
  }

  private async decide(startedMs: number): Promise<void> {
    const { deps, networkId, ownState: state, ownSettings: settings } = this;
    const overrides = this.listOpen();
    const { settingsSetAtMs } = this;
    const snapshot = await freezeSnapshot(deps, {
      networkId,
      settings,
      settingsSetAtMs,
      state,
      overrides,
      counts: this.counts,
      keeper: this.keeper,
    });
    const { running, atMs } = snapshot;
    if (running === undefined) {
      return this.record({ outcome: "held", reason: "No plan runs yet: publish the first one." });
    }
    const offSinceMs = findOffSince(this.ownBlocks, atMs);
    const otherwise = offSinceMs === undefined ? undefined : settings.evaluate?.offPlanId;
    const schedule = await readSchedule(deps.store, { networkId, atMs, otherwise });
    const done = this.listDone(schedule.due, offSinceMs);
    const owed = listOwed(schedule.due, done, snapshot);
    if (schedule.due !== undefined && owed.length > 0 && settings.mode !== "propose") {
      return this.followSchedule({ snapshot, due: schedule.due, done, owed });
    }
    if (settings.mode === "schedule" || offSinceMs !== undefined) {
      return this.record({ outcome: "best", reason: schedule.due?.why ?? "Nothing is scheduled." });
    }
    return this.adapt({ snapshot, running: running.timingPlans, staysS: schedule.staysS, startedMs });
  }

  private async adapt(of: {
    readonly snapshot: Snapshot;
    readonly running: readonly TimingPlan[];
    readonly staysS: number;
    readonly startedMs: number;
  }): Promise<void> {
    const { deps, ownState: state, ownSettings: settings } = this;
    const { snapshot, running, staysS } = of;
    const { atMs, network, held, cooling } = snapshot;
    const isLook = isLookDue(state, settings, atMs);
    const measuredFromMs = atMs - MEASURED_S * 1000;
    const { publishLeadS } = deps;
    const task = { snapshot, running, settings, state, isLook, measuredFromMs, staysS, publishLeadS };
    const answer = await deps.pool.run("adapt", { network: network.shared, ...buildAdaptTask(task) });
    const { adaptation, measuredS, intersectionIds } = answer;
    const predictedS = adaptation.predictedDelaysS;
    const reading: TickReading = { atMs, fromMs: measuredFromMs, measuredS, predictedS };
    const { watches, worse, ratio } = readWatches(state, reading, settings.guard);
    this.ownState = advanceState(state, { atMs, isLook, adaptation, watches: [...watches, ...worse] });
    const seen = {
      unsureIds: [...adaptation.unsureIds],
      heldIds: intersectionIds.filter((it) => held.has(it) || cooling.has(it)),
      confidence: adaptation.confidence,
      tookMs: deps.clock.monotonicMs() - of.startedMs,
      ...(ratio === undefined ? {} : { guardRatio: ratio }),
    };
    if (worse.length > 0 && settings.mode === "on") {
      return this.rollBack({ snapshot, worse, seen, next: { ...this.ownState, watches } });
    }
    if (adaptation.kind !== "change" || adaptation.candidate === undefined) {
      return this.record({ ...seen, ...describeAdaptation(adaptation, snapshot) });
    }
    return this.make({ snapshot, candidate: adaptation.candidate, seen, reading });
  }

  /** Where the plan that is due has been since it is; in an evaluation, since the loop was switched off. */
  private listDone(due: DuePlan | undefined, offSinceMs = 0): readonly string[] {
    const { planId, intersectionIds, sinceMs } = this.ownState.scheduled;
    return planId === due?.planId && sinceMs >= offSinceMs ? intersectionIds : [];
  }

  /** A person has set the schedule: what it wants is not weighed. */
  private followSchedule(of: {
    readonly snapshot: Snapshot;
    readonly due: DuePlan;
    readonly done: readonly string[];
    readonly owed: readonly TimingPlan[];
  }): Promise<void> {
    const { ownState: state } = this;
    const { snapshot, due, done, owed } = of;
    const { atMs } = snapshot;
    const { planId, why } = due;
    const intersectionIds = owed.map((it) => it.intersectionId);
    const told = { change: "schedule", reason: `Plan ${planId} is due. ${why}`.slice(0, 1000) } as const;
    return this.publish({
      snapshot,
      planId: `loop-due-${atMs.toString(36)}`,
      timingPlans: owed,
      told: { ...told, outcome: "published" },
      next: {
        ...state,
        planChangesAtMs: [...state.planChangesAtMs, atMs],
        scheduled: {
          planId,
          intersectionIds: [...done, ...intersectionIds],
          sinceMs: done.length > 0 ? state.scheduled.sinceMs : atMs,
        },
        // What the guard watched there does not run any more.
        watches: state.watches.filter(
          (it) => !it.before.some((plan) => intersectionIds.includes(plan.intersectionId)),
        ),
      },
    });
  }

  private make(of: {
    readonly snapshot: Snapshot;
    readonly candidate: Candidate;
    readonly seen: Partial<NewDecision>;
    readonly reading: TickReading;
  }): Promise<void> {
    const { snapshot, candidate, seen, reading } = of;
    const { atMs, running } = snapshot;
    const { worth, change, timingPlans, cycles } = candidate;
    const reason = `${describeCandidate(candidate)}${describeBlind(candidate, reading.measuredS)}`;
    const told = { ...seen, change, worth, cycles: [...cycles], reason: reason.slice(0, 1000) };
    if (this.ownSettings.mode !== "on" || running === undefined) {
      const intersectionIds = timingPlans.map((it) => it.intersectionId);
      return this.record({ ...told, outcome: "proposed", intersectionIds, proposal: [...timingPlans] });
    }
    const planId = `loop-${atMs.toString(36)}`;
    const longestS = timingPlans.reduce((most, it) => Math.max(most, it.cycleS), 0);
    const settledS = this.deps.publishLeadS + (worth.transitionCycles + 1) * longestS;
    const state = this.ownState;
    return this.publish({
      snapshot,
      planId,
      timingPlans,
      told: { ...told, outcome: "published" },
      next: {
        ...state,
        planChangesAtMs: change === "planChange" ? [...state.planChangesAtMs, atMs] : state.planChangesAtMs,
        watches: startWatch(state.watches, {
          planId,
          before: pickRunning(
            running,
            timingPlans.map((it) => it.intersectionId),
          ),
          reading,
          countsFromMs: atMs + settledS * 1000,
        }),
      },
    });
  }

  private rollBack(of: {
    readonly snapshot: Snapshot;
    readonly worse: readonly Watch[];
    readonly seen: Partial<NewDecision>;
    readonly next: LoopState;
  }): Promise<void> {
    const { snapshot, worse, seen } = of;
    const before = worse.flatMap((it) => it.before);
    const planIds = worse.flatMap((it) => it.planIds);
    const timingPlans = before.filter((it) => !snapshot.held.has(it.intersectionId));
    const untilMs = snapshot.atMs + this.ownSettings.guard.coolDownS * 1000;
    const intersectionIds = before.map((it) => it.intersectionId);
    const next = { ...of.next, coolDowns: [...of.next.coolDowns, { intersectionIds, untilMs }] };
    const reason = `Worse than predicted after ${planIds.join(", ")}: what ran before comes back.`.slice(
      0,
      1000,
    );
    if (timingPlans.length === 0) {
      this.ownState = next;
      return this.record({ ...seen, outcome: "held", reason: `${reason} Everything there is held.` });
    }
    return this.publish({
      snapshot,
      planId: `loop-back-${snapshot.atMs.toString(36)}`,
      timingPlans,
      told: { ...seen, outcome: "rolledBack", change: "rollBack", reason },
      next,
    });
  }

  /** The record first, then the street; `next` is what the loop remembers once the plan is committed. */
  private async publish(of: {
    readonly snapshot: Snapshot;
    readonly planId: string;
    readonly timingPlans: readonly TimingPlan[];
    readonly told: Told;
    readonly next: LoopState;
  }): Promise<void> {
    const { store } = this.deps;
    const { snapshot, planId, timingPlans, told, next } = of;
    const { running, atMs } = snapshot;
    if (running === undefined) throw new AppError("conflict", "no plan runs");
    const intersectionIds = timingPlans.map((it) => it.intersectionId);
    const { networkId } = this;
    const overrides = this.listOpen();
    const overtaken = await findOvertaking(store, { networkId, running, intersectionIds, overrides });
    if (overtaken !== undefined) return this.record({ ...told, outcome: "overtaken", reason: overtaken });
    const decision = this.build({ ...told, outcome: "publishing", planId, intersectionIds }, atMs);
    const sequence = await store.addDecision({ decision, state: next });
    const name = told.reason.slice(0, 200);
    const draft = { id: planId, name, timingPlans: [...timingPlans], fallback: running.fallback };
    const result = await publishPlan(this.deps, { networkId, draft, actorId: LOOP_ACTOR });
    this.ownState = result.kind === "committed" ? next : this.withRefusal(told, result, next);
    const outcome = result.kind === "committed" ? told.outcome : result.kind;
    const reason = result.kind === "committed" ? told.reason : `${result.reason}. Wanted: ${told.reason}`;
    const settled: LoopDecision = { ...decision, sequence, outcome, reason: reason.slice(0, 1000) };
    await store.settleDecision({ decision: settled, state: this.ownState });
    this.log(settled);
    await forgetPlans(store, { networkId, settings: this.ownSettings, state: this.ownState, overrides });
  }

  /** What the gate does not let pass is not asked for again for a while. */
  private withRefusal({ change, cycles = [] }: Told, result: PublishResult, next: LoopState): LoopState {
    const { ownState: state } = this;
    const { kind, refusedIds } = result;
    if (kind === "aborted") return state;
    if (change === "schedule") return { ...state, scheduled: next.scheduled };
    const untilMs = this.deps.clock.nowMs() + REFUSED_S * 1000;
    if (change === "planChange" && cycles.length > 0) return { ...state, cyclesHeldUntilMs: untilMs };
    return { ...state, coolDowns: [...state.coolDowns, { intersectionIds: refusedIds, untilMs }] };
  }

  private async record(told: Told): Promise<void> {
    const decision = this.build(told, this.deps.clock.nowMs());
    const sequence = await this.deps.store.addDecision({ decision, state: this.ownState });
    this.log({ ...decision, sequence });
  }

  private build(told: Told, atMs: number): NewDecision {
    const { networkId } = this;
    const block = findBlock(this.ownBlocks, atMs);
    const evaluation = block && { evaluation: block.isOn ? ("on" as const) : ("off" as const) };
    return {
      intersectionIds: [],
      unsureIds: [],
      heldIds: [],
      cycles: [],
      ...evaluation,
      ...told,
      networkId,
      atMs,
    };
  }

  private listBlocks(): readonly SwitchBlock[] {
    const { mode, evaluate } = this.ownSettings;
    const { timeZone } = this.deps.networks.get(this.networkId).network;
    return mode === "on" ? listBlocks(timeZone, evaluate) : [];
  }

  private log({ sequence, networkId, outcome, reason }: LoopDecision): void {
    this.deps.logger.info({ sequence, networkId, outcome, reason }, "loop");
  }
}

/** Where the plan that is due has not been yet, and nobody holds an intersection. */
const listOwed = (due: DuePlan | undefined, done: readonly string[], { held }: Snapshot): TimingPlan[] =>
  (due?.timingPlans ?? []).filter(
    ({ intersectionId: id }) => !done.includes(id) && (held.get(id) ?? RUNS_FREE) === RUNS_FREE,
  );
