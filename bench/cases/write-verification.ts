/**
 * docs/verification.md: every case with what is expected and what the project answers, then the other checks with the
 * figures of the last full verification. Status 1 when an expectation is missed.
 *
 *   npm run verification -- [--cases FILE]      absent: ../shared/cases/cases.json
 */
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { print } from "../../src/commands/terminal.ts";
import { messageOf } from "../../src/errors.ts";
import { type DatedResults, listSteps, readLatest } from "../dated-results.ts";
import { type Case, readCases } from "./case.ts";
import { CHECK_GROUPS, type OtherCheck } from "./checks.ts";
import { type CheckedExpectation, listAnswers } from "./list-answers.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { cases: { type: "string" } } });
  const cases = readCases(values.cases ?? path.join(ROOT, "..", "shared", "cases", "cases.json"));
  const checked = await listAnswers(cases);
  const text = [
    ...INTRODUCTION,
    ...describeCases(cases, checked),
    ...describeChecks(readLatest(ROOT)),
    "",
  ].join("\n");
  writeFileSync(path.join(ROOT, "docs", "verification.md"), text);
  const missed = checked.filter((it) => !it.holds);
  for (const it of missed)
    print(`missed  ${it.id} ${it.path}: ${tell(it)}, wanted ${it.expected} ± ${it.tolerance}`);
  print(`${conclude(checked)}; docs/verification.md written`);
  return missed.length === 0 ? 0 : 1;
}

const INTRODUCTION = [
  "# Verification",
  "",
  "What the project answers to published and independently computed cases, and what else its answers are held against.",
  "`npm run verification` writes this page; it ends with status 1 when an expectation is missed.",
  "The cases lie beside the project (`../shared/cases/cases.json`, or `--cases FILE`) and may differ from those of this page, so the page is no part of `npm run docs:generate -- --check`.",
  "The same adapters (`bench/cases/`) run every case in the tests; an input that an adapter does not understand is refused, and its expectations are missed.",
];

const QUESTIONS: Readonly<Record<string, string>> = {
  bandwidth:
    "Green waves of one route: given offsets are measured by `src/traffic/measure-band.ts`; optima come from `src/solver/bands/solve-band-exact.ts` and are measured again by the same. Bands in s.",
  maxband:
    "MAXBAND with its limits on speed: `src/solver/bands/solve-maxband.ts` on HiGHS. Bands in cycles, cycle in s.",
  hcm: "Delay after the Highway Capacity Manual: `src/traffic/hcm-delay.ts`. In s per vehicle.",
  webster: "Webster's cycle and greens: `src/traffic/webster.ts`. In s.",
  queue:
    "Queues at one signal and platoons on a link: `src/traffic/deterministic-queue.ts`, `src/traffic/platoon-dispersion.ts`.",
  ipf: "Furness' method: `src/demand/furness.ts`.",
};

function describeCases(cases: readonly Case[], checked: readonly CheckedExpectation[]): string[] {
  const oracles = [...new Set(cases.map((it) => it.oracle))];
  return [
    "",
    "## Cases",
    "",
    `${conclude(checked)}.`,
    "`published`: the source printed the value; `computed`: two independent methods agree on it.",
    "A difference up to the tolerance holds, and 1e-12 of the expected value more, which is rounding.",
    ...oracles.flatMap((oracle) => [
      "",
      `### ${oracle}`,
      "",
      ...(QUESTIONS[oracle] === undefined ? [] : [QUESTIONS[oracle], ""]),
      "| case | what | kind | expected | tolerance | obtained | difference | |",
      "| --- | --- | --- | ---: | ---: | ---: | ---: | --- |",
      ...checked.filter((it) => it.oracle === oracle).map(toRow),
      "",
      "Sources:",
      "",
      ...cases.filter((it) => it.oracle === oracle).map(describeSource),
    ]),
  ];
}

