import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { known } from "../../errors.ts";
import { parseNetwork } from "../../network/parse-network.ts";
import { findDueEntry } from "../../schedule/due-entry.ts";
import { buildPhaseTimes } from "../../timing/phase-times.ts";
import { importGmns } from "./import-gmns.ts";

type Ok = Extract<ReturnType<typeof importGmns>, { kind: "ok" }>;

const OPTIONS = { networkId: "town", source: "test", timeZone: "UTC", validUntilMs: 2_000_000_000_000 };

/** A street from west (1) to east (4) through signals 2 and 3, 100 m apart, with a side street from the south at 2. */
const SMALL: Readonly<Record<string, string>> = {
  "config.csv": "dataset_name,short_length,long_length,speed\nsmall,meter,km,km/h",
  "node.csv":
    "node_id,x_coord,y_coord,ctrl_type\n1,-1200,0,\n2,-1000,0,signal\n3,-900,0,signal\n4,-700,0,\n5,-1000,-300,",
  "link.csv": `link_id,from_node_id,to_node_id,length,free_speed,lanes
12,1,2,0.2,36,1
21,2,1,0.2,36,1
23,2,3,0.1,36,1
32,3,2,0.1,36,1
34,3,4,0.2,36,1
43,4,3,0.2,36,1
52,5,2,0.3,36,2
25,2,5,0.3,36,1`,
  "movement.csv": `mvmt_id,node_id,ib_link_id,start_ib_lane,ob_link_id,type
eb2,2,12,1,23,thru
wb2,2,32,1,21,thru
nl2,2,52,1,21,left
nr2,2,52,2,23,right
eb3,3,23,1,34,thru
wb3,3,43,1,32,thru`,
  "signal_controller.csv": "controller_id\n2\n3",
  "signal_timing_plan.csv":
    "timing_plan_id,controller_id,time_day,cycle_length\nam2,2,01111100_0600_0900,60\nam3,3,01111100_0600_0900,60\nall2,2,,80\nall3,3,,80",
  "signal_coordination.csv":
    "coordination_id,timing_plan_id,controller_id,coord_contr_id,coord_phase,coord_ref_to,offset\n1,am2,2,2,2,begin_of_green,0\n2,am3,3,2,2,begin_of_green,10",
  "signal_timing_phase.csv": `timing_phase_id,timing_plan_id,signal_phase_num,min_green,max_green,clearance,ring,barrier,position
a,am2,2,30,30,5,1,1,1
b,am2,4,20,20,5,1,2,1
c,am3,2,50,50,5,1,1,1
d,all2,2,45,45,5,1,1,1
e,all2,4,25,25,5,1,2,1
f,all3,2,75,75,5,1,1,1`,
  "signal_phase_mvmt.csv": `signal_phase_mvmt_id,timing_phase_id,mvmt_id,link_id,protection
1,a,eb2,,protected
2,a,wb2,,protected
3,b,nl2,,protected
4,b,nr2,,protected
5,c,eb3,,protected
6,c,wb3,,protected
7,d,eb2,,protected
8,d,wb2,,protected
9,e,nl2,,protected
10,e,nr2,,protected
11,f,eb3,,protected
12,f,wb3,,protected`,
};

const toFiles = (changed: Readonly<Record<string, string>> = {}): Map<string, string> =>
  new Map(Object.entries({ ...SMALL, ...changed }));

function load(files: ReadonlyMap<string, string>): Ok {
  const imported = importGmns(files, OPTIONS);
  if (imported.kind !== "ok") throw new Error(JSON.stringify(imported.faults));
  return imported;
}

const faultsOf = (changed: Readonly<Record<string, string>>) => {
  const imported = importGmns(toFiles(changed), OPTIONS);
  return imported.kind === "invalid" ? imported.faults : [];
};

test("two signals with their links, movements, route and units", () => {
  const { network } = load(toFiles());
  expect(network.links.find((it) => it.id === "23")).toMatchObject({
    from: "2",
    to: "3",
    lengthM: 100,
    speedLimitMps: 10,
  });
  const [two] = network.intersections;
  expect(two?.movements.map((it) => [it.id, it.turn, it.lanes])).toEqual([
    ["eb2", "through", 1],
    ["wb2", "through", 1],
    ["nl2", "left", 1],
    ["nr2", "right", 1],
  ]);
  expect(two?.conflicts).toEqual([
    ["eb2", "nl2"],
    ["eb2", "nr2"],
    ["wb2", "nl2"],
  ]);
  expect(network.routes.map((it) => [it.outbound.stops, it.inbound?.stops])).toEqual([
    [
      [
        { intersectionId: "2", movementId: "eb2" },
        { intersectionId: "3", movementId: "eb3" },
      ],
      [
        { intersectionId: "3", movementId: "wb3" },
        { intersectionId: "2", movementId: "wb2" },
      ],
    ],
  ]);
});

