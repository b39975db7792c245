import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { known } from "../errors.ts";
import { getMovement } from "../network/find.ts";
import { validatePlan } from "../timing/validate-plan.ts";
import { importUtdf } from "./import-utdf.ts";
import { checkTimes, listSpacingsFt, loadUtdf, type Ok, OPTIONS } from "./imported.test-support.ts";
import { parseUtdfFile } from "./utdf-file.ts";

const shared = new URL("../../../shared/data/utdf/", import.meta.url);
const runs = process.env["GREENWAVE_FULL"] === "1" ? 2000 : 40;

describe.skipIf(!existsSync(shared))("real arterials", () => {
  const read = (path: string): string => readFileSync(new URL(path, shared), "utf8");
  const folders = { grand: "grand-ave", bullhead: "bullhead-sr95" };
  const text = (name: keyof typeof folders): string => read(`${folders[name]}/UTDF.csv`);
  const facts = (name: keyof typeof folders) => JSON.parse(read(`${folders[name]}/facts.json`));
  const countRings = (imported: Ok): number =>
    imported.report.filter((it) => /^Ring .* add up to/.test(it.sentence)).length;

  test.each(["grand", "bullhead"] as const)("%s: every row, signal, cycle and volume is read", (name) => {
    const file = parseUtdfFile(text(name), () => undefined);
    const rows = (table: ReadonlyMap<string, ReadonlyMap<string, unknown>>): number =>
      [...table.values()].reduce((sum, it) => sum + it.size, 0);
    expect({
      Network: file.settings.size,
      Nodes: file.nodes.size,
      Links: rows(file.links),
      Lanes: rows(file.lanes),
      Timeplans: rows(file.timeplans),
      Phases: rows(file.phases),
    }).toEqual(facts(name).rows_per_section);
    const { network, plan } = loadUtdf(text(name));
    expect(network.intersections).toHaveLength(facts(name).signals_with_timeplan);
    const cycles = plan.timingPlans.map((it) => it.cycleS.toFixed(1));
    for (const [cycle, count] of Object.entries(facts(name).cycle_lengths)) {
      expect(cycles.filter((it) => it === cycle)).toHaveLength(Number(count));
    }
  });

  test.each(["grand", "bullhead"] as const)("%s: splits, order and offset give back every Start", (name) => {
    const imported = loadUtdf(text(name));
    checkTimes(text(name), imported);
    expect(imported.report.filter((it) => /starts at|by its Offset/.test(it.sentence))).toEqual([]);
  });

  test.each(["grand", "bullhead"] as const)(
    "%s: the gate finds nothing that blocks what runs today",
    (name) => {
      const { network, plan } = loadUtdf(text(name));
      const { findings } = validatePlan({ network, plan, origin: "imported", nowMs: 1_800_000_000_000 });
      expect(findings.filter((it) => it.severity === "BLOCK")).toEqual([]);
    },
  );

  test("volumes are all there, less those of a node on another one's controller", () => {
    const sum = ({ demand }: Ok): number => demand.flows.reduce((total, it) => total + it.flowVph, 0);
    expect(sum(loadUtdf(text("bullhead")))).toBe(facts("bullhead").sum_of_Volume);
    const grand = loadUtdf(text("grand"));
    expect(sum(grand)).toBe(facts("grand").sum_of_Volume - (88 + 114 + 71 + 904 + 902 + 618));
    expect(grand.report).toContainEqual(
      expect.objectContaining({
        severity: "omitted",
        node: "39",
        sentence: expect.stringMatching(/^Node 43 .*2697 veh/),
      }),
    );
  });

  test("each ring that misses the cycle is reported with its numbers", () => {
    expect(countRings(loadUtdf(text("bullhead")))).toBe(7);
    // Counted by phase numbers (1–4, 5–8) it would be 10: the file puts phase 8 of node 17 into ring 1.
    expect(countRings(loadUtdf(text("grand")))).toBe(9);
    expect(loadUtdf(text("bullhead")).report.map((it) => it.sentence)).toContainEqual(
      expect.stringContaining(
        "Ring 2 of node 78: MaxGreen + Yellow + AllRed of phases 6, 8 add up to 45.8 s",
      ),
    );
  });

  test("Grand Avenue runs through its 19 signals at the distances of its links", () => {
    const imported = loadUtdf(text("grand"));
    expect(imported.network.routes).toHaveLength(1);
    const ids = known(imported.network.routes[0], "route").outbound.stops.map((it) => it.intersectionId);
    expect(ids.join(" ")).toBe("44 39 36 34 33 31 27 26 28 46 21 17 49 13 25 11 7 9 1");
    // Through the bend at node 18 it is 914 + 3,145 ft; the straight line from 13 to 25 is 4,016 ft.
    expect(listSpacingsFt(imported)).toEqual([
      4038, 5039, 6910, 1440, 2608, 2453, 1261, 3236, 1161, 906, 4722, 4063, 2934, 4059, 1028, 2820, 2784,
      2966,
    ]);
  });

  test("SR 95 runs through its 8 signals, with eight cycles and no band", () => {
    const imported = loadUtdf(text("bullhead"));
    const ids = known(imported.network.routes[0], "route").outbound.stops.map((it) => it.intersectionId);
    expect(ids.join(" ")).toBe("39 75 78 80 82 84 98 87");
    expect(listSpacingsFt(imported)).toEqual([2985, 2307, 2660, 2660, 5296, 1314, 3996]);
    expect(imported.plan.timingPlans.find((it) => it.intersectionId === "82")?.cycleS).toBe(76.5);
    expect(imported.report.map((it) => it.sentence)).toContainEqual(
      expect.stringContaining("8 different cycles"),
    );
  });

  test("a volume that no two lanes can carry is reported and taken", () => {
    const { report, demand } = loadUtdf(text("bullhead"));
    expect(report).toContainEqual(
      expect.objectContaining({
        severity: "warning",
        node: "39",
        sentence: expect.stringContaining("NBT of node 39 carries 7,732 veh/h"),
      }),
    );
    expect(demand.flows.find((it) => it.intersectionId === "39" && it.movementId === "NBT")?.flowVph).toBe(
      7732,
    );
  });

  test("two legs of a five-leg node keep their second turns", () => {
    const node = loadUtdf(text("grand")).network.intersections.find((it) => it.id === "17");
    expect(getMovement(known(node, "17"), "EBL2")).toMatchObject({ turn: "left", lanes: 1 });
    expect(getMovement(known(node, "17"), "SWR2")).toMatchObject({ turn: "right", sharesLanesOf: "SWR" });
  });

  test("an offset may refer to phases 4 and 8, or to one phase alone", () => {
    const { network, plan } = loadUtdf(text("grand"));
    const find = (id: string) => plan.timingPlans.find((it) => it.intersectionId === id);
    expect(find("21")).toMatchObject({ offsetS: 67, offsetReference: { phase: 4, point: "beginGreen" } });
    expect(network.intersections.find((it) => it.id === "21")?.coordinatedPhases).toEqual([4, 8]);
    expect(find("39")).toMatchObject({ offsetS: 1, offsetReference: { phase: 2, point: "beginGreen" } });
  });

  test("damaged files are read or refused, never a crash", () => {
    const lines = text("bullhead").split("\n");
    const junk = fc.constantFrom("", "-1", "1e9", '"', "nonsense", "0", "999", "31", ",,,", "*", "39");
    const damage = fc.oneof(
      fc.record({ kind: fc.constant("cut"), at: fc.nat(lines.length), count: fc.nat(60) }),
      fc.record({ kind: fc.constant("swap"), at: fc.nat(lines.length), count: fc.nat(lines.length) }),
      fc.record({ kind: fc.constant("cell"), at: fc.nat(lines.length), count: fc.nat(15), value: junk }),
      fc.record({ kind: fc.constant("repeat"), at: fc.nat(lines.length), count: fc.nat(60) }),
    );
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 12 }), fc.nat(2000), (damages, cutTail) => {
        const own = [...lines];
        for (const it of damages) {
          const line = own[it.at];
          if (it.kind === "cut") own.splice(it.at, it.count);
          else if (it.kind === "repeat") own.splice(it.at, 0, ...own.slice(it.at, it.at + it.count));
          else if (it.kind === "swap") [own[it.at], own[it.count]] = [own[it.count] ?? "", line ?? ""];
          else if (line !== undefined) {
            const cells = line.split(",");
            cells[it.count % cells.length] = "value" in it ? it.value : "";
            own[it.at] = cells.join(",");
          }
        }
        const damaged = own.join("\n");
        const imported = importUtdf(
          damaged.slice(0, damaged.length - (cutTail % 5 === 0 ? cutTail : 0)),
          OPTIONS,
        );
        if (imported.kind === "invalid") return imported.faults.length > 0;
        return imported.plan.timingPlans.length === imported.network.intersections.length;
      }),
      { seed: 20260, numRuns: runs },
    );
  }, 900_000);
});
