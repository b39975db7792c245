/**
 * Ticks of the adaptive loop on the district: from the frozen snapshot (network, counts, running plans, overrides) to the
 * published transaction, with store, worker, safety gate and records as in the service. The controllers are stubbed at
 * the transaction: they prepare and run every plan at once. Processor time of all threads together, which is what a tick
 * takes on one core; time by the clock beside it. Demand rises and falls, and every detector is noisy.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { createManualClock } from "../src/clock.ts";
import { compiledUrl } from "../src/control/compiled-url.ts";
import { createColumns, setRow } from "../src/control/count-columns.ts";
import { createCountIngest } from "../src/control/ingest-counts.ts";
import { ControlLoop } from "../src/control/loop/control-loop.ts";
import { LoopSettingsSchema } from "../src/control/loop/loop.schema.ts";
import { createNetworkRegistry } from "../src/control/network-registry.ts";
import { PlanLifeCycle, type PlanPublisher } from "../src/control/plan-life-cycle.ts";
import type { SolveTasks } from "../src/control/solve-worker.ts";
import type { Store } from "../src/control/store.ts";
import { createWorkerPool } from "../src/control/worker-pool.ts";
import { known } from "../src/errors.ts";
import type { Network } from "../src/network/network.schema.ts";
import { createSeededRandom, type SeededRandom } from "../src/network/seeded-random.ts";
import { buildDistrict } from "../src/shipped/district.ts";
import { openStore } from "../src/store/open-store.ts";
import type { FlowOfMovement } from "../src/traffic/evaluate-plan.ts";
import type { Part } from "./part.ts";
import { describeSpread, summarize } from "./summarize.ts";

const NETWORK_FILE = fileURLToPath(new URL("../../networks/district/network.json", import.meta.url));
const START_MS = Date.UTC(2026, 10, 23, 6);
const TICK_S = 60;
const TICKS = 180;
const SHORT_TICKS = 20;
/** The window has to fill before flows are sure. */
const WARM_UP_TICKS = 15;
const GOAL_P50_MS = 200;
const GOAL_P99_MS = 1000;

interface Tick {
  readonly cpuMs: number;
  readonly wallMs: number;
}

export const loop: Part = async ({ isShort, folder, print }) => {
  const world = await openWorld(path.join(folder, "loop"));
  const ticks: Tick[] = [];
  const count = isShort ? SHORT_TICKS : TICKS;
  for (let tick = 0; tick < WARM_UP_TICKS + count; tick++) {
    const took = await world.tick(tick);
    if (tick >= WARM_UP_TICKS) ticks.push(took);
  }
  const decisions = await world.listOutcomes();
  await world.close();
  const cpu = summarize(ticks.map((it) => it.cpuMs));
  const wall = summarize(ticks.map((it) => it.wallMs));
  print(`${count} ticks of ${TICK_S} s on 194 intersections: ${describe(decisions)}`);
  print(`processor time ${describeSpread(cpu)}`);
  print(`by the clock ${describeSpread(wall)}`);
  const failed = (decisions["failed"] ?? 0) + (decisions["late"] ?? 0);
  return {
    figures: { ticks: count, cpu, wall, decisions },
    goals: [
      goal("a tick of the loop, p50 on one core", cpu.p50Ms, GOAL_P50_MS),
      goal("a tick of the loop, p99 on one core", cpu.p99Ms, GOAL_P99_MS),
    ],
    wrong: [
      ...(failed === 0 ? [] : [`${failed} ticks failed or were late`]),
      ...((decisions["published"] ?? 0) > 0 ? [] : ["nothing was published"]),
    ],
  };
};

const goal = (name: string, actualMs: number, wantedMs: number) => ({
  name,
  wanted: `≤ ${wantedMs} ms`,
  actual: `${actualMs} ms`,
  isReached: actualMs <= wantedMs,
});
const describe = (outcomes: Readonly<Record<string, number>>): string =>
  Object.entries(outcomes)
    .map(([outcome, times]) => `${outcome} ${times}`)
    .join(", ");

