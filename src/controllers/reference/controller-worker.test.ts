import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { buildSamplePlan } from "../../timing/sample-plan.test-support.ts";
import { toPublicPem } from "../signing.ts";
import type { ControllerWorkerData, FromController, ToController } from "./controller-worker.ts";
import { startTestCentre } from "./test-centre.test-support.ts";

test("a thread is a whole controller on a clock a hundred times as fast", async () => {
  const centre = await startTestCentre();
  const [fallbackPlan] = buildSamplePlan().timingPlans;
  if (fallbackPlan === undefined) throw new Error("sample is incomplete");
  const simulatedAnchorMs = 1_790_000_000_000;
  const data: ControllerWorkerData = {
    id: "A",
    network: buildSampleNetwork(),
    fallbackPlan,
    url: centre.url.replace("ws:", "http:"),
    token: "secret",
    centreKeyPem: toPublicPem(centre.privateKey),
    scale: { simulatedAnchorMs, realAnchorMs: Date.now(), speedFactor: 100 },
  };
  const compiled = new URL("../../../dist/src/controllers/reference/controller-worker.js", import.meta.url);
  const worker = new Worker(compiled, { workerData: data });
  const stopped = new Promise((resolve) => worker.once("exit", resolve));
  const shown: string[] = [];
  worker.on("message", (message: FromController) => {
    if (message.type !== "indications") return;
    for (const it of message.changes) if (it.type === "phase") shown.push(`${it.phase} ${it.indication}`);
  });
  const tell = (message: ToController) => worker.postMessage(message);
  const isCounted = () => centre.items.some((it) => it.type === "count" && it.countVeh > 0);
  while (!isCounted()) {
    const atMs = simulatedAnchorMs + (Date.now() - data.scale.realAnchorMs) * data.scale.speedFactor;
    tell({ type: "pulses", pulses: [{ detectorId: "stop.A.W.rest", atMs }] });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(shown.slice(0, 4)).toEqual(["1 green", "5 green", "1 yellow", "5 yellow"]);
  tell({ type: "stop" });
  expect(await stopped).toBe(0);
  await centre.stop();
});
