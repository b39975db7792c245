/** docs/results/<date>.json: what was verified at the counts that the project states, in one run or in pieces. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const FileResultSchema = z.object({
  /** From the project's folder. */
  file: z.string(),
  measuredAt: z.string(),
  commit: z.string(),
  seconds: z.number(),
  outcome: z.enum(["passed", "failed"]),
  passed: z.int(),
  skipped: z.int(),
  failed: z.array(z.object({ name: z.string(), message: z.string() })),
  /** Lines that the tests print: counts, as a rule. */
  said: z.array(z.string()),
});

const StepSchema = z.object({
  measuredAt: z.string(),
  /** machine.ts. */
  machine: z.object({
    processors: z.int(),
    model: z.string(),
    memoryGiB: z.number(),
    system: z.string(),
    node: z.string(),
    commit: z.string(),
    diskSyncMs: z.number(),
  }),
  /** Before the step began. */
  load: z.number(),
  /** Tests: the sum over the files, two of which run at a time. */
  seconds: z.number(),
  /** Incomplete: what has run has passed. */
  outcome: z.enum(["passed", "failed", "skipped", "incomplete"]),
  /** In a sentence. */
  detail: z.string(),
});

/** What the study of corridors writes. */
export const StudySchema = z.looseObject({
  checks: z.array(z.object({ title: z.string(), passed: z.boolean(), detail: z.string() })),
});

/** What the benchmark writes. */
export const BenchSchema = z.array(
  z.looseObject({
    name: z.string(),
    goals: z.array(
      z.object({ name: z.string(), wanted: z.string(), actual: z.string(), isReached: z.boolean() }),
    ),
    wrong: z.array(z.string()),
  }),
);

const DatedResultsSchema = z.object({
  tests: StepSchema.extend({ figures: z.object({ files: z.array(FileResultSchema) }) }).optional(),
  study: StepSchema.extend({ figures: StudySchema.optional() }).optional(),
  bench: StepSchema.extend({ figures: BenchSchema.optional() }).optional(),
});

export type FileResult = z.infer<typeof FileResultSchema>;
export type DatedResults = z.infer<typeof DatedResultsSchema>;

const FOLDER = path.join("docs", "results");

export const datedFile = (root: string, date: string): string => path.join(root, FOLDER, `${date}.json`);

/** Nothing yet where there is no file. */
export const readDated = (file: string): DatedResults =>
  existsSync(file) ? DatedResultsSchema.parse(JSON.parse(readFileSync(file, "utf8"))) : {};

export const listSteps = (results: DatedResults) =>
  Object.entries(results).flatMap(([name, it]) => (it === undefined ? [] : [{ name, ...it }]));

export function writeDated(file: string, results: DatedResults): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

/** The latest results there are. */
export function readLatest(
  root: string,
): { readonly date: string; readonly results: DatedResults } | undefined {
  const folder = path.join(root, FOLDER);
  const files = existsSync(folder) ? readdirSync(folder).filter((it) => it.endsWith(".json")) : [];
  const last = files.toSorted().at(-1);
  if (last === undefined) return undefined;
  return { date: path.basename(last, ".json"), results: readDated(path.join(folder, last)) };
}
