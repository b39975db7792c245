/**
 * Everything at the size that the project states: the tests with their full counts, the study of real corridors, the whole
 * benchmark. Joins what it ran into docs/results/<date>.json, so it may be run in pieces; prints a summary; status 1 when
 * something failed. Takes an hour or so.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { z } from "zod";
import {
  BenchSchema,
  type DatedResults,
  datedFile,
  type FileResult,
  listSteps,
  readDated,
  readLatest,
  StudySchema,
  writeDated,
} from "./dated-results.ts";
import { describeMachine, type Machine, measureLoad } from "./machine.ts";
import { FILE_LIMIT_S, listTestFiles, runTestFiles } from "./run-test-files.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SCRATCH = path.join(ROOT, ".greenwave");
/** The corridors are no part of the project; the study is left out where they do not lie beside it. */
const CORRIDORS = path.join(ROOT, "..", "shared", "data", "utdf");
const STEP_LIMIT_MS = 2 * 3600 * 1000;

const USAGE = `usage: npm run verify:full -- [--only tests|study|bench] [--room FOLDER]
  --only STEP    one step only
  --room FOLDER  with --only tests: the tests of one folder or file, such as src/solver/bands`;

const STEPS: Readonly<Record<string, (step: Step) => Promise<void> | void>> = {
  tests: runTests,
  study: runStudy,
  bench: runBench,
};

interface Step {
  readonly about: { readonly measuredAt: string; readonly machine: Machine; readonly load: number };
  /** Whose tests. */
  readonly room: string;
  /** What was verified on the same day before. */
  readonly earlier: DatedResults;
  /** Puts what has been verified into the dated file at once. */
  readonly keep: (part: DatedResults) => void;
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { only: { type: "string" }, room: { type: "string" } } });
  const { only, room = "src" } = values;
  const names = only === undefined ? Object.keys(STEPS) : [only];
  if (
    names.some((it) => STEPS[it] === undefined) ||
    (values.room !== undefined && (only !== "tests" || listTestFiles(ROOT, room).length === 0))
  ) {
    print(USAGE);
    return 2;
  }
  mkdirSync(SCRATCH, { recursive: true });
  const measuredAt = new Date().toISOString();
  const file = datedFile(ROOT, measuredAt.slice(0, 10));
  const earlier = readDated(file);
  const done: DatedResults = {};
  for (const name of names) {
    print(`\n── ${name}`);
    const about = {
      measuredAt: new Date().toISOString(),
      machine: describeMachine(SCRATCH),
      load: measureLoad(),
    };
    const keep = (part: DatedResults): void => {
      Object.assign(done, part);
      writeDated(file, { ...earlier, ...done });
    };
    await STEPS[name]?.({ about, room, earlier, keep });
  }
  print("\nsummary");
  const ended = listSteps(done);
  for (const it of ended) print(`  ${it.outcome.padEnd(10)}  ${it.name}, ${it.seconds} s: ${it.detail}`);
  print(`written to ${path.relative(process.cwd(), file)}`);
  return ended.some((it) => it.outcome === "failed") ? 1 : 0;
}

/**
 * Joined with what other rooms' tests gave before. The longest files first, as an earlier run tells, so that no lane
 * idles.
 */
async function runTests({ about, room, earlier, keep }: Step): Promise<void> {
  const all = listTestFiles(ROOT, "src");
  const known = new Map(earlier.tests?.figures.files.map((it) => [it.file, it]));
  const tookS = new Map(readLatest(ROOT)?.results.tests?.figures.files.map((it) => [it.file, it.seconds]));
  const secondsOf = (file: string): number => tookS.get(file) ?? (hasStatedCounts(file) ? FILE_LIMIT_S : 0);
  const wanted = listTestFiles(ROOT, room).toSorted((a, b) => secondsOf(b) - secondsOf(a));
  let ended = 0;
  await runTestFiles({ root: ROOT, scratch: SCRATCH, commit: about.machine.commit }, wanted, (result) => {
    ended += 1;
    known.set(result.file, result);
    print(`${ended}/${wanted.length}  ${describe(result)}`);
    for (const it of result.failed) print(`    ${it.name}: ${it.message}`);
    for (const it of result.said) print(`    ${it}`);
    const files = all.flatMap((it) => known.get(it) ?? []);
    keep({ tests: { ...about, ...concludeTests(files, all.length), figures: { files } } });
  });
}

