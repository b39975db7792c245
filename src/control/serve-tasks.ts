/** The worker's side of the pool: runs the named function on each input and answers. */
import { parentPort } from "node:worker_threads";
import { known } from "../errors.ts";
import type { TaskAnswer, TaskCall, Tasks } from "./worker-pool.ts";

export function serveTasks(tasks: Tasks): void {
  const port = known(parentPort ?? undefined, "parent of the worker");
  port.on("message", ({ name, input }: TaskCall) => {
    void runTask(tasks, { name, input }).then((answer) => port.postMessage(answer));
  });
}

async function runTask(tasks: Tasks, { name, input }: TaskCall): Promise<TaskAnswer> {
  try {
    return { kind: "done", value: await known(tasks[name], `task ${name}`)(input as never) };
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: "failed", message: `task ${name}: ${message}` };
  }
}
