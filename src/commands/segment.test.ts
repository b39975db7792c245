/** From counts to plans and a schedule, on the command line. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { main } from "../cli.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { checkSchedule } from "../schedule/check-schedule.ts";
import { type Schedule, ScheduleSchema } from "../schedule/schedule.schema.ts";
import { CoordinationPlanSchema } from "../timing/plan.schema.ts";
import { buildSamplePlan } from "../timing/sample-plan.test-support.ts";

const network = buildSampleNetwork();

let folder: string;
let said: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "greenwave-segment-"));
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((text) => {
      said += String(text);
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function run(...args: readonly string[]): Promise<number> {
  said = "";
  return main(args);
}

const inFolder = (name: string): string => path.join(folder, name);
const readJson = (name: string): unknown => JSON.parse(readFileSync(inFolder(name), "utf8"));

/** A street whose evenings are five times as busy as its mornings; a fortnight of hourly counts. */
function writeStreet(): void {
  const flows = network.intersections.flatMap(({ id, movements }) =>
    movements.map((it) => ({ intersectionId: id, movementId: it.id, flowVph: 150 })),
  );
  const demand = { version: 1, networkId: network.id, name: "Usual", flows };
  writeFileSync(inFolder("network.json"), JSON.stringify(network));
  writeFileSync(inFolder("plan.json"), JSON.stringify(buildSamplePlan()));
  writeFileSync(inFolder("demand.json"), JSON.stringify(demand));
  const rows = ["detectorId,startAtMs,durationS,countVeh"];
  const startMs = Date.parse("2026-09-07T00:00:00-05:00");
  for (let hour = 0; hour < 14 * 24; hour++) {
    const countVeh = hour % 24 >= 15 && hour % 24 < 20 ? 300 : 60;
    for (const { id } of network.detectors) rows.push(`${id},${startMs + hour * 3_600_000},3600,${countVeh}`);
  }
  writeFileSync(inFolder("counts.csv"), rows.join("\n"));
}

test("plans, a schedule without findings and a drawing are written, and the table says what they lose", async () => {
  writeStreet();
  const out = inFolder("out");
  const counts = inFolder("counts.csv");
  const cycles = ["--cycle", "80:120:40"];
  expect(await run("segment", folder, "--counts", counts, "-k", "4", "--out", out, "--svg", ...cycles)).toBe(
    0,
  );
  expect(said).toContain("Sample street: 14 days of counts");
  expect(said).toMatch(/^▸ [23] .*$/m);
  expect(said).toMatch(/1[45]:\d\d–20:00 +mon-tue-wed-thu-fri-sat-sun-\d/);
  const schedule: Schedule = ScheduleSchema.parse(readJson("out/schedule.json"));
  const plans = readdirSync(path.join(out, "plans")).map((it) =>
    CoordinationPlanSchema.parse(readJson(`out/plans/${it}`)),
  );
  const planIds = new Set(plans.map((it) => it.id));
  expect(checkSchedule({ schedule, network, planIds })).toEqual([]);
  expect(readFileSync(path.join(out, "mon-tue-wed-thu-fri-sat-sun.svg"), "utf8")).toMatch(/^<svg /);

  const file = path.join(out, "schedule.json");
  expect(await run("schedule", "show", file, "--at", "2026-11-23T16:00-06:00")).toBe(0);
  expect(said).toMatch(
    /^2026-11-23T16:00-06:00 America\/Chicago: mon-tue-wed-thu-fri-sat-sun-\d\n.*until 20:00/,
  );
  expect(said).toContain("2026-11-23T20:00-06:00");
});

test("counts of other detectors, classes that are none and an instant without its offset are refused", async () => {
  writeStreet();
  const other = inFolder("other.csv");
  writeFileSync(other, "detectorId,startAtMs,durationS,countVeh\nnobody,0,900,3\n");
  expect(await run("segment", folder, "--counts", other)).toBe(2);
  expect(said).toContain("no count belongs to a detector of the network");
  writeFileSync(other, "detectorId,startAtMs,durationS,countVeh\nnobody,0,900,-3\n");
  expect(await run("segment", folder, "--counts", other)).toBe(2);
  expect(said).toContain("line 2 is no count");
  const { id } = network.detectors[0] ?? { id: "" };
  writeFileSync(other, `detectorId,startAtMs,durationS,countVeh\n${id},8640000000000001,900,3\n`);
  expect(await run("segment", folder, "--counts", other)).toBe(2);
  expect(await run("segment", folder, "--counts", other, "--days", "mon+mon")).toBe(2);
  expect(await run("segment", folder, "--counts", other, "--days", "weekend")).toBe(2);
  expect(await run("schedule", "show", other, "--at", "2026-11-23T16:00")).toBe(2);
  expect(said).toContain("with its offset");
  writeFileSync(other, JSON.stringify({ version: 1, color: "red" }));
  expect(await run("schedule", "show", other, "--at", "2026-11-23T16:00Z")).toBe(2);
  expect(said).toContain("color: unknown key");
});
