/**
 * The main job on two real corridors (Synchro UTDF): what today's plan, new offsets alone and a free solve do to bands,
 * delay and stops, by the model and by the simulated street. Status 1 when a check fails.
 *
 *   node dist/bench/corridor-study.js --utdf grand-ave/UTDF.csv --sr95 bullhead-sr95/UTDF.csv [--seeds 10] [--short] [--out FILE]
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { note, print, reportFailure } from "../src/commands/terminal.ts";
import { AppError } from "../src/errors.ts";
import { type StudyResult, studyGrandAvenue } from "./study-grand-avenue.ts";
import { studySr95 } from "./study-sr95.ts";

const SEEDS = 10;
const SHORT_SEEDS = 2;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      utdf: { type: "string" },
      sr95: { type: "string" },
      seeds: { type: "string" },
      short: { type: "boolean", default: false },
      out: { type: "string" },
    },
  });
  if (values.utdf === undefined && values.sr95 === undefined)
    throw new AppError("invalidInput", "wanted --utdf FILE (Grand Avenue), --sr95 FILE (SR 95), or both");
  const out = values.out ?? `bench/results/corridor-study${values.short ? ".tmp" : ""}.json`;
  const count = Number(values.seeds ?? (values.short ? SHORT_SEEDS : SEEDS));
  if (!Number.isInteger(count) || count < 1)
    throw new AppError("invalidInput", "--seeds: wanted a whole number of simulated hours");
  const seeds = Array.from({ length: count }, (_, at) => at + 1);
  const startedAt = performance.now();
  const say = (line: string) =>
    note(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  const options = { seeds, controllers: !values.short, say };
  const results: Record<string, StudyResult> = {};
  if (values.utdf !== undefined)
    results["grandAvenue"] = await studyGrandAvenue({ ...options, file: values.utdf });
  if (values.sr95 !== undefined) results["sr95"] = studySr95({ ...options, file: values.sr95 });
  for (const { text } of Object.values(results)) print(`${text}\n`);
  const checks = Object.values(results).flatMap((it) => it.checks);
  for (const { title, passed, detail } of checks) print(`${passed ? "PASS" : "FAIL"}  ${title} (${detail})`);
  const json = Object.fromEntries(Object.entries(results).map(([name, it]) => [name, it.json]));
  mkdirSync(path.dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify({ seeds: count, checks, ...json }, null, 1)}\n`);
  say(`written to ${out}`);
  return checks.every((it) => it.passed) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = reportFailure(error);
}
