import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildPhaseTimes } from "../../timing/phase-times.ts";
import { PLAIN_PROGRAM, programText, twoSignals } from "./small-net.test-support.ts";
import { type ImportedSumo, importSumo, type SumoSource } from "./sumo-street.ts";

type Ok = Extract<ImportedSumo, { kind: "imported" }>;

function load(netXml: string, more: Partial<SumoSource> = {}): Ok {
  const imported = importSumo({ netXml, additionalXml: [], id: "net", name: "net", ...more });
  if (imported.kind !== "imported") throw new Error(JSON.stringify(imported.faults));
  return imported;
}

const intersectionOf = ({ network }: Ok, id: string) =>
  known(
    network.intersections.find((it) => it.id === id),
    id,
  );
const sentences = ({ report }: Ok): string => report.map((it) => it.sentence).join("\n");
const plain = [programText("A", PLAIN_PROGRAM), programText("B", PLAIN_PROGRAM, 'type="static" offset="12"')];

test("edges between two signals are one link, and what joins on the way is reported", () => {
  const imported = load(twoSignals(plain));
  const link = imported.network.links.find((it) => it.from === "A" && it.to === "B");
  expect(link).toMatchObject({ lengthM: 100, speedLimitMps: 10, lanes: 1 });
  expect(sentences(imported)).toContain("from A to B follows the straight way");
  expect(sentences(imported)).toContain("driveway");
  expect(imported.network.links.filter((it) => it.from === undefined)).toHaveLength(3);
});

test("stages become phases with the program's yellow and clearance, and its offset becomes ours", () => {
  const imported = load(twoSignals(plain));
  const b = intersectionOf(imported, "B");
  expect(b.phases.map((it) => [it.protectedMovements, it.yellowS, it.redClearanceS, it.minGreenS])).toEqual([
    [["EBT"], 3, 2, 5],
    [["NBT", "NBR"], 3, 2, 5],
  ]);
  const plan = known(
    imported.todaysPlans.find((it) => it.intersectionId === "B"),
    "plan",
  );
  expect(plan.cycleS).toBe(60);
  expect(buildPhaseTimes(b, plan).map((it) => [it.greenStartS, it.greenS])).toEqual([
    [12, 30],
    [47, 20],
  ]);
  expect(imported.report.filter((it) => it.severity === "warning")).toEqual([]);
});

test("conflicts are the net's foes, the merge of a turn among them", () => {
  const { conflicts } = intersectionOf(load(twoSignals(plain)), "A");
  expect(conflicts).toEqual([
    ["EBT", "NBT"],
    ["EBT", "NBR"],
  ]);
});

test("'G' for two streams in conflict is permitted for the one that gives way; 'g' without a foe is protected", () => {
  const program = programText("A", [
    [30, "GrG"],
    [3, "yry"],
    [20, "rgg"],
    [3, "ryy"],
  ]);
  const imported = load(twoSignals([program, known(plain[1], "B")]));
  const [along, side] = intersectionOf(imported, "A").phases;
  expect(along).toMatchObject({ protectedMovements: ["EBT"], permittedMovements: ["NBR"] });
  expect(side).toMatchObject({ permittedMovements: ["NBR"], protectedMovements: ["NBT"] });
  expect(sentences(imported)).toContain("shows 'G' to streams that conflict: NBR");
});

test("a signal without a program gets phases from the foes, 3 s of yellow and a computed clearance", () => {
  const imported = load(twoSignals([known(plain[0], "A")]));
  const { phases, sequences } = intersectionOf(imported, "B");
  expect(phases.map((it) => [...it.protectedMovements].sort())).toEqual([["EBT"], ["NBR", "NBT"]]);
  expect(phases.every((it) => it.yellowS === 3 && it.redClearanceS >= 1)).toBe(true);
  expect(sequences.map((it) => it.id)).toEqual(["stages"]);
  expect(imported.todaysPlans.map((it) => it.intersectionId)).toEqual(["A"]);
  expect(sentences(imported)).toContain("No program with green is shipped");
});

test("a program that gives each movement several greens a cycle is left, unless it is asked for", () => {
  const program = programText("A", [
    [10, "Grr"],
    [3, "yrr"],
    [10, "rGG"],
    [3, "ryy"],
    [10, "Grr"],
    [3, "yrr"],
    [10, "rGG"],
    [3, "ryy"],
  ]);
  const net = twoSignals([program, known(plain[1], "B")]);
  expect(intersectionOf(load(net), "A").phases).toHaveLength(2);
  expect(sentences(load(net))).toContain("2.0 greens a cycle on average");
  expect(intersectionOf(load(net, { phases: "shipped" }), "A").phases).toHaveLength(4);
  expect(intersectionOf(load(net, { phases: "conflicts" }), "B").sequences[0]?.id).toBe("stages");
});

