import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { getMovement } from "../network/find.ts";
import { mpsFromMph } from "../units.ts";
import { importUtdf } from "./import-utdf.ts";
import { checkTimes, listSpacingsFt, loadUtdf, OPTIONS } from "./imported.test-support.ts";
import { buildSmallUtdf } from "./small-utdf.test-support.ts";

test("becomes a network, a plan and a demand", () => {
  const imported = loadUtdf(buildSmallUtdf());
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
  expect(listSpacingsFt(loadUtdf(buildSmallUtdf()))).toEqual([1020]);
  const metric = loadUtdf(buildSmallUtdf({ metric: 1 })).network.links.find((it) => it.id === "1-2");
  expect(metric?.lengthM).toBe(1020);
  expect(metric?.speedLimitMps).toBeCloseTo(40 / 3.6, 12);
  const feet = loadUtdf(buildSmallUtdf()).network.links.find((it) => it.id === "1-2");
  expect(feet?.speedLimitMps).toBeCloseTo(mpsFromMph(40), 12);
});

test("the route along the street of most signals runs both ways, whatever its spelling", () => {
  const [route] = loadUtdf(buildSmallUtdf()).network.routes;
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
  const { network } = loadUtdf(buildSmallUtdf());
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
  const { network, report } = loadUtdf(buildSmallUtdf());
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
  const imported = loadUtdf(text);
  checkTimes(text, imported);
  expect(imported.plan.timingPlans[0]).toMatchObject({ offsetS, offsetReference: reference });
  expect(imported.report.filter((it) => it.severity === "warning")).toEqual([]);
});

test("where Offset and Start disagree the later one in the file holds, with a warning", () => {
  const stale = buildSmallUtdf({ offsets: [33, 50] });
  expect(loadUtdf(stale).plan.timingPlans[0]?.offsetS).toBe(20);
  const again = `${stale}[Timeplans]\nTiming Plan Settings\nRECORDNAME,INTID,DATA\nOffset,1,33.0\n`;
  expect(loadUtdf(again).plan.timingPlans[0]?.offsetS).toBe(33);
  expect(
    loadUtdf(stale)
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
  const { network, report } = loadUtdf(`\uFEFF${untidy}`);
  expect(network.intersections).toHaveLength(2);
  expect(report).toContainEqual(
    expect.objectContaining({ severity: "warning", where: "Network UTDFVERSION" }),
  );
});

test("splits without Start and End rows are the programmed ones, fitted to barriers and cycle", () => {
  const text = buildSmallUtdf().replace(/^(Start|End),.*\n/gm, "");
  const { plan, report } = loadUtdf(text);
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

test("links lead straight on through an unsignalized node", () => {
  const text = buildSmallUtdf().replace("10,2,500,100,0,", "10,3,500,100,0,");
  const lanes = "[Lanes]\nLane Group Data\nRECORDNAME,INTID,EBT,WBT\nUp Node,10,1,2\nDest Node,10,2,1\n";
  expect(listSpacingsFt(loadUtdf(`${text}${lanes}`))).toEqual([1020]);
});

test("without the Nodes section the compass names give the directions", () => {
  const text = buildSmallUtdf().replace(/\[Nodes\][^[]*/, "");
  const { network, report } = loadUtdf(text);
  expect(network.intersections[0]?.approaches.map((it) => it.headingDeg)).toEqual([0, 180, 90, 270]);
  expect(report.filter((it) => it.severity === "warning").map((it) => it.where)).toEqual([
    "Nodes TYPE",
    "Nodes TYPE",
  ]);
});
