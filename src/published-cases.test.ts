/** Published and independently computed cases, through the adapters that `npm run verification` uses. */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { readCases } from "../bench/cases/case.ts";
import { listAnswers } from "../bench/cases/list-answers.ts";
import { known } from "./errors.ts";

const file = new URL("../../shared/cases/cases.json", import.meta.url);
const cases = existsSync(file) ? readCases(file) : [];

if (cases.length === 0) test.skip("published cases: shared/ does not lie beside the project");

test.each(cases)("published case $id is met within its tolerance", async (it) => {
  expect((await listAnswers([it])).filter((checked) => !checked.holds)).toEqual([]);
});

/** What one path of a question is answered, as number or as the reason why there is none. */
async function ask(oracle: string, input: unknown, path: string): Promise<number | string> {
  const expectation = { path, value: -1e9, tol: 0, kind: "computed" } as const;
  const about = { id: "asked", source: "", provenance: "", note: "" };
  const checked = known((await listAnswers([{ ...about, oracle, input, expect: [expectation] }]))[0], "row");
  expect(checked.holds).toBe(false);
  return checked.obtained.kind === "value" ? checked.obtained.value : checked.obtained.reason;
}

const street = (more: object, second: object = {}) => ({
  mode: "optimize",
  cycle: 60,
  signals: [
    { green_out: [0, 30], green_in: [8, 30] },
    { green_out: [0, "60/2"], green_in: [7, 30], ...second },
  ],
  distances: [300],
  speed_out: 10,
  ...more,
});

test.each([
  ["an unknown oracle", "oracle", {}, /no adapter for oracle/],
  ["an unknown key", "bandwidth", street({ speeds: 3 }), /input not understood.*speeds/],
  ["an unknown mode", "queue", { mode: "md1", arrival: 1 }, /input not understood.*mode/],
  ["text that is no number", "bandwidth", street({ cycle: "1/0" }), /"1\/0"/],
  ["a distance that is missing", "bandwidth", street({ distances: [] }), /distances has 0 values, wanted 1/],
  ["a direction with gaps", "bandwidth", street({}, { green_in: undefined }), /at some signals only/],
  [
    "a ratio that is not read",
    "bandwidth",
    street({ objective: "sum", ratio: 1 }),
    /beside the objective sum/,
  ],
  [
    "sequences of given offsets",
    "bandwidth",
    street({ mode: "evaluate" }, { alternatives: [{ green_out: [0, 30], green_in: [0, 30] }] }),
    /evaluating/,
  ],
  ["a movement without green", "hcm", { cycle: 60, v: 300, c: 900 }, /without g/],
  [
    "a stage without flow",
    "webster",
    { stages: [{ sat: 1800 }], lost_total: 8 },
    /wanted y, or flow and sat/,
  ],
  ["a queue without end", "queue", { mode: "dd1", arrival: 900, sat: 1800, red: 40, green: 20 }, /no end/],
  [
    "links that are missing",
    "maxband",
    { red_out: [0.5, 0.5], distances: [], cycle_min: 60, cycle_max: 60, speed_min: 10, speed_max: 10 },
    /distances has 0/,
  ],
] as const)("%s is told, and the expectation does not hold", async (_, oracle, input, reason) => {
  expect(await ask(oracle, input, "sum")).toMatch(reason);
});

test("an answer that a question does not have is told with those it has", async () => {
  expect(await ask("bandwidth", street({}), "widest")).toMatch(/band_out, band_in, sum/);
  expect(await ask("hcm", { cycle: 60, g: 30, s: 1800, v: 300 }, "movements.1.d")).toMatch(/movements/);
});

// Greens 30 s and internal offsets 8 and 7 s, so that travel times of half a cycle leave half a second to either side.
test.each([
  ["equal bands", "band_in", 29.5, {}, {}],
  ["offsets as given", "band_out", 30, { mode: "evaluate" }, { offset: 30 }],
  ["offsets as given, inbound", "band_in", 29, { mode: "evaluate" }, { offset: 30 }],
  ["half as much inbound", "band_in", 15, { ratio: "1/2" }, {}],
  ["an outbound floor", "sum", 59, { floors: [30, 0] }, {}],
  ["weights", "band_in", 30, { weights: [1, 3] }, {}],
  ["one way", "sum", 30, { signals: [{ green_out: [0, 30], green_in: null }, { green_out: [5, 30] }] }, {}],
  [
    "several greens",
    "band_out",
    10,
    {},
    {
      green_out: [
        [0, 10],
        [30, 5],
      ],
    },
  ],
  [
    "sequences",
    "band_in",
    30,
    {},
    {
      green_out: undefined,
      green_in: undefined,
      alternatives: [
        { green_out: [0, 30], green_in: [7, 30] },
        { green_out: [0, 30], green_in: [8, 30] },
      ],
    },
  ],
  [
    "shares of the cycle",
    "band_out",
    12,
    { splits_are_fractions: true, distances: [], signals: [{ green_out: [0, 0.2], green_in: [0.1, 0.5] }] },
    {},
  ],
] as const)("%s are understood", async (_, path, wanted, more, second) => {
  expect(await ask("bandwidth", street(more, second), path)).toBeCloseTo(wanted, 9);
});
