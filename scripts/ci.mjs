// The project's own gate: what a newcomer types, then the checks, then the tests against the cases beside the
// project (when they are there), then a short bench that fails on wrong answers only.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";

const report = ".greenwave/vitest.json";
mkdirSync(".greenwave", { recursive: true });

// What users may do without is required here: a test that needs SUMO fails when it is missing.
process.env.GREENWAVE_REQUIRE_SUMO = "1";
process.env.SUMO_HOME ??= "/usr/share/sumo";
const installSumo =
  "command -v sumo >/dev/null || " +
  "(apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends sumo sumo-tools)";

/** Order matters: the demo and the tests come first, as in a fresh clone. */
const steps = [
  ["the demo ends well", "npm", ["run", "demo", "--", "--once"]],
  ["SUMO is installed", "sh", ["-c", installSumo]],
  ["tests", "npm", ["test", "--", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]],
  ["format and lint", "npm", ["run", "check"]],
  ["types", "npm", ["run", "typecheck"]],
  ["docs generated = docs committed", "npm", ["run", "docs:generate", "--", "--check"]],
  ["bench answers are right", "npm", ["run", "bench", "--", "--short"]],
];

const corridors = "../shared/data/utdf";
if (existsSync(corridors)) {
  const files = [
    "--utdf",
    `${corridors}/grand-ave/UTDF.csv`,
    "--sr95",
    `${corridors}/bullhead-sr95/UTDF.csv`,
  ];
  steps.push(["two real corridors", "npm", ["run", "study", "--", "--short", ...files]]);
}

let passed = 0;
let failed = 0;
for (const [title, command, args] of steps) {
  const startedAt = Date.now();
  process.stdout.write(`\n── ${title}: ${command} ${args.join(" ")}\n`);
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
  process.stdout.write(`── ${title}: ${status === 0 ? "passed" : "FAILED"} in ${seconds} s\n`);
  if (status === 0) passed += 1;
  else failed += 1;
}

if (existsSync(report)) {
  const tests = JSON.parse(readFileSync(report, "utf8"));
  passed += tests.numPassedTests;
  failed += tests.numFailedTests;
} else {
  process.stdout.write("no test report was written\n");
  failed += 1;
}
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
