/** The closed loop on a street of SUMO: runs where `sumo` and the scenarios are there. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { readScenario } from "../simulation/sumo/scenario.ts";
import { startSumo } from "../simulation/sumo/sumo-process.ts";
import { type OpenStreet, openStreet } from "./open-street.ts";
import { toProgramFile } from "./plan-from-counts.ts";
import { runControllers } from "./run-controllers.ts";
import { runPrograms } from "./run-programs.ts";

const SCENARIO = path.resolve("..", "shared", "sumo", "data", "ingolstadt7");
const hasSumo = spawnSync("sumo", ["--version"]).status === 0;
const canRun = existsSync(SCENARIO) && (hasSumo || process.env["GREENWAVE_REQUIRE_SUMO"] === "1");

/** Two minutes of the scenario. */
async function openShortStreet(): Promise<OpenStreet> {
  const scenario = readScenario(SCENARIO);
  return openStreet({ ...scenario, endS: scenario.beginS + 90, drainS: 30 });
}

test.skipIf(!canRun)("plans run by SUMO itself do what they do in the net's own words", async () => {
  const street = await openShortStreet();
  const folder = await mkdtemp(path.join(os.tmpdir(), "greenwave-test-"));
  try {
    const file = path.join(folder, "plans.add.xml");
    await writeFile(file, toProgramFile(street, street.todaysPlans));
    const run = await runPrograms(street, { programFiles: [file], seed: 3 });
    expect(run.measures.demandedVeh).toBeGreaterThan(20);
    expect(run.lamps.shortestGreenS).toBeGreaterThanOrEqual(5);
    expect(run.lamps.shortestClearanceS).toBeGreaterThanOrEqual(3);
    expect(run.counts.length).toBeGreaterThan(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.skipIf(!canRun)(
  "the same seed gives the same run, with service and controllers in the loop",
  async () => {
    const street = await openShortStreet();
    const run = async () => {
      const { measures, lamps, counts } = await runControllers(street, {
        timingPlans: street.todaysPlans,
        loop: "on",
        seed: 5,
        say: () => {},
      });
      return { measures, lamps, counts };
    };
    expect(await run()).toEqual(await run());
  },
  120_000,
);

test.skipIf(!canRun)("a SUMO that refuses its files says why", async () => {
  await expect(startSumo(["-n", "nowhere.net.xml"])).rejects.toThrow(/nowhere\.net\.xml/);
});

test.skipIf(!canRun)("a SUMO that dies ends the run with its reason", async () => {
  const { scenario } = await openShortStreet();
  const args = [
    "-n",
    scenario.netFile,
    "-b",
    String(scenario.beginS),
    "--xml-validation",
    "never",
    "--no-step-log",
  ];
  const sumo = await startSumo(args);
  expect((await sumo.client.getVersion()).api).toBeGreaterThanOrEqual(20);
  const steps = (async () => {
    for (;;) await sumo.client.step(new Map());
  })();
  setImmediate(sumo.kill);
  await expect(steps).rejects.toThrow(/sumo ended with SIGKILL/);
});
