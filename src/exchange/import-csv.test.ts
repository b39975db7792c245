import fc from "fast-check";
import { expect, test } from "vitest";
import { buildPhaseTimes } from "../timing/phase-times.ts";
import { validatePlan } from "../timing/validate-plan.ts";
import { mpsFromMph } from "../units.ts";
import { buildCsvTemplate } from "./csv-template.ts";
import { importCsv } from "./import-csv.ts";

const OPTIONS = { networkId: "corridor", source: "test", validUntilMs: 2e12 };

function load(text: string) {
  const imported = importCsv(text, OPTIONS);
  if (imported.kind !== "ok") throw new Error(JSON.stringify(imported.faults));
  return imported;
}

function listFaults(text: string): string[] {
  const imported = importCsv(text, OPTIONS);
  return imported.kind === "ok" ? [] : imported.faults.map((it) => `${it.path}: ${it.message}`);
}

test("the template is a corridor that the gate lets pass", () => {
  const { network, plan, demand } = load(buildCsvTemplate());
  expect(network.intersections.map((it) => it.id)).toEqual(["first", "second"]);
  expect(network.links.find((it) => it.id === "first-to-second")).toMatchObject({ lengthM: 420, lanes: 2 });
  expect(plan.timingPlans.map((it) => [it.cycleS, it.offsetS])).toEqual([
    [90, 0],
    [90, 24],
  ]);
  expect(demand.flows).toHaveLength(24);
  const verdict = validatePlan({ network, plan, origin: "imported", nowMs: 1.8e12 });
  expect(verdict.findings.filter((it) => it.severity === "BLOCK")).toEqual([]);
});

test("every column of the template says its unit or that it is a number", () => {
  const explained = buildCsvTemplate()
    .split("\n")
    .filter((it) => /^"?# \w+(S|M|Kmh|Vph|Lanes):/.test(it));
  expect(explained).toHaveLength(36);
  expect(explained.filter((it) => !/, (s|m|km\/h|veh\/h|number)\b/.test(it))).toEqual([]);
});

test("feet and miles per hour by the ends of the column names", () => {
  const { network } = load(
    "id,spacingFt,speedMph,arterialGreenS,crossGreenS\nA,1000,45,40,25\nB,,45,40,25\n",
  );
  const link = network.links.find((it) => it.id === "A-to-B");
  expect(link?.lengthM).toBeCloseTo(304.8, 9);
  expect(link?.speedLimitMps).toBeCloseTo(mpsFromMph(45), 9);
});

test("the offset places the eastbound green, and rings fill the cycle", () => {
  const { network, plan } = load(buildCsvTemplate());
  for (const [at, timingPlan] of plan.timingPlans.entries()) {
    const intersection = network.intersections[at];
    if (intersection === undefined) throw new Error("no intersection");
    const times = buildPhaseTimes(intersection, timingPlan);
    expect(times.find((it) => it.phase === 2)?.greenStartS).toBe(timingPlan.offsetS);
    for (const ring of [0, 1]) {
      const tenths = times.filter((it) => it.ring === ring).map((it) => Math.round(it.splitS * 10));
      expect(tenths.reduce((sum, it) => sum + it, 0)).toBe(timingPlan.cycleS * 10);
    }
  }
});

test("what blank cells stand for is in the report, row by row", () => {
  const { report } = load("id,spacingM,speedKmh,arterialGreenS,crossGreenS\nA,300,50,40,25\nB,,50,40,25\n");
  const own = report.filter((it) => it.node === "B").map((it) => `${it.where}: ${it.sentence}`);
  expect(own).toEqual([
    expect.stringMatching(/^line 3: For B are taken: an offset of 0 s; 2 lanes each way on the arterial;/),
    expect.stringMatching(/^line 3: B gives no volume for EBL, EBT, EBR,/),
  ]);
});

test("every fault is named with its line and column", () => {
  const text =
    "# comment\nid,spacingM,speedKmh,arterialGreenS,crossGreenS,width\nA,,fast,40,25,1\nA,300,50,,25,1\n-,300,50,40.05,25,1\n";
  expect(listFaults(text)).toEqual([
    "line 2, column width: unknown column",
    "line 3, column speedKmh: fast is not a number from 7.2 to 162",
    "line 4, column arterialGreenS: a value is needed",
    "line 5, column arterialGreenS: 40.05 is not a whole number of 0.1 s",
    'line 5, column id: "-" is no identity: letters, digits and . _ : - only, at most 48',
    "line 4, column id: A is the id of an earlier row too",
    "line 3, column spacing: a distance to the next row of at least 20 m is needed",
  ]);
});

test("splits that miss the cycle and offsets beyond it are faults", () => {
  const header =
    "id,speedKmh,cycleS,offsetS,arterialGreenS,crossGreenS,arterialYellowS,arterialRedClearanceS,crossYellowS,crossRedClearanceS\n";
  expect(listFaults(`${header}A,50,90,90,40,25,4,1,4,1\n`)).toEqual([
    "line 2, column cycleS: the splits add up to 75 s, not to the cycle of 90 s",
    "line 2, column offsetS: 90 s is not below the cycle of 75 s",
  ]);
  expect(listFaults(`${header}A,50,50,0,45,,4,1,4,1\n`)).toEqual([
    "line 2, column crossGreenS: the other splits and the change times leave -5 s of the cycle",
  ]);
});

test("missing columns and an empty text are faults", () => {
  expect(listFaults("")).toEqual(["line 1: the text has no header row"]);
  expect(listFaults("name\nX\n")).toContain("line 1: column speedKmh or speedMph or speedMps is missing");
});

test("any text is read or refused, never a crash", () => {
  const lines = buildCsvTemplate().split("\n");
  const cell = fc.constantFrom("", "0", "-1", "1e9", "240", "0.1", '"', "x", "80", "3", "#");
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(45), cell), { maxLength: 8 }), (damages) => {
      const own = lines.slice(-4);
      for (const [at, column, value] of damages) {
        const cells = (own[at] ?? "").split(",");
        cells[column % cells.length] = value;
        own[at] = cells.join(",");
      }
      const imported = importCsv(own.join("\n"), OPTIONS);
      if (imported.kind === "invalid") {
        expect(imported.faults.length).toBeGreaterThan(0);
        expect(imported.faults.filter((it) => !it.path.startsWith("line "))).toEqual([]);
      }
    }),
    { seed: 11, numRuns: 150 },
  );
});
