/**
 * The benchmark: machine and commit, then each part, then what was reached. Status 1 when an answer was wrong or missing,
 * never because something was slow. See docs/benchmarks.md for what the figures mean.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bands } from "./bands.ts";
import { day } from "./day.ts";
import { demand } from "./demand.ts";
import { front } from "./front.ts";
import { ingest } from "./ingest.ts";
import { loop } from "./loop.ts";
import { describeMachine, type Machine, measureLoad } from "./machine.ts";
import { modelStudy } from "./model-study.ts";
import { network } from "./network.ts";
import { networkBands } from "./network-bands.ts";
import type { Part, PartReport } from "./part.ts";
import { segmentDays } from "./segment-day.ts";
import { solveCore } from "./solve-core.ts";
import { solveEndurance } from "./solve-endurance.ts";
import { solveHttp } from "./solve-http.ts";

const PARTS: Readonly<Record<string, Part>> = {
  "solve-core": solveCore,
  front,
  "solve-http": solveHttp,
  "solve-endurance": solveEndurance,
  ingest,
  demand,
  model: modelStudy,
  network,
  bands,
  "network-bands": networkBands,
  loop,
  day,
  "segment-day": segmentDays,
};
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const RESULTS = path.join(ROOT, "bench", "results");

const USAGE = `usage: npm run bench -- [--short] [--only ${Object.keys(PARTS).join("|")}] [--json FILE]
  --short      few repetitions, to see that the answers are right; writes no results
  --only PART  one part only
  --json FILE  write all figures to FILE too`;

interface PartResult extends PartReport {
  readonly name: string;
  readonly measuredAt: string;
  /** Before the part began. */
  readonly load: number;
  readonly seconds: number;
  readonly machine: Machine;
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const { values: options } = parseArgs({
    args,
    options: {
      short: { type: "boolean", default: false },
      only: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean" },
    },
  });
  const names = options.only === undefined ? Object.keys(PARTS) : [options.only];
  if (options.help === true || names.some((it) => PARTS[it] === undefined)) {
    print(USAGE);
    return options.help === true ? 0 : 2;
  }
  mkdirSync(path.join(ROOT, ".greenwave"), { recursive: true });
  const folder = mkdtempSync(path.join(ROOT, ".greenwave", "bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true }));
  // An interruption is an end too: servers are stopped and the folder goes.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const results = await runParts({ names, folder, isShort: options.short });
  if (options.json !== undefined) writeJson(options.json, results);
  if (!options.short) for (const it of results) writeJson(path.join(RESULTS, `${it.name}.json`), it);
  return conclude(results);
}

async function runParts(of: {
  readonly names: readonly string[];
  readonly folder: string;
  readonly isShort: boolean;
}): Promise<PartResult[]> {
  const machine = describeMachine(of.folder);
  print(
    `${machine.processors} × ${machine.model}, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}`,
  );
  print(`commit ${machine.commit}, a page forced to disk in ${machine.diskSyncMs} ms`);
  const results: PartResult[] = [];
  for (const name of of.names) {
    const load = measureLoad();
    print(`\n${name} (load ${load})`);
    const startedAtMs = performance.now();
    const report = await PARTS[name]?.({ ...of, print: (line) => print(`  ${line}`) });
    if (report === undefined) continue;
    const seconds = Math.round((performance.now() - startedAtMs) / 100) / 10;
    results.push({ name, measuredAt: new Date().toISOString(), load, seconds, machine, ...report });
  }
  return results;
}

function conclude(results: readonly PartResult[]): number {
  print("\nreach");
  for (const { name, wanted, actual, isReached } of results.flatMap((it) => it.goals)) {
    print(`  ${isReached ? "reached" : "missed "}  ${name}: ${actual}, wanted ${wanted}`);
  }
  const wrong = results.flatMap((it) => it.wrong);
  print(wrong.length === 0 ? "\nall verified answers are right" : `\n${wrong.length} wrong answers`);
  for (const it of wrong.slice(0, 20)) print(`  ${it}`);
  return wrong.length === 0 ? 0 : 1;
}

function writeJson(file: string, value: object): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
