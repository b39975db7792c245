import { afterEach, expect, test } from "vitest";
import { compiledUrl } from "./compiled-url.ts";
import { createWorkerPool, type WorkerPool } from "./worker-pool.ts";
import type { TestTasks } from "./worker-pool-worker.test-support.ts";

let pool: WorkerPool<TestTasks>;
afterEach(() => pool.close());

function open(options: { size?: number; queueLimit?: number; taskLimitMs?: number } = {}): string[] {
  const lost: string[] = [];
  pool = createWorkerPool<TestTasks>({
    entry: compiledUrl("./worker-pool-worker.test-support.ts", import.meta.url),
    size: 1,
    queueLimit: 100,
    taskLimitMs: 20_000,
    onLost: (reason) => lost.push(reason),
    ...options,
  });
  return lost;
}

test("every task gets its own answer, whatever the order of the ends", async () => {
  open({ size: 2 });
  const inputs = Array.from({ length: 40 }, (_, index) => index);
  const answers = await Promise.all(inputs.map((input) => pool.run("double", input)));
  expect(answers).toEqual(inputs.map((input) => input * 2));
  expect([pool.waiting(), pool.running()]).toEqual([0, 0]);
});

test("a task beyond the queue's limit is refused as overloaded, the others go on", async () => {
  open({ queueLimit: 2 });
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map((input) => pool.run("double", input)));
  expect(outcomes.map((it) => it.status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected"]);
  expect(outcomes[3]).toMatchObject({ reason: { code: "overloaded" } });
});

test("a task that throws fails alone, and its worker goes on", async () => {
  const lost = open();
  const failed = pool.run("fail", "no such route");
  const next = pool.run("double", 4);
  await expect(failed).rejects.toThrow(/task fail: Error: no such route/);
  expect(await next).toBe(8);
  expect(lost).toEqual([]);
});

test("a worker that ends fails its task with the reason and is replaced", async () => {
  const lost = open();
  const failed = pool.run("exit", 3);
  const next = pool.run("double", 4);
  await expect(failed).rejects.toMatchObject({
    code: "unavailable",
    message: "exit was not finished: the worker ended",
  });
  expect(await next).toBe(8);
  expect(lost).toEqual(["the worker ended"]);
});

test("a task that runs too long is stopped, and the next gets a new worker", async () => {
  open({ taskLimitMs: 1000 });
  const failed = pool.run("hang", null);
  await expect(failed).rejects.toMatchObject({
    code: "unavailable",
    message: "hang was not finished: it ran longer than 1000 ms",
  });
  expect(await pool.run("double", 4)).toBe(8);
});

test("closing fails what waits and what runs", async () => {
  open();
  const outcomes = Promise.allSettled([pool.run("hang", null), pool.run("double", 1)]);
  await pool.close();
  expect((await outcomes).map((it) => it.status)).toEqual(["rejected", "rejected"]);
  await expect(pool.run("double", 1)).rejects.toMatchObject({ code: "unavailable" });
});

test("a task that nobody wants any more is dropped or stopped, and its worker is free at once", async () => {
  const lost = open();
  const [runs, waits] = [new AbortController(), new AbortController()];
  const running = pool.run("hang", null, runs.signal);
  const waiting = pool.run("double", 1, waits.signal);
  const next = pool.run("double", 4);
  waits.abort();
  await expect(waiting).rejects.toThrow("nobody waits");
  runs.abort();
  await expect(running).rejects.toThrow("nobody waits");
  expect(await next).toBe(8);
  await expect(pool.run("double", 1, runs.signal)).rejects.toThrow("nobody waits");
  expect(lost).toEqual([]);
});
