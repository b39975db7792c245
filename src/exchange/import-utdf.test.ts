import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildNetworkIndex, getIntersection, getMovement, getSequence } from "../network/find.ts";
import { buildPhaseTimes } from "../timing/phase-times.ts";
import { validatePlan } from "../timing/validate-plan.ts";
import { ftFromM, mpsFromKmh, mpsFromMph } from "../units.ts";
import { importUtdf } from "./import-utdf.ts";
import type { Imported } from "./imported.ts";
import { buildSmallUtdf } from "./small-utdf.test-support.ts";
import { parseUtdfFile } from "./utdf-file.ts";

const shared = new URL("../../../shared/data/utdf/", import.meta.url);
const runs = process.env["GREENWAVE_FULL"] === "1" ? 2000 : 40;
const OPTIONS = { networkId: "corridor", source: "test", validUntilMs: 2_000_000_000_000 };

type Ok = Extract<Imported, { kind: "ok" }>;

function load(text: string): Ok {
  const imported = importUtdf(text, OPTIONS);
  if (imported.kind !== "ok") throw new Error(JSON.stringify(imported.faults));
  return imported;
}

/** Numbers of one record of the Phases section by node, read without the importer. */
function readRows(text: string, record: string): Map<string, (number | undefined)[]> {
  const phases = text.slice(text.indexOf("[Phases]")).split("\n");
  const rows = phases.map((it) => it.split(",")).filter((it) => it[0] === record);
  return new Map(
    rows.map(([, node, ...cells]) => [
      known(node, "node"),
      cells.map((it) => (it === "" ? undefined : Number(it))),
    ]),
  );
}

/** What must hold of every plan: rings as long as the cycle, and all starts as the file has them. */
function checkTimes(text: string, { network, plan }: Ok): void {
  const index = buildNetworkIndex(network);
  const starts = readRows(text, "Start");
  for (const timingPlan of plan.timingPlans) {
    const intersection = getIntersection(index, timingPlan.intersectionId);
    const times = buildPhaseTimes(intersection, timingPlan);
    for (const ring of getSequence(intersection, timingPlan.sequenceId).rings.keys()) {
      const tenths = times.filter((it) => it.ring === ring).map((it) => Math.round(it.splitS * 10));
      expect(tenths.reduce((sum, it) => sum + it, 0)).toBe(Math.round(timingPlan.cycleS * 10));
    }
    for (const [at, startS] of (starts.get(timingPlan.intersectionId) ?? []).entries()) {
      if (startS === undefined) continue;
      expect(times.find((it) => it.phase === at + 1)?.greenStartS).toBeCloseTo(startS, 6);
    }
  }
}

function listSpacingsFt({ network }: Ok): number[] {
  const route = known(network.routes[0], "route");
  const ids = route.outbound.stops.map((it) => it.intersectionId);
  return ids.slice(1).map((id, at) => {
    const link = network.links.find((it) => it.from === ids[at] && it.to === id);
    return Math.round(ftFromM(known(link, `link to ${id}`).lengthM));
  });
}

