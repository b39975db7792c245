/** Where and on what a benchmark ran: a figure says nothing without it. */
import { execFileSync } from "node:child_process";
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { summarize } from "./summarize.ts";

const SYNCS = 20;
const PAGE_BYTES = 4096;
const NO_RESULTS = ["--", ":/", ":!/docs/results", ":!/bench/results"];

export interface Machine {
  readonly processors: number;
  readonly model: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Short hash; `+` behind it when files other than results differ from that commit. */
  readonly commit: string;
  /** Median of writing a page and forcing it to the disk of the data folder, ms: near 0 means that nothing was forced. */
  readonly diskSyncMs: number;
}

export function describeMachine(folder: string): Machine {
  return {
    processors: os.availableParallelism(),
    model: os.cpus()[0]?.model ?? "unknown",
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    commit: findCommit(),
    diskSyncMs: measureDiskSyncMs(folder),
  };
}

/** Processes that ran or wanted to run, mean of the last minute: more than there are processors, and they waited. */
export const measureLoad = (): number => Math.round((os.loadavg()[0] ?? 0) * 10) / 10;

function findCommit(): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    return (
      git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", ...NO_RESULTS) === "" ? "" : "+")
    );
  } catch {
    return "unknown";
  }
}

function measureDiskSyncMs(folder: string): number {
  const file = path.join(folder, "sync-probe");
  const descriptor = openSync(file, "w");
  const page = Buffer.alloc(PAGE_BYTES);
  const tookMs = Array.from({ length: SYNCS }, () => {
    const startedAtMs = performance.now();
    writeSync(descriptor, page);
    fdatasyncSync(descriptor);
    return performance.now() - startedAtMs;
  });
  closeSync(descriptor);
  rmSync(file);
  return summarize(tookMs).p50Ms;
}
