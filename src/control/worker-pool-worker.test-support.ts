/** A worker for the tests of the pool: tasks that answer, fail, crash and never end. */
import { serveTasks } from "./serve-tasks.ts";

const tasks = {
  double: (value: number) => value * 2,
  fail: (message: string) => {
    throw new Error(message);
  },
  exit: (code: number) => process.exit(code),
  hang: (_value: null) => {
    for (;;);
  },
};

export type TestTasks = typeof tasks;

serveTasks(tasks);
