/**
 * The peer of the service: a Fastify with one route and a worker thread that is busy BENCH_BUSY_MS for each request and
 * does nothing useful. It tells its event-loop delay at /metrics, as the service does.
 */
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import fastify from "fastify";
import { collectDefaultMetrics, Registry } from "prom-client";

const BODY_LIMIT_BYTES = 16 * 1024 * 1024;

if (isMainThread) await serve(Number(process.env["BENCH_BUSY_MS"]));
else parentPort?.on("message", beBusy);

async function serve(busyMs: number): Promise<void> {
  const worker = new Worker(new URL(import.meta.url));
  /** The worker answers in order. */
  const waiting: (() => void)[] = [];
  worker.on("message", () => waiting.shift()?.());
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES });
  app.get("/metrics", () => registry.metrics());
  app.post("/solve", async () => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      worker.postMessage(busyMs);
    });
    return { kind: "solved" };
  });
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  process.stdout.write(`${JSON.stringify({ address })}\n`);
  process.once("SIGTERM", () => void app.close().then(() => process.exit(0)));
}

function beBusy(busyMs: number): void {
  const untilMs = performance.now() + busyMs;
  while (performance.now() < untilMs);
  parentPort?.postMessage(null);
}
