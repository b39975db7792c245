/** Signals of the usual shapes, written by hand: two streets that cross, two rings, driving on the left, a street of two. */
import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildGreensOf } from "../../timing/phase-times.ts";
import {
  edgeText,
  junctionText,
  linkText,
  netText,
  PLAIN_PROGRAM,
  programText,
  twoSignals,
} from "./small-net.test-support.ts";
import { type ImportedSumo, importSumo } from "./sumo-street.ts";

function load(netXml: string): Extract<ImportedSumo, { kind: "imported" }> {
  const imported = importSumo({ netXml, additionalXml: [], id: "net", name: "net" });
  if (imported.kind !== "imported") throw new Error(JSON.stringify(imported.faults));
  return imported;
}

const ARMS = [
  ["n", "0,100 0,0"],
  ["e", "100,0 0,0"],
  ["s", "0,-100 0,0"],
  ["w", "-100,0 0,0"],
] as const;

/** Four arms; from each, index 2i straight on from lane 0 and index 2i + 1 the turn across oncoming traffic from lane 1. */
function fourArms(attributes: string, farTurn: "l" | "r"): string {
  const step = farTurn === "l" ? 1 : 3;
  const links = ARMS.flatMap(([arm], at) => {
    const to = (turn: number): string => `${ARMS[(at + turn) % 4]?.[0]}Out`;
    const shared = { from: `${arm}In`, tl: "C" };
    return [
      linkText({ ...shared, to: to(2), dir: "s", index: 2 * at, fromLane: 0 }),
      linkText({ ...shared, to: to(step), dir: farTurn, index: 2 * at + 1, fromLane: 1 }),
    ];
  });
  const foes = [0, 1, 2, 3].flatMap((at) => {
    const other = (turn: number): number => (at + turn) % 4;
    const across: [number, number][] = [[2 * other(2), 2 * at + 1]];
    const sides: [number, number][] = [0, 1].flatMap((own) =>
      [0, 1].map((its): [number, number] => [2 * at + own, 2 * other(1) + its]),
    );
    return [...across, ...sides];
  });
  return netText(
    [
      ...ARMS.flatMap(([arm, shape]) => [
        edgeText({ id: `${arm}In`, from: arm, to: "C", lengthM: 100, lanes: 2, shape }),
        edgeText({ id: `${arm}Out`, from: "C", to: arm, lengthM: 100 }),
      ]),
      junctionText({ id: "C", incLanes: ARMS.flatMap(([it]) => [`${it}In_0`, `${it}In_1`]), foes, count: 8 }),
      ...links,
    ],
    attributes,
  );
}

test("two streets whose turns across have lanes of their own, without a program, get two rings", () => {
  const { network } = load(fourArms("", "l"));
  const [intersection] = network.intersections;
  expect(intersection?.sequences[0]?.rings.map((ring) => ring.map((group) => group.length))).toEqual([
    [2, 2],
    [2, 2],
  ]);
  const turnOf = (id: string | undefined): string | undefined =>
    intersection?.movements.find((it) => it.id === id)?.turn;
  const turns = intersection?.phases.map((it) => [it.number % 2, turnOf(it.protectedMovements[0])]);
  expect(turns?.every(([odd, turn]) => turn === (odd === 1 ? "left" : "through"))).toBe(true);
});

test("driving on the left the right turn crosses oncoming traffic, and has the display that cannot trap", () => {
  const { network, report } = load(fourArms('lefthand="true"', "r"));
  expect(network.drivingSide).toBe("left");
  for (const it of network.intersections[0]?.movements ?? []) {
    expect(it.flashingYellowArrow).toBe(it.turn === "right");
  }
  expect(report.some((it) => it.sentence.startsWith("Every right turn, across oncoming traffic"))).toBe(true);
});

test("a movement permitted in one stage and protected in the next keeps its green through the change", () => {
  const program = programText("A", [
    [20, "Ggr"],
    [3, "ygr"],
    [15, "rGr"],
    [3, "ryr"],
    [10, "rrG"],
    [3, "rry"],
  ]);
  const net = twoSignals([program, programText("B", PLAIN_PROGRAM)]);
  const { network, todaysPlans } = load(net);
  const greens = buildGreensOf(
    known(network.intersections[0], "signal"),
    known(todaysPlans[0], "plan"),
    "NBT",
  );
  const lengthS = [...greens.permitted, ...greens.protected].reduce((sum, it) => sum + it.lengthS, 0);
  expect(lengthS).toBe(38);
});

test("a street straight on through two signals is a route, one way where it is", () => {
  const program = (id: string): string => programText(id, PLAIN_PROGRAM);
  const { network } = load(twoSignals([program("A"), program("B")]));
  expect(
    network.routes.map((it) => [it.outbound.stops.map((stop) => stop.intersectionId), it.inbound]),
  ).toEqual([[["A", "B"], undefined]]);
});