test("a stage follows another without a change: its yellow is taken from its own split, so that nothing shifts", () => {
  const program = programText("A", [
    [15, "rGr"],
    [15, "rGG"],
    [3, "ryy"],
    [27, "Grr"],
    [3, "yrr"],
  ]);
  const imported = load(twoSignals([program, known(plain[1], "B")]));
  const plan = known(imported.todaysPlans[0], "plan");
  expect(plan.splits).toEqual([
    { phase: 1, splitS: 15 },
    { phase: 2, splitS: 18 },
    { phase: 3, splitS: 30 },
  ]);
  expect(intersectionOf(imported, "A").phases[0]).toMatchObject({ yellowS: 3, redClearanceS: 0 });
  expect(imported.report.filter((it) => it.severity === "warning")).toEqual([]);
});

test("a WAUT says which program runs; an actuated one keeps its minimum green and becomes fixed splits", () => {
  const actuated = (id: string, along: number): string =>
    programText(
      "A",
      [
        [along, "Grr", 'minDur="12" maxDur="40"'],
        [4, "yrr"],
        [10, "rGG", 'minDur="3"'],
        [4, "ryy"],
      ],
      `type="actuated" programID="${id}" offset="7"`,
    );
  const additional = `<additional>${actuated("am", 42)}${actuated("pm", 62)}
    <WAUT id="day" refTime="0" period="86400" startProg="off">
      <wautSwitch time="21600" to="am"/><wautSwitch time="61200" to="pm"/><wautSwitch time="79200" to="off"/>
    </WAUT><wautJunction junctionID="A" wautID="day"/></additional>`;
  const net = twoSignals(plain);
  const cycleAt = (atS: number | undefined): number | undefined =>
    load(net, { additionalXml: [additional], ...(atS === undefined ? {} : { atS }) }).todaysPlans[0]?.cycleS;
  expect(cycleAt(undefined)).toBe(60);
  expect(cycleAt(70_000)).toBe(80);
  expect(cycleAt(86_400 + 30_000)).toBe(60);
  const imported = load(net, { additionalXml: [additional] });
  expect(intersectionOf(imported, "A").phases.map((it) => [it.minGreenS, it.yellowS])).toEqual([
    [12, 4],
    [5, 4],
  ]);
  expect(imported.todaysPlans[0]?.offsetS).toBe(7);
  const signal = known(imported.street.signals[0], "signal");
  expect(signal.programs.map((it) => it.id)).toEqual(["0", "am", "pm"]);
  expect(signal).toMatchObject({ currentProgramId: "am", waut: { id: "day" } });
});

test("each lane has a detector at the stop line and one 50 m upstream, also behind a cut in the lane", () => {
  const { network, street } = load(twoSignals(plain));
  const link = known(network.links.find((it) => it.from === "A")?.id, "link");
  const own = network.detectors.filter((it) => it.linkId === link);
  expect(own.map((it) => [it.type, it.setbackM, it.lanes])).toEqual([
    ["stopLine", 2.5, [1]],
    ["advance", 50, [1]],
  ]);
  const places = own.map((it) => street.detectors.find((place) => place.detectorId === it.id));
  expect(places.map((it) => [it?.laneId, it?.positionM])).toEqual([
    ["mid2_0", 27.5],
    ["mid1_0", 50],
  ]);
});

test("what the current program never serves stays red and is no movement; a letter that never changes is kept", () => {
  const program = programText("A", [
    [30, "Grs"],
    [3, "yrs"],
    [20, "rGs"],
    [3, "rys"],
  ]);
  const b = programText("B", [
    [30, "Grr"],
    [3, "yrr"],
    [20, "rrG"],
    [3, "rry"],
  ]);
  const imported = load(twoSignals([program, b]), { phases: "shipped" });
  expect(intersectionOf(imported, "A").movements.find((it) => it.id === "NBR")?.rightTurnOnRed).toBe(true);
  expect(intersectionOf(imported, "B").movements.map((it) => it.id)).toEqual(["EBT", "NBR"]);
  expect(sentences(imported)).toContain("NBT never has green in the program that runs");
  expect(imported.street.signals.map((it) => it.links.map((link) => [link.movementId, link.always]))).toEqual(
    [
      [
        ["EBT", undefined],
        ["NBT", undefined],
        ["NBR", "s"],
      ],
      [
        ["EBT", undefined],
        [undefined, "r"],
        ["NBR", undefined],
      ],
    ],
  );
});

test("a net for driving on the left says so", () => {
  expect(load(twoSignals(plain, 'lefthand="true"')).network.drivingSide).toBe("left");
});

test("the same texts give the same import", () => {
  expect(load(twoSignals(plain))).toEqual(load(twoSignals(plain)));
});
