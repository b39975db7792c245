/** What a controller must know after a restart: the plans it is bound to and the newest revision that it has run. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { PrepareOrderSchema } from "../commit-record.schema.ts";

const PlanStateSchema = z.strictObject({
  version: z.literal(1),
  /** Null: the fallback plan. */
  running: PrepareOrderSchema.nullable(),
  /** Committed, not yet active. */
  committed: PrepareOrderSchema.nullable(),
  newest: z.strictObject({ revision: z.int().min(1), hash: z.string() }).nullable(),
});

export type PlanState = Readonly<z.infer<typeof PlanStateSchema>>;

export const NO_PLANS: PlanState = { version: 1, running: null, committed: null, newest: null };

/** A file that is missing or unreadable is no state: the controller begins with its fallback plan. */
export function readPlanState(file: string): PlanState {
  try {
    return PlanStateSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return NO_PLANS;
  }
}

/** On disk when it returns; a crash in between leaves the old state or the new one, never half of one. */
export function writePlanState(file: string, state: PlanState): void {
  const draft = `${file}.draft`;
  writeAndSync(draft, JSON.stringify(state));
  renameSync(draft, file);
  const folder = openSync(path.dirname(file), "r");
  fsyncSync(folder);
  closeSync(folder);
}

function writeAndSync(file: string, text: string): void {
  const handle = openSync(file, "w", 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
