/**
 * The store as the service sees it: each method sends its record to the writer thread and waits for the answer, which
 * comes after the commit. The number of waiting calls is bounded.
 */
import { mkdir } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { compiledUrl } from "../control/compiled-url.ts";
import type { Store } from "../control/store.ts";
import { AppError, known, messageOf } from "../errors.ts";
import type { Operations, StoreAnswer } from "./operations.ts";

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: AppError) => void;
}

export interface OpenStoreOptions {
  /** Made when it is missing. */
  readonly folder: string;
  /** Calls that may wait for the writer; beyond it a call is refused as overloaded. */
  readonly queueLimit?: number;
  /** The writer thread is gone for good: the process can only end. */
  readonly onLost?: (reason: string) => void;
}

/** Opens (or makes) the database; rejects with `unavailable` when it cannot, e.g. when another process holds it. */
export async function openStore({ folder, queueLimit = 1000, onLost }: OpenStoreOptions): Promise<Store> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new AppError("unavailable", `cannot make the data folder ${folder}: ${messageOf(cause)}`, {
      cause,
    });
  });
  const worker = new Worker(compiledUrl("./store-worker.ts", import.meta.url), { workerData: { folder } });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  /** Why no further call can be taken. */
  let closed: string | undefined = "the store is not open yet";

  worker.on("message", (answer: StoreAnswer) => {
    const { resolve, reject } = known(waiting.get(answer.id), `call ${answer.id}`);
    waiting.delete(answer.id);
    if (answer.kind === "done") resolve(answer.value as never);
    else reject(new AppError(answer.failure.code, answer.failure.message));
  });
  const exited = new Promise<void>((resolve) => {
    let reason = "the store's thread ended";
    worker.on("error", (error) => {
      reason = `the store's thread failed: ${error.message}`;
    });
    worker.on("exit", () => {
      if (closed === undefined) onLost?.(reason);
      closed ??= reason;
      for (const { reject } of waiting.values()) reject(new AppError("unavailable", reason));
      resolve();
    });
  });

  function call<K extends keyof Operations>(
    name: K,
    input: Parameters<Operations[K]>[0],
  ): Promise<ReturnType<Operations[K]>> {
    if (closed !== undefined) return Promise.reject(new AppError("unavailable", closed));
    if (waiting.size >= queueLimit) {
      return Promise.reject(new AppError("overloaded", `${waiting.size} calls already wait for the store`));
    }
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, name, input });
    });
  }

  await new Promise<void>((resolve, reject) => waiting.set(0, { resolve, reject }));
  closed = undefined;
  return {
    ...buildStore(call),
    waiting: () => waiting.size,
    async close() {
      closed ??= "the store is closed";
      worker.postMessage("close");
      await exited;
    },
  };
}

function buildStore(
  call: <K extends keyof Operations>(
    name: K,
    input: Parameters<Operations[K]>[0],
  ) => Promise<ReturnType<Operations[K]>>,
): Omit<Store, "waiting" | "close"> {
  return {
    putNetwork: (input) => call("putNetwork", input),
    findNetwork: (input) => call("findNetwork", input),
    listNetworks: (input) => call("listNetworks", input),
    listDetectors: (input) => call("listDetectors", input),
    insertCounts: (input) => call("insertCounts", input),
    readCounts: (input) => call("readCounts", input),
    sumCounts: (input) => call("sumCounts", input),
    createPlan: (input) => call("createPlan", input),
    findPlan: (input) => call("findPlan", input),
    listPlans: (input) => call("listPlans", input),
    forgetPlans: (input) => call("forgetPlans", input),
    movePlan: (input) => call("movePlan", input),
    nextRevision: (input) => call("nextRevision", input),
    decidePublication: (input) => call("decidePublication", input),
    settlePublication: (input) => call("settlePublication", input),
    listStandingDecisions: (input) => call("listStandingDecisions", input),
    findRunningPlan: (input) => call("findRunningPlan", input),
    listPlanEvents: (input) => call("listPlanEvents", input),
    putSchedule: (input) => call("putSchedule", input),
    findSchedule: (input) => call("findSchedule", input),
    createToken: (input) => call("createToken", input),
    revokeToken: (input) => call("revokeToken", input),
    listTokens: (input) => call("listTokens", input),
    createApproval: (input) => call("createApproval", input),
    revokeApproval: (input) => call("revokeApproval", input),
    listApprovals: (input) => call("listApprovals", input),
    putLoopSettings: (input) => call("putLoopSettings", input),
    listLoops: (input) => call("listLoops", input),
    addDecision: (input) => call("addDecision", input),
    settleDecision: (input) => call("settleDecision", input),
    listDecisions: (input) => call("listDecisions", input),
    createOverride: (input) => call("createOverride", input),
    saveOverride: (input) => call("saveOverride", input),
    listOverrides: (input) => call("listOverrides", input),
    insertSignalEvents: (input) => call("insertSignalEvents", input),
    readSignalEvents: (input) => call("readSignalEvents", input),
    putHotSpotNote: (input) => call("putHotSpotNote", input),
    listHotSpotNotes: (input) => call("listHotSpotNotes", input),
    listAudit: (input) => call("listAudit", input),
    saveControllerState: (input) => call("saveControllerState", input),
    listControllerStates: (input) => call("listControllerStates", input),
  };
}