test("greens and offset are those of the tables, and the schedule runs each plan at its time", () => {
  const { network, plans, schedule } = load(toFiles());
  const am = known(plans[0], "plan");
  const times = am.timingPlans.map((it, at) =>
    buildPhaseTimes(known(network.intersections[at], "intersection"), it).map((own) => [
      own.greenStartS,
      own.greenS,
    ]),
  );
  expect(times).toEqual([
    [
      [0, 30],
      [35, 20],
    ],
    [[10, 55]],
  ]);
  const dueAt = (text: string): string => {
    const due = findDueEntry(schedule, Date.parse(text));
    return due.kind === "due" ? due.planId : "none";
  };
  expect(dueAt("2026-11-23T07:00:00Z")).toBe("town-am2");
  expect(dueAt("2026-11-23T09:00:00Z")).toBe("town-all2");
  expect(dueAt("2026-11-22T07:00:00Z")).toBe("town-all2");
});

test("a movement that a phase protects against another of the same phase is permitted when it turns", () => {
  const text = SMALL["signal_phase_mvmt.csv"] ?? "";
  const { network, report } = load(
    toFiles({ "signal_phase_mvmt.csv": `${text}\n13,a,nr2,,protected\n14,d,nr2,,protected` }),
  );
  expect(network.intersections[0]?.phases[0]).toMatchObject({
    protectedMovements: ["eb2", "wb2"],
    permittedMovements: ["nr2"],
  });
  expect(
    report.some((it) => it.severity === "repair" && it.sentence.includes("it is permitted, and yields")),
  ).toBe(true);
});

test("every fault of broken tables has its file, row and column", () => {
  expect(faultsOf({ "link.csv": "link_id,from_node_id,to_node_id,length\n12,1,9,long\n12,1,2,0.1" })).toEqual(
    expect.arrayContaining([
      { path: "link.csv, row 2, column length", message: "long is not a number of at least 0" },
      { path: "link.csv, row 3, column link_id", message: "12 is the identity of an earlier row too" },
      { path: "movement.csv, row 2, column ob_link_id", message: "link.csv has no 23" },
    ]),
  );
  expect(faultsOf({ "movement.csv": "mvmt_id,node_id\na,2" })).toContainEqual({
    path: "movement.csv, column ib_link_id",
    message: "this column is missing",
  });
  expect(
    faultsOf({
      "signal_timing_plan.csv": "timing_plan_id,controller_id,time_day,cycle_length\nam2,2,noon,60",
    }),
  ).not.toEqual([]);
  expect(importGmns(new Map(), OPTIONS).kind).toBe("invalid");
});

test("phases whose ways cross in every order that the tables give are refused", () => {
  const text = (SMALL["signal_timing_phase.csv"] ?? "")
    .replace("b,am2,4,20,20,5,1,2,1", "b,am2,4,20,20,5,2,1,1")
    .replace("e,all2,4,25,25,5,1,2,1", "e,all2,4,25,25,5,2,1,1");
  const faults = faultsOf({ "signal_timing_phase.csv": text.replaceAll(",4,2", ",9,2") });
  expect(faults.map((it) => it.message).join()).toContain("whose ways cross");
});

test("a cycle without room for minimum greens is a fault of its row", () => {
  const text = (SMALL["signal_timing_plan.csv"] ?? "").replace("0900,60\nam3", "0900,15\nam3");
  expect(faultsOf({ "signal_timing_plan.csv": text })[0]?.path).toBe(
    "signal_timing_plan.csv, row 2, column cycle_length",
  );
});

const SHARED = fileURLToPath(new URL("../../../../shared/data/gmns-arlington-signals", import.meta.url));

describe.skipIf(!existsSync(SHARED))("the Arlington tables", () => {
  test("give two controllers, three plans by time of day and one without, and report their contradictions", () => {
    const names = existsSync(SHARED) ? readdirSync(SHARED).filter((it) => it.endsWith(".csv")) : [];
    const imported = load(new Map(names.map((it) => [it, readFileSync(path.join(SHARED, it), "utf8")])));
    const { network, plans, report } = imported;
    expect(parseNetwork(JSON.parse(JSON.stringify(network))).kind).toBe("ok");
    expect(network.intersections.map((it) => [it.id, it.movements.length, it.crossings.length])).toEqual([
      ["6", 12, 4],
      ["7", 2, 1],
    ]);
    expect(
      plans.map((it) => it.timingPlans.map((own) => [own.cycleS, own.offsetS, own.actuation?.mode])),
    ).toEqual([
      [
        [120, 0, undefined],
        [120, 104, undefined],
      ],
      [
        [120, 0, undefined],
        [120, 97, undefined],
      ],
      [
        [110, 0, undefined],
        [110, 89, undefined],
      ],
      [
        [141, 0, "free"],
        [108, 0, undefined],
      ],
    ]);
    const said = report.map((it) => it.sentence).join("\n");
    expect(said).toContain("let 7 and 18 go together");
    expect(said).toContain("has 9 days where 8 belong");
    // Table signal_timing_phase of plan 1: greens 16, 30, 6, 40 and 15, 31, 14, 32 s, each with 7 s of clearance.
    const splits = known(plans[0]?.timingPlans[0], "plan").splits.map((it) => it.splitS);
    expect(splits).toEqual([23, 37, 13, 47, 22, 38, 21, 39]);
  });
});
