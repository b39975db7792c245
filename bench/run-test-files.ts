/**
 * Test files one by one, two at a time, each in a vitest of its own: a file that fails, hangs or ends its process costs
 * no other file its result, and what has ended is told and kept at once.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { FileResult } from "./dated-results.ts";

const LANES = 2;
/** Of one file, and of one test in it. */
export const FILE_LIMIT_S = 3600;

/** The part of vitest's JSON report that is read. */
const ReportSchema = z.object({
  numPassedTests: z.int(),
  numPendingTests: z.int(),
  testResults: z.array(
    z.object({
      message: z.string(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).optional(),
        }),
      ),
    }),
  ),
});

export interface TestRun {
  readonly root: string;
  /** For reports, removed again. */
  readonly scratch: string;
  readonly commit: string;
}

/** Test files of the project in a folder (or one file), from its root, sorted. */
export const listTestFiles = (root: string, room: string): string[] =>
  readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((it) => path.posix.join("src", it.split(path.sep).join("/")))
    .filter((it) => it.endsWith(".test.ts") && (it === room || it.startsWith(`${room.replace(/\/$/, "")}/`)))
    .toSorted();

/** Runs the files in their order with the stated counts. */
export async function runTestFiles(
  run: TestRun,
  files: readonly string[],
  onEnd: (result: FileResult) => void,
): Promise<void> {
  const waiting = [...files];
  const serve = async (lane: number): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      onEnd(await runTestFile(run, file, lane));
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, lane) => serve(lane)));
}

async function runTestFile(
  { root, scratch, commit }: TestRun,
  file: string,
  lane: number,
): Promise<FileResult> {
  const reportFile = path.join(scratch, `verify-tests-${lane}.json`);
  rmSync(reportFile, { force: true });
  const startedAtMs = performance.now();
  const { isWell, text } = await runVitest(root, file, reportFile);
  const report = existsSync(reportFile)
    ? ReportSchema.parse(JSON.parse(readFileSync(reportFile, "utf8")))
    : undefined;
  rmSync(reportFile, { force: true });
  const failed = (report?.testResults ?? [])
    .flatMap((it) => it.assertionResults)
    .filter((it) => it.status === "failed")
    .map((it) => ({ name: it.fullName, message: firstLine(it.failureMessages?.[0] ?? "") }));
  if (!isWell && failed.length === 0) {
    const message = report?.testResults.map((it) => it.message).find((it) => it !== "");
    failed.push({ name: "the file itself", message: firstLine(message ?? "ended before its report") });
  }
  return {
    file,
    measuredAt: new Date().toISOString(),
    commit,
    seconds: Math.round((performance.now() - startedAtMs) / 1000),
    outcome: failed.length === 0 ? "passed" : "failed",
    passed: report?.numPassedTests ?? 0,
    skipped: report?.numPendingTests ?? 0,
    failed,
    said: text.split("\n").filter((it) => it.trim() !== "" && !it.startsWith("JSON report written to")),
  };
}

/** `text`: what the tests print. */
function runVitest(
  root: string,
  file: string,
  reportFile: string,
): Promise<{ readonly isWell: boolean; readonly text: string }> {
  const args = [
    "run",
    file,
    "--maxWorkers=1",
    `--testTimeout=${FILE_LIMIT_S * 1000}`,
    `--hookTimeout=${FILE_LIMIT_S * 1000}`,
    "--reporter=json",
    `--outputFile.json=${reportFile}`,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(root, "node_modules", ".bin", "vitest"), args, {
      cwd: root,
      stdio: ["ignore", "pipe", "ignore"],
      timeout: FILE_LIMIT_S * 1000,
      env: { ...process.env, GREENWAVE_FULL: "1", GREENWAVE_NO_BUILD: "1" },
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    child.once("error", reject);
    child.once("close", (status) => resolve({ isWell: status === 0, text }));
  });
}

const firstLine = (text: string): string => text.split("\n")[0] ?? "";
