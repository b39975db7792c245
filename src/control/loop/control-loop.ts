/** The loops of all networks: what the service's other sides see of them. */
import { isDeepStrictEqual } from "node:util";
import { AppError } from "../../errors.ts";
import { localDateOf } from "../../schedule/local-day.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { describeOutlook } from "./describe-outlook.ts";
import { describeEvaluation } from "./evaluation.ts";
import type {
  DetectorReport,
  EvaluationReport,
  LoopDecision,
  LoopSettings,
  LoopState,
  NewOverride,
  Outlook,
  Override,
} from "./loop.schema.ts";
import type { LoopDeps } from "./loop-deps.ts";
import { NetworkLane } from "./network-lane.ts";

export interface LoopView {
  readonly settings: LoopSettings;
  readonly state: LoopState;
  readonly running: readonly TimingPlan[];
  /** Those that are not over. */
  readonly overrides: readonly Override[];
  /** Epoch ms; `undefined` while it is off. */
  readonly nextTickAtMs: number | undefined;
}

/** Every method rejects with `notFound` for an unknown network. */
export class ControlLoop {
  private readonly deps: LoopDeps;
  private readonly lanes = new Map<string, Promise<NetworkLane>>();
  private readonly opened: NetworkLane[] = [];

  constructor(deps: LoopDeps) {
    this.deps = deps;
  }

  /** Takes up what the store holds; before the clock goes on. */
  async start(): Promise<void> {
    for (const { network } of this.deps.networks.list()) await this.laneOf(network.id);
  }

  async get(networkId: string): Promise<LoopView> {
    const { loop, remote, nextTickAtMs } = await this.laneOf(networkId);
    const running = (await this.deps.store.findRunningPlan({ networkId }))?.timingPlans ?? [];
    const { settings, state } = loop;
    return { settings, state, running, overrides: remote.listOpen(), nextTickAtMs };
  }

  async setSettings(networkId: string, settings: LoopSettings, actorId: string): Promise<LoopView> {
    if (settings.cycleMinS > settings.cycleMaxS) {
      const faults = [{ path: "cycleMinS", message: "must not be above cycleMaxS" }];
      throw new AppError("invalidInput", "no cycle fits", { faults });
    }
    const lane = await this.laneOf(networkId);
    await this.checkEvaluation(networkId, settings, lane.loop.settings);
    await lane.setSettings(settings, actorId);
    return this.get(networkId);
  }

  /** Health of the detectors, their last counts made whole, and what they will count. */
  async describeDetectors(networkId: string): Promise<DetectorReport> {
    const { keeper } = await this.laneOf(networkId);
    await keeper.keepUp();
    return keeper.describe();
  }

  /** What runs when, and why. */
  async describeOutlook(networkId: string): Promise<Outlook> {
    const { loop, remote } = await this.laneOf(networkId);
    const { clock, store } = this.deps;
    return describeOutlook(store, {
      networkId,
      nowMs: clock.nowMs(),
      state: loop.state,
      overrides: remote.listOpen(),
      blocks: loop.blocks,
    });
  }

  /** What being on did, as far as the evaluation is. */
  async describeEvaluation(networkId: string): Promise<EvaluationReport> {
    const { loop, keeper } = await this.laneOf(networkId);
    await keeper.keepUp();
    return describeEvaluation({
      evaluate: loop.settings.evaluate,
      blocks: loop.blocks,
      measurements: keeper.listOccupancy(),
      untilMs: keeper.describe().untilMs,
      nowMs: this.deps.clock.nowMs(),
    });
  }

  /** Newest first. */
  async listDecisions(networkId: string, limit: number): Promise<LoopDecision[]> {
    this.deps.networks.get(networkId);
    return this.deps.store.listDecisions({ networkId, limit });
  }

  async putOverride(networkId: string, override: NewOverride, personId: string): Promise<Override> {
    return (await this.laneOf(networkId)).putOverride(override, personId);
  }

  /** Sent again it is the same. */
  async endOverride(networkId: string, overrideId: string, personId: string): Promise<void> {
    return (await this.laneOf(networkId)).endOverride(overrideId, personId);
  }

  /** Newest first, those that are over too. */
  async listOverrides(networkId: string, limit: number): Promise<Override[]> {
    return (await this.laneOf(networkId)).remote.list(limit);
  }

  /** Ticks and overrides at work and waiting; whoever moves the clock by hand waits until there are none. */
  get underWay(): number {
    return this.opened.reduce((sum, it) => sum + it.underWay, 0);
  }

  /** Ends after what is at work. */
  async close(): Promise<void> {
    for (const lane of this.lanes.values()) await (await lane).close();
  }

  /** Faults of an evaluation that is new; one that is under way stays as it is. */
  private async checkEvaluation(
    networkId: string,
    settings: LoopSettings,
    before: LoopSettings,
  ): Promise<void> {
    const { evaluate, mode } = settings;
    if (evaluate === undefined || isDeepStrictEqual(evaluate, before.evaluate)) return;
    const { store, networks, clock } = this.deps;
    const { timeZone } = networks.get(networkId).network;
    const { offPlanId: planId } = evaluate;
    const [schedule, plan] = await Promise.all([
      store.findSchedule({ networkId }),
      planId === undefined ? undefined : store.findPlan({ networkId, planId }),
    ]);
    const faults = [
      ...(mode === "on" ? [] : [{ path: "evaluate", message: "goes with mode on" }]),
      ...(evaluate.fromDate >= localDateOf(timeZone, clock.nowMs())
        ? []
        : [{ path: "evaluate.fromDate", message: "must not be in the past" }]),
      ...(plan !== undefined || (planId === undefined && schedule !== undefined)
        ? []
        : [{ path: "evaluate.offPlanId", message: "must be a plan, where nothing is scheduled" }]),
    ];
    if (faults.length > 0) throw new AppError("invalidInput", "the evaluation does not fit", { faults });
  }

  private laneOf(networkId: string): Promise<NetworkLane> {
    this.deps.networks.get(networkId);
    const present = this.lanes.get(networkId);
    if (present !== undefined) return present;
    const lane = NetworkLane.open(this.deps, networkId);
    this.lanes.set(networkId, lane);
    // One that cannot be opened now may be opened later.
    lane.then(
      (it) => this.opened.push(it),
      () => this.lanes.delete(networkId),
    );
    return lane;
  }
}
