import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { listAssumptions } from "./list-assumptions.ts";
import { NetworkSchema } from "./network.schema.ts";
import { parseNetwork } from "./parse-network.ts";

/** The example of docs/network-format.md, as it stands there. */
function readExample(): unknown {
  const page = readFileSync(new URL("../../docs/network-format.md", import.meta.url), "utf8");
  return JSON.parse(known(/```json\n([\s\S]*?)```/.exec(page)?.[1], "example"));
}

/** The faults of the example after changes, as `path: message`; `""` is the document itself. */
function faultsAfter(changes: Readonly<Record<string, object>>): string[] {
  const json = readExample();
  for (const [path, change] of Object.entries(changes)) Object.assign(objectAt(json, path), change);
  const parsed = parseNetwork(json);
  return parsed.kind === "ok" ? [] : parsed.faults.map((it) => `${it.path}: ${it.message}`);
}

function objectAt(json: unknown, path: string): object {
  let found = json;
  for (const key of path.split(".").filter(Boolean)) {
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found as object;
}

test("the example of the documentation passes", () => {
  expect(faultsAfter({})).toEqual([]);
});

test("values out of bounds, wrong types and unknown keys are reported together, each with its path", () => {
  const faults = faultsAfter({
    "": { timezone: "UTC", drivingSide: "middle" },
    "intersections.0.phases.0": { yellowS: 3.65, minGreenS: "ten" },
  });
  expect(faults.map((it) => it.slice(0, it.indexOf(":")))).toEqual([
    "drivingSide",
    "intersections.0.phases.0.minGreenS",
    "intersections.0.phases.0.yellowS",
    "timezone",
  ]);
});

test("faults of references are reported together", () => {
  const faults = faultsAfter({
    "": { timeZone: "Mars/Olympus" },
    "links.0": { to: "second" },
    "intersections.0": { coordinatedPhases: [6] },
    "intersections.0.movements.2": { toLinkId: "nowhere" },
  });
  expect(faults).toEqual([
    "timeZone: Mars/Olympus is no IANA time zone (expected e.g. Asia/Shanghai)",
    "links.0.to: no intersection second",
    "intersections.0.approaches.0.linkId: link main-from-west ends at second, not at first",
    "intersections.0.movements.2.toLinkId: no link nowhere",
    "intersections.0.coordinatedPhases.0: no phase 6",
  ]);
});

/** What is broken, where, how, and the only fault that it must give. */
const cases: readonly [string, string, object, string][] = [
  [
    "a repeated sequence id",
    "intersections.0",
    {
      sequences: [
        { id: "a", rings: [[[2], [4]]] },
        { id: "a", rings: [[[4], [2]]] },
      ],
    },
    "intersections.0.sequences.1.id: a is the id of an earlier one too",
  ],
  [
    "a movement that no phase serves",
    "intersections.0.phases.1",
    { permittedMovements: [] },
    "intersections.0.movements.3: no phase serves movement NBR",
  ],
  [
    "a crossing that no phase serves",
    "intersections.0.phases.1",
    { crossings: [] },
    "intersections.0.crossings.0: no phase serves crossing east",
  ],
  [
    "a movement without lanes",
    "intersections.0.movements.3",
    { lanes: 0 },
    "intersections.0.movements.3.sharesLanesOf: needed: the movement has no lanes of its own",
  ],
  [
    "lanes shared with another approach",
    "intersections.0.movements.3",
    { lanes: 0, sharesLanesOf: "EBT" },
    "intersections.0.movements.3.sharesLanesOf: EBT is no movement of approach NB with lanes of its own",
  ],
  [
    "more lanes than the link has",
    "intersections.0.movements.0",
    { lanes: 3 },
    "intersections.0.approaches.0: its movements use 3 lanes without a turn bay, but link main-from-west has 2",
  ],
  [
    "a turn on red across traffic",
    "intersections.0.movements.2",
    { rightTurnOnRed: true },
    "intersections.0.movements.2.rightTurnOnRed: a turn on red is a right turn where traffic drives on the right",
  ],
  [
    "half a two-stage crossing",
    "intersections.0.crossings.0",
    { stagedWith: "west" },
    "intersections.0.crossings.0.stagedWith: west is no other crossing that names east as its other half",
  ],
  [
    "a conflict with an unknown stream",
    "intersections.0",
    { conflicts: [["EBT", "SBT"]] },
    "intersections.0.conflicts.0.1: no movement or crossing SBT",
  ],
  [
    "a conflict with itself",
    "intersections.0",
    { conflicts: [["EBT", "EBT"]] },
    "intersections.0.conflicts.0: EBT cannot conflict with itself",
  ],
  [
    "an intergreen without a conflict",
    "intersections.0",
    { intergreens: [{ from: "EBT", to: "WBT", intergreenS: 5 }] },
    "intersections.0.intergreens.0: EBT and WBT have an intergreen but are no conflict pair",
  ],
  [
    "right of way for conflicting streams of one phase",
    "intersections.0.phases.1",
    { protectedMovements: ["NBL", "NBR"], permittedMovements: [] },
    "intersections.0.phases.1: NBR and east conflict and both have right of way",
  ],
  [
    "a movement protected and permitted at once",
    "intersections.0.phases.1",
    { permittedMovements: ["NBR", "NBL"] },
    "intersections.0.phases.1.permittedMovements.1: NBL is protected in the same phase",
  ],
  [
    "a pair of conflicting phases that can run together",
    "intersections.0",
    { sequences: [{ id: "both", rings: [[[2]], [[4]]] }], conflicts: [["EBT", "NBL"]] },
    "intersections.0.sequences.0: phases 2 and 4 can run together: EBT and NBL conflict and both have right of way",
  ],
  [
    "a phase missing from a sequence",
    "intersections.0",
    { sequences: [{ id: "short", rings: [[[2]]] }] },
    "intersections.0.sequences.0: phase 4 stands 0 times in its rings, expected once",
  ],
  [
    "a shortest cycle above the longest",
    "intersections.0.controller",
    { cycleMinS: 130 },
    "intersections.0.controller.cycleMinS: the shortest cycle 130 s is longer than the longest, 120 s",
  ],
  [
    "a detector on a lane that is not there",
    "",
    { detectors: [{ id: "d", linkId: "main-to-east", lanes: [3], setbackM: 5, type: "exit" }] },
    "detectors.0.lanes.0: link main-to-east has 2 lanes, not 3",
  ],
  [
    "a detector beyond its link",
    "",
    { detectors: [{ id: "d", linkId: "main-to-east", lanes: [1], setbackM: 201, type: "exit" }] },
    "detectors.0.setbackM: 201 m lies beyond link main-to-east of 200 m",
  ],
  [
    "a detector for a movement that begins elsewhere",
    "",
    {
      detectors: [
        {
          id: "d",
          linkId: "main-from-west",
          lanes: [1],
          setbackM: 0,
          type: "stopLine",
          movementIds: ["NBL"],
        },
      ],
    },
    "detectors.0.movementIds.0: no movement NBL begins on link main-from-west",
  ],
  [
    "a route over an unknown movement",
    "",
    { routes: [{ id: "r", outbound: { stops: [{ intersectionId: "first", movementId: "EBX" }] } }] },
    "routes.0.outbound.stops.0.movementId: intersection first has no movement EBX",
  ],
  [
    "an event lane with a gap",
    "",
    { eventLanes: [{ id: "e", linkIds: ["main-to-east", "main-from-west"], lane: 1 }] },
    "eventLanes.0.linkIds.1: link main-from-west does not begin where link main-to-east ends",
  ],
];

test.each(cases)("%s is a fault", (_, path, change, fault) => {
  expect(faultsAfter({ [path]: change })).toEqual([fault]);
});

test("a link may be the approach of one intersection only, and rings cross the same barriers", () => {
  expect(
    faultsAfter({
      "intersections.0.approaches.1": { linkId: "main-from-west" },
      "intersections.0.sequences.0": { rings: [[[2], [4]], [[2]]] },
    }),
  ).toEqual([
    "links.1.to: intersection first has no approach with link main-from-east",
    "intersections.0.approaches.1.linkId: link main-from-west is an earlier approach's too",
    "intersections.0.sequences.0: phase 2 stands 2 times in its rings, expected once",
    "intersections.0.sequences.0.rings.1: 1 barrier groups, but ring 0 has 2",
  ]);
});

test("a route that jumps or returns is a fault, and a document that is no object is one too", () => {
  const stops = ["EBT", "WBT"].map((movementId) => ({ intersectionId: "first", movementId }));
  expect(faultsAfter({ "": { routes: [{ id: "r", outbound: { stops } }] } })).toEqual([
    "routes.0.outbound.stops.1.intersectionId: the route passes intersection first twice",
    "routes.0.outbound.stops.1: the stop before leads into link main-to-east, but WBT begins on link main-from-east",
  ]);
  expect(parseNetwork("network")).toEqual({
    kind: "invalid",
    faults: [{ path: "", message: "Invalid input: expected object, received string" }],
  });
});

test("the assumptions name every default that was taken", () => {
  expect(listAssumptions(NetworkSchema.parse(readExample()))).toEqual([
    "3 links give no storage: lanes × length ÷ 7.6 m is taken",
    "3 approaches give no 85th percentile speed: the posted speed plus the profile's allowance is taken",
    "3 approaches give no clearance distance: their red clearance cannot be compared with the kinematic one",
    "1 permitted movements give no measured saturation flow: it is estimated from opposing flow and critical gap",
    "1 crossings give no clearance speed: the profile's is taken",
    "12 ordered conflict pairs give no intergreen: yellow and red clearance of the phase that ends are taken",
    "There are no detectors, so flows cannot be measured",
  ]);
});