async function openWorld(folder: string) {
  const { network, demand, plan } = buildDistrict();
  const store = await openStore({ folder });
  const clock = createManualClock(START_MS);
  const { nowMs } = clock;
  const pool = createWorkerPool<SolveTasks>({
    entry: compiledUrl("../src/control/solve-worker.ts", import.meta.url),
    size: 1,
    queueLimit: 8,
    taskLimitMs: 60_000,
  });
  const counts = createCountIngest({ store, nowMs, lateAfterS: 900 });
  const networks = createNetworkRegistry({ store, pool, counts, nowMs });
  await networks.put({ text: readFileSync(NETWORK_FILE, "utf8"), actorId: "bench" });
  const publisher = stubControllers(() => plans);
  const plans: PlanLifeCycle = new PlanLifeCycle({ store, networks, publisher, nowMs, leaseS: 600 });
  const networkId = network.id;
  const action = { networkId, planId: "first", actorId: "bench" };
  const { timingPlans } = plan;
  await plans.createDraft(networkId, { id: "first", name: "First", timingPlans, fallback: "local" }, "bench");
  await plans.validate(action);
  await plans.approve(action, { reason: "as it runs", expiresAtMs: START_MS + 7 * 86_400_000 });
  await plans.publish(action);
  const controllers = network.intersections.map(({ id }) => ({ controllerId: id, state: "inControl" }));
  const control = new ControlLoop({
    clock,
    store,
    networks,
    plans,
    pool,
    listControllers: () => controllers,
    publishLeadS: 15,
    logger: pino({ level: "silent" }),
  });
  await control.setSettings(networkId, LoopSettingsSchema.parse({ mode: "on", tickS: TICK_S }), "bench");
  const detectors = await buildDetectors(store, network, demand.flows);
  const random = createSeededRandom(1);
  return {
    async tick(tick: number): Promise<Tick> {
      const startAtMs = nowMs();
      await insertMinute(store, { detectors, startAtMs, factor: factorAt(tick), random });
      clock.advanceTo(startAtMs + TICK_S * 1000 - 1);
      const before = process.cpuUsage();
      const startedMs = performance.now();
      clock.advanceTo(startAtMs + TICK_S * 1000);
      while (control.underWay > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      const wallMs = performance.now() - startedMs;
      const { user, system } = process.cpuUsage(before);
      return { cpuMs: (user + system) / 1000, wallMs };
    },
    async listOutcomes(): Promise<Record<string, number>> {
      const outcomes: Record<string, number> = {};
      for (const { outcome, change } of await store.listDecisions({ networkId, limit: 10_000 })) {
        const name = outcome === "published" ? `published ${change}` : outcome;
        outcomes[name] = (outcomes[name] ?? 0) + 1;
        if (outcome === "published") outcomes["published"] = (outcomes["published"] ?? 0) + 1;
      }
      return outcomes;
    },
    async close(): Promise<void> {
      await control.close();
      await pool.close();
      await store.close();
    },
  };
}

/** A rise to 1.1 of the demand and a fall from it, over three hours. */
const factorAt = (tick: number): number => 0.6 + 0.5 * Math.sin((Math.PI * tick) / TICKS) ** 2;

function stubControllers(plans: () => PlanLifeCycle): PlanPublisher {
  return {
    async publish({ txId, plan }) {
      await plans().recordDecision(txId, "{}");
      await plans().settle(txId);
      const members = plan.timingPlans.map((it) => ({
        controllerId: it.intersectionId,
        status: "committed",
      }));
      return { kind: "committed", members };
    },
  };
}

interface CountingDetector {
  readonly number: number;
  readonly flowVph: number;
}

/** What each detector sees of the demand. */
async function buildDetectors(
  store: Store,
  { id: networkId, intersections, detectors }: Network,
  flows: readonly FlowOfMovement[],
): Promise<CountingDetector[]> {
  const flowOf = new Map(flows.map((it) => [`${it.intersectionId} ${it.movementId}`, it.flowVph]));
  const seen = intersections.flatMap(({ id, approaches, movements }) =>
    movements.map((it) => ({
      id: it.id,
      flowVph: flowOf.get(`${id} ${it.id}`) ?? 0,
      fromLinkId: approaches.find((approach) => approach.id === it.approachId)?.linkId,
      toLinkId: it.toLinkId,
    })),
  );
  const numbers = new Map((await store.listDetectors({ networkId })).map((it) => [it.detectorId, it.number]));
  return detectors.map(({ id, linkId, type, movementIds }) => {
    const own = seen.filter((it) =>
      type === "exit"
        ? it.toLinkId === linkId
        : it.fromLinkId === linkId && (movementIds?.includes(it.id) ?? true),
    );
    const flowVph = own.reduce((sum, it) => sum + it.flowVph, 0);
    return { number: known(numbers.get(id), id), flowVph };
  });
}

async function insertMinute(
  store: Store,
  of: {
    readonly detectors: readonly CountingDetector[];
    readonly startAtMs: number;
    readonly factor: number;
    readonly random: SeededRandom;
  },
): Promise<void> {
  const columns = createColumns(of.detectors.length);
  for (const [row, { number, flowVph }] of of.detectors.entries()) {
    columns.detectorNumbers[row] = number;
    const meanVeh = (flowVph * of.factor) / 60;
    // Three uniform draws are near enough to a normal one; its variance is that of Poisson arrivals.
    const draw = of.random.uniform() + of.random.uniform() + of.random.uniform() - 1.5;
    const countVeh = Math.max(0, Math.round(meanVeh + 2 * draw * Math.sqrt(meanVeh)));
    setRow(columns, row, { startAtMs: of.startAtMs, durationS: 60, countVeh });
  }
  await store.insertCounts(columns);
}
