import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createManualClock } from "../clock.ts";
import { known } from "../errors.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { buildSamplePlan, SAMPLE_NOW_MS } from "../timing/sample-plan.test-support.ts";
import { validatePlan } from "../timing/validate-plan.ts";
import { ControllerServer } from "./controller-server.ts";
import { ReferenceController } from "./reference/controller.ts";
import { NO_PLANS } from "./reference/state-file.ts";
import { hashConfiguration } from "./signing.ts";
import { PlanTransactions } from "./transaction.ts";

const network = buildSampleNetwork();
const { privateKey, publicKey } = generateKeyPairSync("ed25519");

test("reference controllers over sockets run the plan that is published, and get in step", async () => {
  const clock = createManualClock(SAMPLE_NOW_MS);
  const inStep = new Set<string>();
  const server = new ControllerServer({
    clock,
    privateKey,
    authenticate: async () => true,
    findConfigurationHash: (id) =>
      hashConfiguration(
        known(
          network.intersections.find((it) => it.id === id),
          id,
        ),
        network,
      ),
    takeEvents: async (controllerId, items) => {
      if (items.some((it) => it.type === "planInStep")) inStep.add(controllerId);
    },
    reportFailure: (_, error) => expect.fail(String(error)),
  });
  const http = createServer().on("upgrade", (request, socket, head) =>
    server.handleUpgrade(request, socket, head),
  );
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const controllers = buildSamplePlan().timingPlans.map(
    (plan) =>
      new ReferenceController({
        id: plan.intersectionId,
        network,
        fallback: { name: "local", plan: { ...plan, offsetS: 11 } },
        url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
        token: "secret",
        centreKey: publicKey,
        clock,
        backOff: { waitMinMs: 1000, randomRangeMs: 0, repeatTimes: 0 },
        random: () => 0,
        stallMs: 10_000,
        countPeriodS: 60,
        countGraceS: 5,
        state: NO_PLANS,
        save: () => {},
        onIndications: () => {},
        onNote: () => {},
      }),
  );
  await until(() => server.listPresence().filter((it) => it.state === "ready").length === 3);

  const transactions = new PlanTransactions({
    links: server,
    clock,
    journal: { record: async () => {} },
    reportActive: () => {},
  });
  const verdict = validatePlan({ network, plan: buildSamplePlan(), nowMs: clock.nowMs() });
  const outcome = await transactions.publish({
    txId: "tx-1",
    plan: verdict.kind === "validated" ? verdict.plan : expect.fail(verdict.kind),
    network,
    activateAtMs: clock.nowMs() + 30_000,
    transition: { method: "shortWay", maxChangeRatio: 0.2, maxCycles: 5 },
  });
  expect(outcome.members.map((it) => [it.status, it.error?.message])).toEqual(
    Array(3).fill(["committed", undefined]),
  );
  for (let second = 0; inStep.size < 3 && second < 600; second++) {
    clock.advanceTo(clock.nowMs() + 1000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(server.listPresence().map((it) => it.state)).toEqual(["inControl", "inControl", "inControl"]);
  for (const controller of controllers) controller.stop();
  await server.close();
  await new Promise((resolve) => http.close(resolve));
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
