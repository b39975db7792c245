/** The reference controller against the real centre: sockets, transactions and all, on a clock that the test moves. */
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createManualClock } from "../../clock.ts";
import { known } from "../../errors.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import type { IndicationChange } from "../../timing/indications.ts";
import { judgeLamps } from "../../timing/lamp-judge.test-support.ts";
import { buildSamplePlan, SAMPLE_NOW_MS } from "../../timing/sample-plan.test-support.ts";
import { validatePlan } from "../../timing/validate-plan.ts";
import { ControllerServer } from "../controller-server.ts";
import type { EventItem } from "../protocol.schema.ts";
import { hashConfiguration, toPublicPem } from "../signing.ts";
import { PlanTransactions } from "../transaction.ts";
import { startController } from "./run-controller.ts";

const network = buildSampleNetwork();
const IDS = network.intersections.map((it) => it.id);
const { privateKey } = generateKeyPairSync("ed25519");
const clock = createManualClock(SAMPLE_NOW_MS);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const turn = () => new Promise((resolve) => setTimeout(resolve, 2));
async function goOnUntil(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 5000) throw new Error("waited in vain");
    clock.advanceTo(clock.nowMs() + 500);
    await turn();
  }
}

async function startCentre(port = 0) {
  const events: { controllerId: string; item: EventItem }[] = [];
  const server = new ControllerServer({
    clock,
    privateKey,
    authenticate: async (id, token) => token === `token-of-${id}`,
    findConfigurationHash: (id) => {
      const intersection = network.intersections.find((it) => it.id === id);
      return intersection && hashConfiguration(intersection, network);
    },
    takeEvents: async (controllerId, items) => {
      for (const item of items) events.push({ controllerId, item });
    },
    reportFailure: (_id, error) => {
      throw error;
    },
  });
  const active: string[] = [];
  const transactions = new PlanTransactions({
    links: server,
    clock,
    journal: { record: async () => {} },
    reportActive: ({ controllerId }) => active.push(controllerId),
  });
  const http = createServer();
  http.on("upgrade", (request, socket, head) => server.handleUpgrade(request, socket, head));
  http.listen(port, "127.0.0.1");
  await once(http, "listening");
  const stop = async () => {
    await server.close();
    await new Promise((resolve) => http.close(resolve));
  };
  return { server, transactions, events, active, stop, port: (http.address() as AddressInfo).port };
}

function startControllers(port: number) {
  const lamps = new Map<string, IndicationChange[]>(IDS.map((id) => [id, []]));
  for (const id of IDS) {
    const controller = startController({
      id,
      network,
      fallbackPlan: known(
        buildSamplePlan().timingPlans.find((it) => it.intersectionId === id),
        `plan of ${id}`,
      ),
      url: `http://127.0.0.1:${port}`,
      token: `token-of-${id}`,
      centreKeyPem: toPublicPem(privateKey),
      clock,
      onIndications: (changes) => lamps.get(id)?.push(...changes),
    });
    cleanups.push(() => controller.stop());
  }
  return lamps;
}

function publication(revision: number, addS: number) {
  const sample = buildSamplePlan({
    id: `plan-${revision}`,
    revision,
    validUntilMs: clock.nowMs() + 3_600_000,
  });
  const plan = {
    ...sample,
    timingPlans: sample.timingPlans.map((it) => ({ ...it, offsetS: (it.offsetS + addS) % it.cycleS })),
  };
  const verdict = validatePlan({ network, plan, nowMs: clock.nowMs() });
  if (verdict.kind !== "validated") throw new Error(JSON.stringify(verdict.findings));
  return {
    txId: `tx-${revision}`,
    plan: verdict.plan,
    network,
    activateAtMs: clock.nowMs() + 30_000,
    transition: { method: "shortWay" as const, maxChangeRatio: 0.2, maxCycles: 5 },
  };
}

const statesOf = ({ server }: Awaited<ReturnType<typeof startCentre>>) =>
  server.listPresence().map((it) => it.state);
const areAll = (states: readonly string[], wanted: string) =>
  states.length === IDS.length && states.every((it) => it === wanted);

test("a corridor changes plan together, keeps it while the centre is away, and takes the next one after", async () => {
  const first = await startCentre();
  const lamps = startControllers(first.port);
  await goOnUntil(() => areAll(statesOf(first), "ready"));
  expect(await first.transactions.publish(publication(8, 20))).toMatchObject({ kind: "committed" });
  await goOnUntil(() => first.active.length === IDS.length);
  await goOnUntil(() => first.events.filter(({ item }) => item.type === "planInStep").length === IDS.length);
  await first.stop();

  const second = await startCentre(first.port);
  cleanups.push(second.stop);
  await goOnUntil(() => areAll(statesOf(second), "inControl"));
  expect(await second.transactions.publish(publication(9, 50))).toMatchObject({ kind: "committed" });
  await goOnUntil(() => second.events.filter(({ item }) => item.type === "planInStep").length === IDS.length);
  expect(second.events.some(({ item }) => item.type === "fallback" || item.type === "fault")).toBe(false);
  for (const intersection of network.intersections) {
    const changes = known(lamps.get(intersection.id), "lamps");
    expect(changes.length).toBeGreaterThan(100);
    expect(judgeLamps({ intersection, changes, endDs: Math.ceil(clock.nowMs() / 100) })).toEqual([]);
  }
});