const hasStatedCounts = (file: string): boolean =>
  readFileSync(path.join(ROOT, file), "utf8").includes("GREENWAVE_FULL");

const describe = ({ outcome, seconds, file, passed, failed, skipped }: FileResult): string =>
  `${outcome}  ${seconds} s  ${file}: ${passed} passed, ${failed.length} failed, ${skipped} skipped`;

function concludeTests(files: readonly FileResult[], wanted: number) {
  const sumOf = (count: (of: FileResult) => number): number => files.reduce((sum, it) => sum + count(it), 0);
  const failed = sumOf((it) => it.failed.length);
  const outcome = failed > 0 ? "failed" : files.length < wanted ? "incomplete" : "passed";
  return {
    outcome,
    seconds: sumOf((it) => it.seconds),
    detail: `${sumOf((it) => it.passed)} passed, ${failed} failed, ${sumOf((it) => it.skipped)} skipped in ${files.length} of ${wanted} files`,
  } as const;
}

function runStudy({ about, keep }: Step): void {
  const grandAvenue = path.join(CORRIDORS, "grand-ave", "UTDF.csv");
  const sr95 = path.join(CORRIDORS, "bullhead-sr95", "UTDF.csv");
  if (!existsSync(grandAvenue) || !existsSync(sr95)) {
    const detail = "the corridors do not lie beside the project";
    keep({ study: { ...about, seconds: 0, outcome: "skipped", detail } });
    return;
  }
  const { report, ...end } = runWithReport(StudySchema, (file) =>
    runCompiled("corridor-study.js", ["--utdf", grandAvenue, "--sr95", sr95, "--out", file]),
  );
  const passed = report?.checks.filter((it) => it.passed).length;
  const detail = report === undefined ? NO_REPORT : `${passed} of ${report.checks.length} checks passed`;
  keep({ study: { ...about, ...end, detail, figures: report } });
}

function runBench({ about, keep }: Step): void {
  const { report, ...end } = runWithReport(BenchSchema, (file) => runCompiled("main.js", ["--json", file]));
  const goals = (report ?? []).flatMap((it) => it.goals);
  const wrong = (report ?? []).reduce((sum, it) => sum + it.wrong.length, 0);
  const reached = goals.filter((it) => it.isReached).length;
  const figures = `${wrong} wrong answers, ${reached} of ${goals.length} goals reached`;
  keep({ bench: { ...about, ...end, detail: report === undefined ? NO_REPORT : figures, figures: report } });
}

const NO_REPORT = "it ended before its report";

/** `report` is absent when the step ended before it wrote one. */
function runWithReport<T>(schema: z.ZodType<T>, start: (file: string) => boolean) {
  const file = path.join(SCRATCH, "verify-full.json");
  rmSync(file, { force: true });
  const startedAtMs = performance.now();
  const isWell = start(file);
  const report = existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
  const outcome = isWell && report !== undefined ? ("passed" as const) : ("failed" as const);
  return { outcome, seconds: Math.round((performance.now() - startedAtMs) / 1000), report };
}

/** Runs to the end, its output on the terminal; did it end well? */
function runCompiled(entry: string, args: readonly string[]): boolean {
  const compiled = path.join(ROOT, "dist", "bench", entry);
  const { status } = spawnSync(process.execPath, ["--enable-source-maps", compiled, ...args], {
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

process.exitCode = await main(process.argv.slice(2));
