/**
 * The adaptive loop as the service runs it (store, worker, safety gate, records), on a clock that stands still until it
 * is moved. The controllers are stubbed at the transaction: all of them prepare every plan, and `commit` is told.
 */
import { pino } from "pino";
import { createManualClock, type ManualClock } from "../src/clock.ts";
import { compiledUrl } from "../src/control/compiled-url.ts";
import { createColumns, setRow } from "../src/control/count-columns.ts";
import { createCountIngest } from "../src/control/ingest-counts.ts";
import { ControlLoop } from "../src/control/loop/control-loop.ts";
import { type LoopDecision, LoopSettingsSchema } from "../src/control/loop/loop.schema.ts";
import { createNetworkRegistry } from "../src/control/network-registry.ts";
import { PlanLifeCycle, type PlanPublisher } from "../src/control/plan-life-cycle.ts";
import type { SolveTasks } from "../src/control/solve-worker.ts";
import { createWorkerPool } from "../src/control/worker-pool.ts";
import { known } from "../src/errors.ts";
import type { ShippedNetwork } from "../src/shipped/shipped-network.ts";
import { openStore } from "../src/store/open-store.ts";
import type { TimingPlan } from "../src/timing/plan.schema.ts";
import type { Goal } from "./part.ts";
import type { Spread } from "./summarize.ts";

export const TICK_S = 60;
const GOAL_P50_MS = 200;
const GOAL_P99_MS = 1000;
export const PUBLISH_LEAD_S = 15;
const WEEK_MS = 7 * 86_400_000;

/** Processor time of all threads together, which is what a tick takes on one core, and time by the clock. */
export interface Tick {
  readonly cpuMs: number;
  readonly wallMs: number;
}

export interface LoopWorld {
  readonly clock: ManualClock;
  /**
   * What the detectors tell of the minute that begins now, in the network's order; where a count is negative nothing is
   * heard, where an occupancy is NaN none is told.
   */
  insertMinute(of: {
    readonly countsVeh: ArrayLike<number>;
    readonly occupancies?: ArrayLike<number>;
  }): Promise<void>;
  /** On to the end of the minute, where the loop ticks: from the frozen snapshot to the published transaction. */
  tick(): Promise<Tick>;
  /** Oldest first. */
  listDecisions(): Promise<LoopDecision[]>;
  close(): Promise<void>;
}

/** With the network's own plan published, and the loop on. */
export async function openLoopWorld(of: {
  readonly folder: string;
  readonly shipped: ShippedNetwork;
  readonly startAtMs: number;
  /** All controllers have agreed to run these plans; `settle` when they do. */
  readonly commit: (
    timingPlans: readonly TimingPlan[],
    settle: () => Promise<unknown>,
  ) => Promise<unknown> | undefined;
  readonly isOnline: (intersectionId: string) => boolean;
}): Promise<LoopWorld> {
  const { network, plan } = of.shipped;
  const { id: networkId } = network;
  const store = await openStore({ folder: of.folder });
  const clock = createManualClock(of.startAtMs);
  const { nowMs } = clock;
  const pool = createWorkerPool<SolveTasks>({
    entry: compiledUrl("../src/control/solve-worker.ts", import.meta.url),
    size: 1,
    queueLimit: 8,
    taskLimitMs: 60_000,
  });
  const counts = createCountIngest({ store, nowMs, lateAfterS: 900 });
  const networks = createNetworkRegistry({ store, pool, counts, nowMs });
  await networks.put({ text: JSON.stringify(network), actorId: "bench" });
  const publisher: PlanPublisher = {
    async publish({ txId, plan: { timingPlans } }) {
      await plans.recordDecision(txId, "{}");
      await of.commit(timingPlans, () => plans.settle(txId));
      const members = timingPlans.map((it) => ({ controllerId: it.intersectionId, status: "committed" }));
      return { kind: "committed", members };
    },
  };
  const plans: PlanLifeCycle = new PlanLifeCycle({ store, networks, publisher, nowMs, leaseS: 600 });
  const control = new ControlLoop({
    clock,
    store,
    networks,
    plans,
    pool,
    listControllers: () =>
      network.intersections.map(({ id }) => ({
        controllerId: id,
        state: of.isOnline(id) ? "inControl" : "offline",
      })),
    publishLeadS: PUBLISH_LEAD_S,
    logger: pino({ level: "silent" }),
  });
  await publishFirst(plans, networkId, { timingPlans: plan.timingPlans, expiresAtMs: nowMs() + WEEK_MS });
  await control.setSettings(networkId, LoopSettingsSchema.parse({ mode: "on", tickS: TICK_S }), "bench");
  const numbers = new Map((await store.listDetectors({ networkId })).map((it) => [it.detectorId, it.number]));
  const detectorNumbers = network.detectors.map(({ id }) => known(numbers.get(id), id));
  return {
    clock,
    async insertMinute({ countsVeh, occupancies }) {
      const heard = [...detectorNumbers.keys()].filter((at) => (countsVeh[at] ?? -1) >= 0);
      const columns = createColumns(heard.length);
      for (const [row, at] of heard.entries()) {
        columns.detectorNumbers[row] = known(detectorNumbers[at], "detector");
        setRow(columns, row, {
          startAtMs: nowMs(),
          durationS: TICK_S,
          countVeh: countsVeh[at] ?? 0,
          occupancy: occupancies?.[at],
        });
      }
      await store.insertCounts(columns);
    },
    async tick() {
      const toMs = nowMs() + TICK_S * 1000;
      clock.advanceTo(toMs - 1);
      const before = process.cpuUsage();
      const startedMs = performance.now();
      clock.advanceTo(toMs);
      while (control.underWay > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      const wallMs = performance.now() - startedMs;
      const { user, system } = process.cpuUsage(before);
      return { cpuMs: (user + system) / 1000, wallMs };
    },
    listDecisions: async () => (await store.listDecisions({ networkId, limit: 10_000 })).reverse(),
    async close() {
      await control.close();
      await pool.close();
      await store.close();
    },
  };
}

async function publishFirst(
  plans: PlanLifeCycle,
  networkId: string,
  of: { readonly timingPlans: readonly TimingPlan[]; readonly expiresAtMs: number },
): Promise<void> {
  const action = { networkId, planId: "first", actorId: "bench" };
  const draft = { id: "first", name: "First", timingPlans: [...of.timingPlans], fallback: "local" };
  await plans.createDraft(networkId, draft, action.actorId);
  await plans.validate(action);
  await plans.approve(action, { reason: "as it runs", expiresAtMs: of.expiresAtMs });
  await plans.publish(action);
}

export function listTickGoals(cpu: Spread): Goal[] {
  const goal = (share: string, actualMs: number, wantedMs: number): Goal => ({
    name: `a tick of the loop, ${share} on one core`,
    wanted: `≤ ${wantedMs} ms`,
    actual: `${actualMs} ms`,
    isReached: actualMs <= wantedMs,
  });
  return [goal("p50", cpu.p50Ms, GOAL_P50_MS), goal("p99", cpu.p99Ms, GOAL_P99_MS)];
}
