import fc from "fast-check";
import { expect, test } from "vitest";
import { deriveConflicts, type IntersectionShape } from "./derive-conflicts.ts";

const HEADING = { NB: 0, EB: 90, SB: 180, WB: 270 } as const;
type Bound = keyof typeof HEADING;
const BOUNDS = ["NB", "EB", "SB", "WB"] as const satisfies readonly Bound[];
const TURNS = { L: -90, T: 0, R: 90, U: 180 } as const;

/** Four legs at right angles, every movement; `turnedDeg` rotates the whole place. */
function fourLegs(drivingSide: "right" | "left", turnedDeg = 0): IntersectionShape {
  const heading = (angleDeg: number) => (((angleDeg + turnedDeg) % 360) + 360) % 360;
  return {
    drivingSide,
    entries: BOUNDS.map((it) => ({ approachId: it, headingDeg: heading(HEADING[it]) })),
    exits: BOUNDS.map((it) => ({ linkId: `out-${it}`, headingDeg: heading(HEADING[it]) })),
    movements: BOUNDS.flatMap((approachId) =>
      Object.entries(TURNS).map(([turn, byDeg]) => {
        const out = BOUNDS.find((it) => HEADING[it] === (HEADING[approachId] + byDeg + 360) % 360);
        return { id: `${approachId}${turn}`, approachId, toLinkId: `out-${out}` };
      }),
    ),
    crossings: [
      { id: "south", legDeg: heading(180), spans: "leg" },
      { id: "south-in", legDeg: heading(180), spans: "entry" },
      { id: "south-out", legDeg: heading(180), spans: "exit" },
    ],
  };
}

function partnersOf(id: string, shape: IntersectionShape): string[] {
  return deriveConflicts(shape)
    .filter((pair) => pair.includes(id))
    .map(([first, second]) => (first === id ? second : first))
    .sort();
}

test("a left turn conflicts with the opposing through, both crossing streets and the merges", () => {
  expect(partnersOf("NBL", fourLegs("right"))).toEqual(
    ["SBT", "SBR", "EBT", "EBL", "WBT", "WBL", "EBU", "south", "south-in"].sort(),
  );
});

test("opposing left turns do not conflict, and a through movement does not conflict with the opposing one", () => {
  expect(partnersOf("SBL", fourLegs("right"))).not.toContain("NBL");
  expect(partnersOf("NBT", fourLegs("right"))).toEqual(
    ["SBL", "SBU", "EBT", "EBL", "WBT", "WBL", "WBR", "south", "south-in"].sort(),
  );
});

test("a right turn conflicts only with those who leave by the same link", () => {
  expect(partnersOf("NBR", fourLegs("right"))).toEqual(["EBT", "SBL", "WBU", "south", "south-in"].sort());
});

test("a crossing conflicts with those who enter over it and those who leave over it", () => {
  const shape = fourLegs("right");
  expect(partnersOf("south-in", shape)).toEqual(["NBL", "NBR", "NBT", "NBU"]);
  expect(partnersOf("south-out", shape)).toEqual(["EBR", "NBU", "SBT", "WBL"]);
  expect(partnersOf("south", shape)).toEqual(["EBR", "NBL", "NBR", "NBT", "NBU", "SBT", "WBL"]);
});

test("driving on the left mirrors left and right turns", () => {
  const mirror = (id: string) =>
    id.replace(/^([EW])B|([LR])$/g, (text) => ({ EB: "WB", WB: "EB", L: "R", R: "L" })[text] ?? text);
  const right = deriveConflicts(fourLegs("right")).map((pair) => pair.map(mirror).sort().join(" "));
  const left = deriveConflicts(fourLegs("left")).map((pair) => [...pair].sort().join(" "));
  expect(left.sort()).toEqual(right.sort());
});

test("turning the map changes nothing", () => {
  const straight = deriveConflicts(fourLegs("right"));
  fc.assert(
    fc.property(fc.integer({ min: -720, max: 720 }), (turnedDeg) => {
      expect(deriveConflicts(fourLegs("right", turnedDeg))).toEqual(straight);
    }),
    { seed: 1, numRuns: 100 },
  );
});
