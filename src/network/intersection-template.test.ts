import { expect, test } from "vitest";
import { CHINA_STYLE, computeChangeTimes, US_STYLE } from "./fixed-times.ts";
import type { Bound, IntersectionSpec, LegSpec } from "./intersection-spec.ts";
import { buildIntersection } from "./intersection-template.ts";
import type { Link } from "./network.schema.ts";
import { parseNetwork } from "./parse-network.ts";

const leg = (bound: Bound, change: Partial<LegSpec> = {}): LegSpec => ({
  bound,
  entry: {
    linkId: `in-${bound}`,
    speedLimitMps: 13.4112,
    lanes: 2,
    leftLanes: 1,
    leftStorageM: 60,
    laneSaturationFlowVph: 1800,
  },
  exitLinkId: `out-${bound}`,
  roadWidthM: 16,
  crossing: "whole",
  ...change,
});

const spec = (legs: readonly LegSpec[], change: Partial<IntersectionSpec> = {}): IntersectionSpec => ({
  id: "X",
  xM: 0,
  yM: 0,
  legs,
  main: "EW",
  control: "ringBarrier",
  style: US_STYLE,
  ...change,
});

/** The faults of a network that is only this intersection. */
function faultsOf(place: IntersectionSpec): unknown {
  const links: Link[] = place.legs.flatMap((it) => [
    ...(it.entry
      ? [{ id: it.entry.linkId, to: "X", lengthM: 200, speedLimitMps: 13.4, lanes: it.entry.lanes }]
      : []),
    ...(it.exitLinkId ? [{ id: it.exitLinkId, from: "X", lengthM: 200, speedLimitMps: 13.4, lanes: 2 }] : []),
  ]);
  const parsed = parseNetwork({
    version: 1,
    id: "one",
    name: "One intersection",
    jurisdiction: "us-mutcd",
    drivingSide: "right",
    timeZone: "America/Chicago",
    provenance: { kind: "synthetic", source: "test" },
    intersections: [buildIntersection(place)],
    links,
  });
  return parsed.kind === "ok" ? [] : parsed.faults;
}

const FOUR: readonly LegSpec[] = [leg("NB"), leg("EB"), leg("SB"), leg("WB")];
const served = (place: IntersectionSpec) =>
  buildIntersection(place).phases.map((it) =>
    [it.number, ...it.protectedMovements, "|", ...it.permittedMovements, "|", ...it.crossings].join(" "),
  );

test("four legs with left-turn bays give eight NEMA phases, and right turns yield to the crossing they meet", () => {
  expect(served(spec(FOUR))).toEqual([
    "1 WBL | |",
    "2 EBT | EBR | pedS",
    "3 NBL | |",
    "4 SBT | SBR | pedW",
    "5 EBL | |",
    "6 WBT | WBR | pedN",
    "7 SBL | |",
    "8 NBT | NBR | pedE",
  ]);
  expect(buildIntersection(spec(FOUR)).sequences.map((it) => [it.id, it.rings])).toEqual([
    [
      "lead-lead",
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
    ],
    [
      "lead-lag",
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [6, 5],
          [7, 8],
        ],
      ],
    ],
    [
      "lag-lead",
      [
        [
          [2, 1],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
    ],
    [
      "lag-lag",
      [
        [
          [2, 1],
          [3, 4],
        ],
        [
          [6, 5],
          [7, 8],
        ],
      ],
    ],
  ]);
});

test("without bays left turns yield in the through phases, and one sequence is left", () => {
  const shared = FOUR.map((it) => (it.entry ? { ...it, entry: { ...it.entry, leftLanes: 0 } } : it));
  expect(served(spec(shared))).toEqual([
    "2 EBT | EBL EBR | pedS",
    "4 SBT | SBL SBR | pedW",
    "6 WBT | WBL WBR | pedN",
    "8 NBT | NBL NBR | pedE",
  ]);
  expect(buildIntersection(spec(shared)).sequences).toHaveLength(1);
});

test("a T in stages keeps the unopposed through movement green beside the left turn", () => {
  const tee = [leg("NB"), leg("EB"), leg("WB")];
  expect(served(spec(tee, { control: "stages" }))).toEqual([
    "1 EBT WBT | EBR | pedS",
    "2 WBT WBL | |",
    "3 | NBL NBR | pedW pedE",
  ]);
});

test("a one-way side street without left turns into it gives two stages", () => {
  const { exitLinkId: _, ...oneWayIn } = leg("NB", { crossing: "none" });
  const main = (bound: Bound): LegSpec => {
    const both = leg(bound, { crossing: "none" });
    return { ...both, ...(both.entry ? { entry: { ...both.entry, leftForbidden: true } } : {}) };
  };
  const oneWayOut: LegSpec = { bound: "SB", exitLinkId: "out-SB", roadWidthM: 8, crossing: "whole" };
  expect(served(spec([main("EB"), main("WB"), oneWayIn, oneWayOut], { control: "stages" }))).toEqual([
    "1 EBT WBT | WBR | pedN",
    "2 NBL NBT NBR | |",
  ]);
});

test.each(["ringBarrier", "stages"] as const)(
  "%s with refuges and bicycle crossings has no fault",
  (control) => {
    const legs = FOUR.map((it): LegSpec => ({ ...it, crossing: "staged", bicycleCrossing: true }));
    for (const main of ["EW", "NS"] as const) {
      expect(faultsOf(spec(legs, { control, main, style: CHINA_STYLE }))).toEqual([]);
    }
  },
);

test("yellow and red clearance follow the kinematic equations at 40 mph", () => {
  const at40mph = { speedLimitMps: 17.8816, gradeRatio: 0, clearanceDistanceM: 40 };
  expect(computeChangeTimes({ ...at40mph, speed85Mps: 17.8816, turns: false })).toEqual({
    yellowS: 4,
    redClearanceS: 1.6,
  });
  expect(computeChangeTimes({ ...at40mph, turns: false })).toEqual({ yellowS: 4.5, redClearanceS: 1.2 });
  expect(computeChangeTimes({ ...at40mph, turns: true })).toEqual({ yellowS: 3.6, redClearanceS: 2 });
});
