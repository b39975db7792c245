/**
 * A person's word over the loop: hold, force a plan, set free, at some intersections or at all, until it expires or is
 * taken back. The word is durable before anything is done about it; what is to be done for it is done again and again
 * until it is done, so that a crash or a controller that is away only delays it. When it ends, what ran before comes back
 * where nobody has decided otherwise meanwhile.
 */
import { isDeepStrictEqual } from "node:util";
import { AppError, known } from "../../errors.ts";
import type { CoordinationPlan, TimingPlan } from "../../timing/plan.schema.ts";
import type { AuditStamp } from "../store.ts";
import { listRunningRecords, pickRunning } from "./freeze-snapshot.ts";
import type { NewOverride, Override } from "./loop.schema.ts";
import type { LoopDeps } from "./loop-deps.ts";
import { publishPlan } from "./publish-plan.ts";

/** Overrides of a network that are not over. */
const MAX_OPEN = 1000;
const CLOCK = "clock";

export class RemoteControl {
  private readonly deps: LoopDeps;
  private readonly networkId: string;
  /** Not over, oldest first. */
  private open: Override[] = [];
  /** One after the other, so that what was sent twice at once is met by its double. */
  private lastPut: Promise<unknown> = Promise.resolve();

  constructor(deps: LoopDeps, networkId: string) {
    this.deps = deps;
    this.networkId = networkId;
  }

  async load(): Promise<void> {
    const { networkId } = this;
    const all = await this.deps.store.listOverrides({ networkId, limit: 100_000 });
    this.open = all.filter((it) => it.state !== "ended").reverse();
  }

  readonly listOpen = (): readonly Override[] => this.open;

  list(limit: number): Promise<Override[]> {
    return this.deps.store.listOverrides({ networkId: this.networkId, limit });
  }

  /**
   * Sent again it is answered as it stands, also while the first is still under way; `conflict` where the same identity
   * meant something else.
   */
  put(wanted: NewOverride, personId: string): Promise<Override> {
    const put = this.lastPut.then(() => this.putNext(wanted, personId));
    this.lastPut = put.catch(() => {});
    return put;
  }

  private async putNext(wanted: NewOverride, personId: string): Promise<Override> {
    const { store, clock } = this.deps;
    const { networkId } = this;
    const known = (await this.list(100_000)).find((it) => it.id === wanted.id);
    if (known !== undefined) {
      if (isSameWord(known, wanted)) return known;
      throw new AppError("conflict", `override ${wanted.id} is there with another content`);
    }
    if (this.open.length >= MAX_OPEN)
      throw new AppError("conflict", `${MAX_OPEN} overrides are open already`);
    if (wanted.expiresAtMs <= clock.nowMs()) {
      const faults = [{ path: "expiresAtMs", message: "must be in the future" }];
      throw new AppError("invalidInput", "the override has expired already", { faults });
    }
    const intersectionIds = await this.listIds(wanted);
    const running = await store.findRunningPlan({ networkId });
    const override: Override = {
      ...wanted,
      ...(intersectionIds === undefined ? {} : { intersectionIds }),
      networkId,
      personId,
      createdAtMs: clock.nowMs(),
      state: wanted.kind === "hold" ? "inForce" : "waiting",
      note: "",
      before: wanted.kind === "hold" ? [] : listBefore(wanted, running, intersectionIds ?? []),
    };
    await store.createOverride({
      override,
      audit: this.stamp(override, `override.${wanted.kind}`, personId),
    });
    this.open.push(override);
    return override;
  }

  /** Resume. An override that is over already stays so. */
  async end(overrideId: string, personId: string): Promise<void> {
    const override = this.open.find((it) => it.id === overrideId);
    if (override === undefined) {
      const known = (await this.list(100_000)).some((it) => it.id === overrideId);
      if (known) return;
      throw new AppError("notFound", `network ${this.networkId} has no override ${overrideId}`);
    }
    await this.startEnding(override, personId);
  }

  /** When something is to be done next without anybody asking, epoch ms. */
  nextExpiryMs(): number | undefined {
    const expiries = this.open.filter((it) => it.state !== "ending").map((it) => it.expiresAtMs);
    return expiries.length === 0 ? undefined : Math.min(...expiries);
  }

  /** Something is to be published that could not be yet. */
  get isWaiting(): boolean {
    return this.open.some((it) => it.state === "waiting" || it.state === "ending");
  }

  /** Does what is due: lets overrides expire, publishes what is wanted, and what comes back. */
  async carryOut(): Promise<void> {
    const nowMs = this.deps.clock.nowMs();
    for (const override of [...this.open]) {
      if (override.state !== "ending" && override.expiresAtMs <= nowMs)
        await this.startEnding(override, CLOCK);
    }
    for (const override of [...this.open]) {
      if (override.state === "waiting") await this.enforce(override);
      else if (override.state === "ending") await this.giveBack(override);
    }
  }

  private async startEnding(override: Override, endedBy: string): Promise<void> {
    const isOver = override.kind === "hold" || override.state === "waiting";
    const endedAtMs = this.deps.clock.nowMs();
    const state = isOver ? "ended" : "ending";
    await this.save(
      { ...override, state, endedBy, endedAtMs },
      this.stamp(override, "override.end", endedBy),
    );
  }

