/**
 * A fixed number of worker threads that run pure functions by name, so that the event loop stays free. The queue is
 * bounded and a task has a limit of time; a worker that crashes or overruns fails its own task, with the reason, and is
 * replaced.
 */
import { Worker } from "node:worker_threads";
import { AppError } from "../errors.ts";

/** What a pool runs: name → function. The worker's entry serves the same record (serve-tasks.ts). */
export type Tasks = Readonly<Record<string, (input: never) => unknown>>;

export interface TaskCall {
  readonly name: string;
  readonly input: unknown;
}
export type TaskAnswer =
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "failed"; readonly message: string };

export interface WorkerPoolOptions {
  /** Compiled entry of the worker. */
  readonly entry: URL;
  readonly size: number;
  /** Tasks that may wait beyond those that run. */
  readonly queueLimit: number;
  /** A task that runs longer is stopped, ms. */
  readonly taskLimitMs: number;
  /** Told of each worker that was lost; the next task gets a new one. */
  readonly onLost?: (reason: string) => void;
}

export interface WorkerPool<T extends Tasks> {
  /**
   * Rejects with `overloaded` when the queue is full, `unavailable` when the task was stopped or crashed. Once `unwanted`
   * fires nobody waits for the answer: a task in the queue is dropped, a running one stopped.
   */
  run<K extends keyof T & string>(
    name: K,
    input: Parameters<T[K]>[0],
    unwanted?: AbortSignal,
  ): Promise<Awaited<ReturnType<T[K]>>>;
  readonly waiting: () => number;
  readonly running: () => number;
  /** Refuses new tasks, fails waiting ones and stops the threads. */
  close(): Promise<void>;
}

interface Job {
  readonly call: TaskCall;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}
/** One place for a thread; empty after a crash until the next task needs it. */
interface Seat {
  worker: Worker | undefined;
  job: Job | undefined;
  limit: NodeJS.Timeout | undefined;
}

export function createWorkerPool<T extends Tasks>(options: WorkerPoolOptions): WorkerPool<T> {
  const queue: Job[] = [];
  const seats = Array.from({ length: options.size }, createSeat);
  let closed = false;

  function startWorker(seat: Seat): Worker {
    const worker = new Worker(options.entry);
    seat.worker = worker;
    worker.on("message", (answer: TaskAnswer) => {
      settle(leave(seat), answer);
      startNext();
    });
    worker.on("error", (error) => lose(seat, worker, `the worker failed: ${error.message}`));
    worker.on("exit", () => lose(seat, worker, "the worker ended"));
    return worker;
  }

  function leave(seat: Seat): Job | undefined {
    const { job } = seat;
    clearTimeout(seat.limit);
    seat.job = undefined;
    return job;
  }

  function lose(seat: Seat, worker: Worker, reason: string): void {
    if (closed || seat.worker !== worker) return;
    seat.worker = undefined;
    const job = leave(seat);
    job?.reject(new AppError("unavailable", `${job.call.name} was not finished: ${reason}`));
    options.onLost?.(reason);
    startNext();
  }

  function startNext(): void {
    const seat = seats.find((it) => it.job === undefined);
    const job = seat && queue.shift();
    if (seat === undefined || job === undefined) return;
    const worker = seat.worker ?? startWorker(seat);
    seat.job = job;
    seat.limit = setTimeout(() => {
      lose(seat, worker, `it ran longer than ${options.taskLimitMs} ms`);
      void worker.terminate();
    }, options.taskLimitMs);
    worker.postMessage(job.call);
  }

  /** Nobody waits for it any more; one that has ended is settled already. */
  function drop(job: Job): void {
    job.reject(notWanted());
    if (queue.includes(job)) queue.splice(queue.indexOf(job), 1);
    const seat = seats.find((it) => it.job === job);
    if (seat === undefined) return;
    leave(seat);
    void seat.worker?.terminate();
    seat.worker = undefined;
    startNext();
  }

  for (const seat of seats) startWorker(seat);
  return {
    run(name, input, unwanted) {
      if (unwanted?.aborted === true) return Promise.reject(notWanted());
      if (closed) return Promise.reject(shuttingDown());
      if (seats.every((it) => it.job !== undefined) && queue.length >= options.queueLimit) {
        return Promise.reject(new AppError("overloaded", `${queue.length} tasks already wait for a worker`));
      }
      return new Promise((resolve, reject) => {
        const job: Job = { call: { name, input }, resolve, reject };
        queue.push(job);
        unwanted?.addEventListener("abort", () => drop(job), { once: true });
        startNext();
      });
    },
    waiting: () => queue.length,
    running: () => seats.filter((it) => it.job !== undefined).length,
    async close() {
      closed = true;
      const jobs = [...queue.splice(0), ...seats.flatMap((it) => it.job ?? [])];
      for (const { reject } of jobs) reject(shuttingDown());
      for (const seat of seats) clearTimeout(seat.limit);
      await Promise.all(seats.map((it) => it.worker?.terminate()));
    },
  };
}

function settle(job: Job | undefined, answer: TaskAnswer): void {
  if (answer.kind === "done") job?.resolve(answer.value as never);
  else job?.reject(new Error(answer.message));
}

const createSeat = (): Seat => ({ worker: undefined, job: undefined, limit: undefined });

const shuttingDown = (): AppError => new AppError("unavailable", "the service is shutting down");
const notWanted = (): AppError => new AppError("unavailable", "nobody waits for the answer any more");
