/**
 * What concerns one network, one after the other, on the clock: ticks at every multiple of the tick length, people's
 * overrides when they begin and end. Two ticks never overlap; one that falls due while another is at work is left out
 * and recorded.
 */
import { DetectorKeeper } from "./detector-keeper.ts";
import type { LoopSettings, NewOverride, Override } from "./loop.schema.ts";
import type { LoopDeps } from "./loop-deps.ts";
import { NetworkLoop } from "./network-loop.ts";
import { RemoteControl } from "./remote-control.ts";
import { settleDecisions } from "./settle-decisions.ts";

const RETRY_MS = 1000;

export class NetworkLane {
  readonly loop: NetworkLoop;
  readonly remote: RemoteControl;
  readonly keeper: DetectorKeeper;
  private readonly deps: LoopDeps;
  private last: Promise<unknown> = Promise.resolve();
  private atWork = 0;
  private isTicking = false;
  private isClosed = false;
  private wakesForTickAtMs: number | undefined;
  private cancel: () => void = () => {};

  private constructor(
    deps: LoopDeps,
    of: { readonly loop: NetworkLoop; readonly remote: RemoteControl; readonly keeper: DetectorKeeper },
  ) {
    this.deps = deps;
    this.loop = of.loop;
    this.remote = of.remote;
    this.keeper = of.keeper;
  }

  /** Takes up what the store holds. */
  static async open(deps: LoopDeps, networkId: string): Promise<NetworkLane> {
    const record = (await deps.store.listLoops({})).find((it) => it.networkId === networkId);
    const remote = new RemoteControl(deps, networkId);
    await remote.load();
    const keeper = new DetectorKeeper(deps, networkId);
    const loop = new NetworkLoop(deps, {
      networkId,
      settings: record?.settings,
      settingsSetAtMs: record?.settingsSetAtMs ?? 0,
      state: record?.state,
      listOpen: remote.listOpen,
      keeper,
    });
    await settleDecisions(deps.store, { networkId, state: loop.state });
    if (loop.settings.mode !== "off") void keeper.catchUp();
    const lane = new NetworkLane(deps, { loop, remote, keeper });
    lane.arm();
    return lane;
  }

  /** Epoch ms; `undefined` while the loop is off. */
  get nextTickAtMs(): number | undefined {
    return this.loop.settings.mode === "off" ? undefined : this.wakesForTickAtMs;
  }

  async setSettings(settings: LoopSettings, actorId: string): Promise<void> {
    await this.inTurn(() => this.loop.setSettings(settings, actorId));
    if (settings.mode !== "off") void this.keeper.catchUp();
    this.arm();
  }

  /** The word counts at once, also for a tick that is at work; what is to be done for it waits for its turn. */
  async putOverride(override: NewOverride, personId: string): Promise<Override> {
    const taken = await this.remote.put(override, personId);
    await this.inTurn(() => this.carryOut());
    return this.remote.listOpen().find((it) => it.id === override.id) ?? taken;
  }

  endOverride(overrideId: string, personId: string): Promise<void> {
    return this.inTurn(async () => {
      await this.remote.end(overrideId, personId);
      await this.carryOut();
    });
  }

  /** What is at work, and what waits behind it. */
  get underWay(): number {
    return this.atWork + (this.keeper.isAtWork ? 1 : 0);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cancel();
    while (this.atWork > 0) await this.last;
    await this.keeper.close();
  }

  /** Behind what is at work. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.atWork += 1;
    const turn = this.last.then(work);
    this.last = turn.then(
      () => this.leave(),
      () => this.leave(),
    );
    return turn;
  }

  private leave(): void {
    this.atWork -= 1;
  }

  /** Wakes at the next tick, or when an override expires. */
  private arm(): void {
    this.cancel();
    if (this.isClosed) return;
    const { clock } = this.deps;
    const { settings } = this.loop;
    const isWanted = settings.mode !== "off" || this.remote.isWaiting;
    const tickMs = settings.tickS * 1000;
    this.wakesForTickAtMs = isWanted ? (Math.floor(clock.nowMs() / tickMs) + 1) * tickMs : undefined;
    const expiryMs = this.remote.nextExpiryMs() ?? Number.POSITIVE_INFINITY;
    const wakeAtMs = Math.min(
      this.wakesForTickAtMs ?? Number.POSITIVE_INFINITY,
      // One that is over is being carried out; it is looked at again in case that fails.
      Math.max(expiryMs, clock.nowMs() + RETRY_MS),
    );
    if (wakeAtMs < Number.POSITIVE_INFINITY) this.cancel = clock.at(wakeAtMs, () => this.wake());
  }

  private wake(): void {
    const { clock, logger } = this.deps;
    const isDue = this.wakesForTickAtMs !== undefined && this.wakesForTickAtMs <= clock.nowMs();
    const fail = (err: unknown): void =>
      logger.error({ err, networkId: this.loop.networkId }, "the loop failed");
    this.inTurn(() => this.carryOut()).catch(fail);
    if (isDue && this.loop.settings.mode !== "off") {
      const isLate = this.isTicking;
      this.isTicking = true;
      this.inTurn(() => (isLate ? this.loop.skip() : this.tick())).catch(fail);
    }
    this.arm();
  }

  private async tick(): Promise<void> {
    await this.loop.tick().finally(() => {
      this.isTicking = false;
    });
  }

  private async carryOut(): Promise<void> {
    await this.remote.carryOut();
    this.arm();
  }
}