const conclude = (checked: readonly CheckedExpectation[]): string =>
  `${checked.filter((it) => it.holds).length} of ${checked.length} expectations of ${new Set(checked.map((it) => it.id)).size} cases hold`;

const toRow = (it: CheckedExpectation): string =>
  row([
    it.id,
    it.path,
    it.kind,
    String(it.expected),
    String(it.tolerance),
    tell(it),
    it.obtained.kind === "value" ? tellDifference(it.obtained.difference) : "",
    it.holds ? "holds" : "**missed**",
  ]);

const row = (cells: readonly string[]): string =>
  `| ${cells.map((it) => oneLine(it).replaceAll("|", "\\|")).join(" | ")} |`;

const tell = ({ obtained }: CheckedExpectation): string =>
  obtained.kind === "value" ? String(Number(obtained.value.toFixed(9))) : obtained.reason;

/** What floating-point numbers leave is 0. */
const tellDifference = (difference: number): string =>
  Math.abs(difference) < 1e-12 ? "0" : String(Number(difference.toPrecision(3)));

const describeSource = ({ id, source, provenance, note }: Case): string =>
  oneLine(`- ${id}: ${source} (${provenance})${note === "" ? "" : `; ${note}`}`);

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

function describeChecks(latest: ReturnType<typeof readLatest>): string[] {
  return [
    "",
    "## Other checks",
    "",
    "`npm test` runs the tests with few rounds, `npm run verify:full` with the stated counts; `--only tests --room FILE` runs one of them.",
    latest === undefined
      ? "No full verification has been kept in `docs/results/`, so no figures stand here."
      : `Figures are those of \`docs/results/${latest.date}.json\`; where none stand, that run did not contain the check.`,
    ...listSteps(latest?.results ?? {}).map(
      ({ name, outcome, detail, machine }) =>
        `- ${name}: ${outcome}, ${detail} (${machine.processors} × ${machine.model}, Node ${machine.node})`,
    ),
    ...CHECK_GROUPS.flatMap(({ title, checks }) => [
      "",
      `### ${title}`,
      "",
      ...checks.flatMap((it) => describeCheck(it, latest?.results ?? {})),
    ]),
  ];
}

function describeCheck(check: OtherCheck, results: DatedResults): string[] {
  return [
    `- **${check.title}.** ${check.compares} ${check.counts}`,
    `  \`${commandOf(check)}\``,
    ...listFigures(check, results).map((it) => `  - ${it}`),
  ];
}

function commandOf({ by }: OtherCheck): string {
  switch (by.kind) {
    case "tests":
      if (!existsSync(path.join(ROOT, by.file))) throw new Error(`there is no ${by.file}`);
      return `npm run verify:full -- --only tests --room ${by.file}`;
    case "bench":
      return `npm run bench -- --only ${by.part}`;
    case "study":
      return "npm run study -- --utdf FILE --sr95 FILE";
  }
}

function listFigures({ by }: OtherCheck, { tests, bench, study }: DatedResults): string[] {
  switch (by.kind) {
    case "tests": {
      const result = tests?.figures.files.find((it) => it.file === by.file);
      if (result === undefined) return [];
      const { outcome, passed, failed, seconds, commit, said } = result;
      return [
        `${outcome}: ${passed} tests passed, ${failed.length} failed in ${seconds} s (commit ${commit})`,
        ...said,
      ];
    }
    case "bench": {
      const part = bench?.figures?.find((it) => it.name === by.part);
      if (part === undefined) return [];
      const goals = part.goals.map(
        (it) => `${it.isReached ? "reached" : "missed"}: ${it.name}: ${it.actual}, wanted ${it.wanted}`,
      );
      return [`${part.wrong.length} wrong answers (commit ${bench?.machine.commit})`, ...goals];
    }
    case "study":
      return (study?.figures?.checks ?? []).map(
        (it) => `${it.passed ? "passed" : "failed"}: ${it.title} (${it.detail})`,
      );
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 2;
}