  private async enforce(override: Override): Promise<void> {
    const timingPlans = await this.listForced(override);
    const result = await this.publish(override, { planId: `${override.kind}-${override.id}`, timingPlans });
    if (result.kind === "committed") await this.save({ ...override, state: "inForce", note: "" });
    else await this.note(override, result.reason);
  }

  /** Only where the override's own plan still runs and no other override has a say. */
  private async giveBack(override: Override): Promise<void> {
    const records = await listRunningRecords(this.deps.store, this.networkId);
    const own = `${override.kind}-${override.id}`.slice(0, 64);
    const others = this.open.filter((it) => it !== override && it.state !== "ending");
    const timingPlans = override.before.filter(
      ({ intersectionId: id }) =>
        records.get(id)?.plan.id === own && !others.some((it) => it.intersectionIds?.includes(id) ?? true),
    );
    const result =
      timingPlans.length === 0
        ? undefined
        : await this.publish(override, { planId: `after-${override.id}`, timingPlans });
    if (result?.kind === "aborted") return this.note(override, result.reason);
    const note =
      result === undefined || result.kind === "committed" ? "" : `What it set stays: ${result.reason}`;
    await this.save({ ...override, state: "ended", note: note.slice(0, 1000) });
  }

  private publish(
    { networkId, personId, reason }: Override,
    of: { readonly planId: string; readonly timingPlans: readonly TimingPlan[] },
  ) {
    return this.findFallback().then((fallback) =>
      publishPlan(this.deps, {
        networkId,
        draft: {
          id: of.planId.slice(0, 64),
          name: reason.slice(0, 200),
          timingPlans: [...of.timingPlans],
          fallback,
        },
        actorId: personId,
      }),
    );
  }

  /** What its intersections are to run. */
  private async listForced({ kind, planId, intersectionIds = [], before }: Override): Promise<TimingPlan[]> {
    if (kind === "free") {
      return before.flatMap((it) =>
        it.actuation === undefined ? [] : [{ ...it, actuation: { ...it.actuation, mode: "free" } }],
      );
    }
    const record = await this.deps.store.findPlan({ networkId: this.networkId, planId: planId ?? "" });
    const ids = new Set(intersectionIds);
    return (record?.plan.timingPlans ?? []).filter((it) => ids.has(it.intersectionId));
  }

  /** The intersections as they are named: those of a forced plan where none are. Faults where they do not exist. */
  private async listIds({ kind, planId, intersectionIds }: NewOverride): Promise<string[] | undefined> {
    const { networks, store } = this.deps;
    const { networkId } = this;
    const all = networks.get(networkId).network.intersections.map((it) => it.id);
    const refuse = (path: string, message: string): never => {
      throw new AppError("invalidInput", "the override does not fit the network", {
        faults: [{ path, message }],
      });
    };
    let possible = all;
    if (kind === "force") {
      const record = await store.findPlan({ networkId, planId: planId ?? "" });
      if (record === undefined) return refuse("planId", `the network has no plan ${planId}`);
      possible = record.plan.timingPlans.map((it) => it.intersectionId);
    }
    for (const [at, id] of (intersectionIds ?? []).entries()) {
      if (!possible.includes(id)) refuse(`intersectionIds.${at}`, `there is no intersection ${id} in it`);
    }
    if (intersectionIds !== undefined) return [...new Set(intersectionIds)];
    return kind === "hold" ? undefined : possible;
  }

  private async findFallback(): Promise<string> {
    const running = await this.deps.store.findRunningPlan({ networkId: this.networkId });
    return known(running, "running plan").fallback;
  }

  private async note(override: Override, reason: string): Promise<void> {
    if (override.note !== reason) await this.save({ ...override, note: reason.slice(0, 1000) });
  }

  private async save(override: Override, audit?: AuditStamp): Promise<void> {
    await this.deps.store.saveOverride({ override, ...(audit === undefined ? {} : { audit }) });
    this.open = this.open.flatMap((it) => {
      if (it.id !== override.id) return [it];
      return override.state === "ended" ? [] : [override];
    });
  }

  private stamp({ networkId, id }: Override, action: string, actorId: string): AuditStamp {
    const subject = `override/${networkId}/${id}`;
    const atMs = this.deps.clock.nowMs();
    return { atMs, actorId, action, subject, beforeHash: null, afterHash: null };
  }
}

const isSameWord = (one: Override, { intersectionIds, ...other }: NewOverride): boolean =>
  one.kind === other.kind &&
  one.planId === other.planId &&
  one.expiresAtMs === other.expiresAtMs &&
  one.reason === other.reason &&
  (intersectionIds === undefined || isDeepStrictEqual(one.intersectionIds, [...new Set(intersectionIds)]));

/** What comes back at the end: everything that is forced must run something now, by calls where it is to run free. */
function listBefore(
  { kind }: NewOverride,
  running: CoordinationPlan | undefined,
  ids: readonly string[],
): TimingPlan[] {
  const runs = new Set(running?.timingPlans.map((it) => it.intersectionId));
  const without = ids.filter((it) => !runs.has(it));
  if (running === undefined || without.length > 0) {
    throw new AppError("conflict", `no plan runs at ${without.join(", ")}: nothing could come back`);
  }
  const before = pickRunning(running, ids);
  const fixed = before.filter((it) => it.actuation === undefined).map((it) => it.intersectionId);
  if (kind === "free" && fixed.length > 0) {
    throw new AppError("conflict", `no actuated plan runs at ${fixed.join(", ")}: nothing could run free`);
  }
  return before;
}
