import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { DemandSchema } from "../demand/demand.schema.ts";
import { parseNetwork } from "../network/parse-network.ts";
import { buildPhaseTimes } from "../timing/phase-times.ts";
import { CoordinationPlanSchema } from "../timing/plan.schema.ts";
import { validatePlan } from "../timing/validate-plan.ts";
import { buildCanalStreet } from "./canal-street.ts";
import { buildCityGames } from "./city-games.ts";
import { buildDistrict } from "./district.ts";
import { buildEuclidAvenue } from "./euclid-avenue.ts";
import { formatShippedNetwork, type ShippedNetwork } from "./shipped-network.ts";

/** 2026-01-01T00:00:00Z */
const NOW_MS = 1_767_225_600_000;

/** `GREENWAVE_REGENERATE=1` writes the files anew and fails, so that nobody commits them unseen. */
const regenerates = process.env["GREENWAVE_REGENERATE"] === "1";
const BUILDERS: Readonly<Record<string, () => ShippedNetwork>> = {
  "euclid-avenue": buildEuclidAvenue,
  "canal-street": buildCanalStreet,
  district: buildDistrict,
  "city-games": buildCityGames,
};

describe.each(Object.entries(BUILDERS))("%s", (id, build) => {
  const folder = new URL(`../../networks/${id}/`, import.meta.url);
  const shipped = build();

  test("is what its builder makes, to the byte", () => {
    for (const [name, text] of formatShippedNetwork(shipped)) {
      const file = new URL(name, folder);
      if (regenerates) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(file, text);
      }
      expect(existsSync(file) && readFileSync(file, "utf8") === text, `${id}/${name} differs`).toBe(true);
    }
    expect(regenerates, "files were written anew: look at them, then run without GREENWAVE_REGENERATE").toBe(
      false,
    );
  });

  test("has no fault, and reads back as it was built", () => {
    const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), "utf8"));
    const parsed = parseNetwork(read("network.json"));
    if (parsed.kind === "invalid") expect(parsed.faults).toEqual([]);
    // On documents of this size toEqual takes seconds.
    expect(isDeepStrictEqual(parsed, { kind: "ok", network: shipped.network })).toBe(true);
    expect(isDeepStrictEqual(DemandSchema.parse(read("demand.json")), shipped.demand)).toBe(true);
    expect(isDeepStrictEqual(CoordinationPlanSchema.parse(read("plan.json")), shipped.plan)).toBe(true);
  });

  test("runs a plan today that the safety gate does not block", () => {
    const { network, plan } = shipped;
    const { findings } = validatePlan({ network, plan, nowMs: NOW_MS });
    expect(findings.filter((it) => it.severity === "BLOCK")).toEqual([]);
  });
});

test.each([
  ["euclid-avenue", 65, [0.47, 0.4, 0.4, 0.47, 0.48, 0.42, 0.4, 0.4, 0.4, 0.42].map((it) => it * 65), 0.051],
  ["canal-street", 70, [21, 24, 35, 34, 28, 23, 42, 42, 21], 1e-9],
] as const)(
  "%s shows the published arterial reds at the published cycle",
  (id, cycleS, redsS, toleranceS) => {
    const { network, plan } = (BUILDERS[id] ?? buildCanalStreet)();
    for (const [at, intersection] of network.intersections.entries()) {
      const timingPlan = plan.timingPlans[at];
      if (timingPlan === undefined) throw new Error(`no plan for ${intersection.id}`);
      const arterial = buildPhaseTimes(intersection, timingPlan).filter((it) =>
        intersection.coordinatedPhases.includes(it.phase),
      );
      expect(timingPlan.cycleS).toBe(cycleS);
      for (const { greenS } of arterial) {
        expect(Math.abs(cycleS - greenS - (redsS[at] ?? 0))).toBeLessThan(toleranceS);
      }
    }
  },
);