describe("a small file", () => {
  test("becomes a network, a plan and a demand", () => {
    const imported = load(buildSmallUtdf());
    checkTimes(buildSmallUtdf(), imported);
    expect(imported.network.intersections.map((it) => it.id)).toEqual(["1", "2"]);
    expect(imported.demand.flows.reduce((sum, it) => sum + it.flowVph, 0)).toBe(3890);
    expect(imported.plan.timingPlans[0]).toEqual({
      intersectionId: "1",
      cycleS: 100,
      sequenceId: "lead-lead",
      splits: [
        { phase: 1, splitS: 15 },
        { phase: 2, splitS: 40 },
        { phase: 3, splitS: 15 },
        { phase: 4, splitS: 30 },
        { phase: 5, splitS: 20 },
        { phase: 6, splitS: 35 },
        { phase: 7, splitS: 15 },
        { phase: 8, splitS: 30 },
      ],
      offsetS: 20,
      offsetReference: { phase: 6, point: "beginGreen" },
    });
  });

  test("links lead through bends with their lengths added up, in feet or metres", () => {
    expect(listSpacingsFt(load(buildSmallUtdf()))).toEqual([1020]);
    const metric = load(buildSmallUtdf({ metric: 1 })).network.links.find((it) => it.id === "1-2");
    expect(metric?.lengthM).toBe(1020);
    expect(metric?.speedLimitMps).toBeCloseTo(mpsFromKmh(40), 12);
    const feet = load(buildSmallUtdf()).network.links.find((it) => it.id === "1-2");
    expect(feet?.speedLimitMps).toBeCloseTo(mpsFromMph(40), 12);
  });

  test("the route along the street of most signals runs both ways, whatever its spelling", () => {
    const [route] = load(buildSmallUtdf()).network.routes;
    expect(route?.outbound.stops.map((it) => `${it.intersectionId} ${it.movementId}`)).toEqual([
      "1 EBT",
      "2 EBT",
    ]);
    expect(route?.inbound?.stops.map((it) => `${it.intersectionId} ${it.movementId}`)).toEqual([
      "2 WBT",
      "1 WBT",
    ]);
  });

  test("lanes, sharing, lost time and permitted phases are those of the lane groups", () => {
    const { network } = load(buildSmallUtdf());
    const first = known(network.intersections[0], "signal 1");
    expect(getMovement(first, "NBR")).toMatchObject({
      lanes: 0,
      sharesLanesOf: "NBT",
      saturationFlowVph: 1750,
      rightTurnOnRed: true,
    });
    expect(getMovement(first, "EBT").startupLostTimeS).toBe(2.5);
    expect(first.phases.find((it) => it.number === 2)).toMatchObject({
      protectedMovements: ["EBT"],
      permittedMovements: ["EBR"],
      crossings: ["ped-2"],
    });
  });

  test("a ring without a phase beyond the barrier gets a placeholder that serves nothing", () => {
    const { network, report } = load(buildSmallUtdf());
    const second = known(network.intersections[1], "signal 2");
    expect(second.sequences[0]?.rings).toEqual([
      [[2], [4]],
      [[5, 6], [8]],
    ]);
    expect(second.phases.find((it) => it.number === 8)).toMatchObject({
      protectedMovements: [],
      permittedMovements: [],
      yellowS: 4,
    });
    expect(report).toContainEqual(
      expect.objectContaining({
        severity: "repair",
        node: "2",
        where: expect.stringMatching(/^Phases BRP, line \d+$/),
      }),
    );
  });

  test.each([
    { code: 0, offsets: [20, 50], reference: { phase: 6, point: "beginGreen" }, offsetS: 20 },
    { code: 1, offsets: [50, 90], reference: { phase: 2, point: "beginYellow" }, offsetS: 50 },
    { code: 2, offsets: [54, 94], reference: { phase: 2, point: "beginRed" }, offsetS: 54 },
    { code: 3, offsets: [15, 35], reference: { phase: 2, point: "beginGreen" }, offsetS: 15 },
    { code: 4, offsets: [38, 90], reference: { phase: 2, point: "beginYellow" }, offsetS: 50 },
  ] as const)("Referenced To $code places the same greens", ({ code, offsets, reference, offsetS }) => {
    const text = buildSmallUtdf({ referencedTo: code, offsets });
    const imported = load(text);
    checkTimes(text, imported);
    expect(imported.plan.timingPlans[0]).toMatchObject({ offsetS, offsetReference: reference });
    expect(imported.report.filter((it) => it.severity === "warning")).toEqual([]);
  });

  test("where Offset and Start disagree the later one in the file holds, with a warning", () => {
    const stale = buildSmallUtdf({ offsets: [33, 50] });
    expect(load(stale).plan.timingPlans[0]?.offsetS).toBe(20);
    const again = `${stale}[Timeplans]\nTiming Plan Settings\nRECORDNAME,INTID,DATA\nOffset,1,33.0\n`;
    expect(load(again).plan.timingPlans[0]?.offsetS).toBe(33);
    expect(
      load(stale)
        .report.filter((it) => it.severity === "warning")
        .map((it) => it.sentence),
    ).toEqual([expect.stringContaining("33 s by its Offset and 20 s by the Start")]);
  });

  test("names are read in any case and spacing, and a later version with a warning", () => {
    const untidy = buildSmallUtdf()
      .replaceAll("Up ID", "UPID")
      .replaceAll("Dest Node", "dest node")
      .replace("UTDFVERSION,8", "UtdfVersion,11")
      .replaceAll("\n", "\r\n");
    const { network, report } = load(`\uFEFF${untidy}`);
    expect(network.intersections).toHaveLength(2);
    expect(report).toContainEqual(
      expect.objectContaining({ severity: "warning", where: "Network UTDFVERSION" }),
    );
  });

  test("splits without Start and End rows are the programmed ones, fitted to barriers and cycle", () => {
    const text = buildSmallUtdf().replace(/^(Start|End),.*\n/gm, "");
    const { plan, report } = load(text);
    expect(plan.timingPlans[1]?.splits).toEqual([
      { phase: 2, splitS: 60 },
      { phase: 4, splitS: 40 },
      { phase: 5, splitS: 15 },
      { phase: 6, splitS: 45 },
      { phase: 8, splitS: 40 },
    ]);
    expect(report.filter((it) => it.severity === "warning")).toEqual([]);
  });

  test("text that is no UTDF is refused with every missing section", () => {
    expect(importUtdf("id,name\n1,A\n", OPTIONS)).toMatchObject({
      kind: "invalid",
      faults: [{ path: "[LINKS]" }, { path: "[LANES]" }, { path: "[TIMEPLANS]" }, { path: "[PHASES]" }],
    });
  });
});

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
    const { network, plan } = load(text(name));
    expect(network.intersections).toHaveLength(facts(name).signals_with_timeplan);
    const cycles = plan.timingPlans.map((it) => it.cycleS.toFixed(1));
    for (const [cycle, count] of Object.entries(facts(name).cycle_lengths)) {
      expect(cycles.filter((it) => it === cycle)).toHaveLength(Number(count));
    }
  });

  test.each(["grand", "bullhead"] as const)("%s: splits, order and offset give back every Start", (name) => {
    const imported = load(text(name));
    checkTimes(text(name), imported);
    expect(imported.report.filter((it) => /starts at|by its Offset/.test(it.sentence))).toEqual([]);
  });

  test.each(["grand", "bullhead"] as const)(
    "%s: the gate finds nothing that blocks what runs today",
    (name) => {
      const { network, plan } = load(text(name));
      const { findings } = validatePlan({ network, plan, origin: "imported", nowMs: 1_800_000_000_000 });
      expect(findings.filter((it) => it.severity === "BLOCK")).toEqual([]);
    },
  );

  test("volumes are all there, less those of a node on another one's controller", () => {
    const sum = ({ demand }: Ok): number => demand.flows.reduce((total, it) => total + it.flowVph, 0);
    expect(sum(load(text("bullhead")))).toBe(facts("bullhead").sum_of_Volume);
    const grand = load(text("grand"));
    expect(sum(grand)).toBe(facts("grand").sum_of_Volume - (88 + 114 + 71 + 904 + 902 + 618));
    expect(grand.report).toContainEqual(
      expect.objectContaining({
        severity: "omitted",
        node: "39",
        sentence: expect.stringContaining("Node 43"),
      }),
    );
  });

  test("each ring that misses the cycle is reported with its numbers", () => {
    expect(countRings(load(text("bullhead")))).toBe(7);
    // Counted by phase numbers (1–4, 5–8) it would be 10: the file puts phase 8 of node 17 into ring 1.
    expect(countRings(load(text("grand")))).toBe(9);
    expect(load(text("bullhead")).report.map((it) => it.sentence)).toContainEqual(
      expect.stringContaining(
        "Ring 2 of node 78: MaxGreen + Yellow + AllRed of phases 6, 8 add up to 45.8 s",
      ),
    );
  });

  test("Grand Avenue runs through its 19 signals at the distances of its links", () => {
    const imported = load(text("grand"));
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
    const imported = load(text("bullhead"));
    const ids = known(imported.network.routes[0], "route").outbound.stops.map((it) => it.intersectionId);
    expect(ids.join(" ")).toBe("39 75 78 80 82 84 98 87");
    expect(listSpacingsFt(imported)).toEqual([2985, 2307, 2660, 2660, 5296, 1314, 3996]);
    expect(imported.plan.timingPlans.find((it) => it.intersectionId === "82")?.cycleS).toBe(76.5);
    expect(imported.report.map((it) => it.sentence)).toContainEqual(
      expect.stringContaining("8 different cycles"),
    );
  });

  test("a volume that no two lanes can carry is reported and taken", () => {
    const { report, demand } = load(text("bullhead"));
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
    const node = load(text("grand")).network.intersections.find((it) => it.id === "17");
    expect(getMovement(known(node, "17"), "EBL2")).toMatchObject({ turn: "left", lanes: 1 });
    expect(getMovement(known(node, "17"), "SWR2")).toMatchObject({ turn: "right", sharesLanesOf: "SWR" });
  });

  test("an offset may refer to phases 4 and 8, or to one phase alone", () => {
    const { network, plan } = load(text("grand"));
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
  });
});
