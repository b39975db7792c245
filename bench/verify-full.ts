/**
 * Everything at the size that the project states: the tests with their full counts, the study of real corridors, the whole
 * benchmark. Writes docs/results/<date>.json and prints a summary; status 1 when a step fails. Takes an hour or so.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { describeMachine, measureLoad } from "./machine.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SCRATCH = path.join(ROOT, ".greenwave");
/** The corridors are no part of the project; the study is left out where they do not lie beside it. */
const CORRIDORS = path.join(ROOT, "..", "shared", "data", "utdf");
const STEP_LIMIT_MS = 2 * 3600 * 1000;

interface StepResult {
  readonly outcome: "passed" | "failed" | "skipped";
  /** In a sentence. */
  readonly detail: string;
  /** What the step itself reports, JSON. */
  readonly figures?: object;
}

const NO_REPORT: StepResult = { outcome: "failed", detail: "it ended before its report" };

const STEPS: Readonly<Record<string, () => StepResult>> = {
  tests: runTests,
  study: runStudy,
  bench: runBench,
};

function main(args: string[]): number {
  const { values } = parseArgs({ args, options: { only: { type: "string" } } });
  const names = values.only === undefined ? Object.keys(STEPS) : [values.only];
  if (names.some((it) => STEPS[it] === undefined)) {
    print(`usage: npm run verify:full -- [--only ${Object.keys(STEPS).join("|")}]`);
    return 2;
  }
  mkdirSync(SCRATCH, { recursive: true });
  const machine = describeMachine(SCRATCH);
  const measuredAt = new Date().toISOString();
  const steps = names.map((name) => {
    print(`\n── ${name}`);
    const load = measureLoad();
    const startedAtMs = performance.now();
    const result = STEPS[name]?.() ?? { outcome: "failed", detail: "no such step" };
    return { name, load, seconds: Math.round((performance.now() - startedAtMs) / 1000), ...result };
  });
  print("\nsummary");
  for (const it of steps) print(`  ${it.outcome.padEnd(7)}  ${it.name}, ${it.seconds} s: ${it.detail}`);
  if (values.only === undefined) {
    const file = path.join(ROOT, "docs", "results", `${measuredAt.slice(0, 10)}.json`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify({ measuredAt, machine, steps }, null, 2)}\n`);
    print(`written to ${path.relative(process.cwd(), file)}`);
  }
  return steps.some((it) => it.outcome === "failed") ? 1 : 0;
}

const TestsSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })) }),
  ),
});

function runTests(): StepResult {
  const { isWell, report } = runWithReport(TestsSchema, (file) =>
    run(path.join(ROOT, "node_modules", ".bin", "vitest"), [
      "run",
      `--testTimeout=${STEP_LIMIT_MS}`,
      `--hookTimeout=${STEP_LIMIT_MS}`,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ]),
  );
  if (report === undefined) return NO_REPORT;
  const failed = report.testResults
    .flatMap((it) => it.assertionResults)
    .filter((it) => it.status === "failed")
    .map((it) => ({ name: it.fullName }));
  const { numPassedTests: passed, numPendingTests: skipped } = report;
  return {
    outcome: isWell ? "passed" : "failed",
    detail: `${passed} passed, ${report.numFailedTests} failed, ${skipped} skipped`,
    figures: { passed, skipped, failed },
  };
}

const StudySchema = z.object({
  checks: z.array(z.object({ title: z.string(), passed: z.boolean(), detail: z.string() })),
});

function runStudy(): StepResult {
  const grandAvenue = path.join(CORRIDORS, "grand-ave", "UTDF.csv");
  const sr95 = path.join(CORRIDORS, "bullhead-sr95", "UTDF.csv");
  if (!existsSync(grandAvenue) || !existsSync(sr95)) {
    return { outcome: "skipped", detail: "the corridors do not lie beside the project" };
  }
  const { isWell, report } = runWithReport(StudySchema, (file) =>
    runCompiled("corridor-study.js", ["--utdf", grandAvenue, "--sr95", sr95, "--out", file]),
  );
  if (report === undefined) return NO_REPORT;
  const passed = report.checks.filter((it) => it.passed).length;
  return {
    outcome: isWell ? "passed" : "failed",
    detail: `${passed} of ${report.checks.length} checks passed`,
    figures: report,
  };
}

const BenchSchema = z.array(
  z.object({
    name: z.string(),
    figures: z.looseObject({}),
    goals: z.array(
      z.object({ name: z.string(), wanted: z.string(), actual: z.string(), isReached: z.boolean() }),
    ),
    wrong: z.array(z.string()),
  }),
);

function runBench(): StepResult {
  const { isWell, report } = runWithReport(BenchSchema, (file) => runCompiled("main.js", ["--json", file]));
  if (report === undefined) return NO_REPORT;
  const goals = report.flatMap((it) => it.goals);
  const wrong = report.reduce((sum, it) => sum + it.wrong.length, 0);
  const reached = goals.filter((it) => it.isReached).length;
  return {
    outcome: isWell ? "passed" : "failed",
    detail: `${wrong} wrong answers, ${reached} of ${goals.length} goals reached`,
    figures: report,
  };
}

/** `report` is absent when the step ended before it wrote one. */
function runWithReport<T>(
  schema: z.ZodType<T>,
  start: (file: string) => boolean,
): { readonly isWell: boolean; readonly report: T | undefined } {
  const file = path.join(SCRATCH, "verify-full.json");
  rmSync(file, { force: true });
  const isWell = start(file);
  const report = existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
  return { isWell, report };
}

const runCompiled = (entry: string, args: readonly string[]): boolean =>
  run(process.execPath, ["--enable-source-maps", path.join(ROOT, "dist", "bench", entry), ...args]);

/** Runs to the end, its output on the terminal; did it end well? */
function run(command: string, args: readonly string[]): boolean {
  const { status } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: "inherit",
    timeout: STEP_LIMIT_MS,
    env: { ...process.env, GREENWAVE_FULL: "1", GREENWAVE_NO_BUILD: "1" },
  });
  return status === 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = main(process.argv.slice(2));
