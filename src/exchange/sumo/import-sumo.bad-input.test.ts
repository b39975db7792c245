import fc from "fast-check";
import { expect, test } from "vitest";
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

const plain = [programText("A", PLAIN_PROGRAM), programText("B", PLAIN_PROGRAM)];
const read = (netXml: string, additionalXml: readonly string[] = []): ImportedSumo =>
  importSumo({ netXml, additionalXml, id: "net", name: "net" });
const told = (imported: ImportedSumo): string =>
  imported.kind === "refused"
    ? imported.faults.map((it) => `${it.path}: ${it.message}`).join("\n")
    : imported.report.map((it) => `${it.where}: ${it.sentence}`).join("\n");

test.each([
  ["", "document must contain a root element"],
  ["not XML at all", "no well-formed XML"],
  ["<additional/>", "there is no <net> element"],
  [twoSignals(plain).slice(0, 900), "no well-formed XML"],
  [netText([edgeText({ id: "a", from: "x", to: "y", lengthM: 10 })]), "no signal for vehicles"],
  [
    twoSignals(plain).replace('speed="10"', 'speed="fast"'),
    'net, line 3: speed should be a number, found "fast"',
  ],
  [twoSignals(plain).replace('id="west" ', ""), "net, line 3: the attribute id is missing"],
])("a text that is no net is refused with its place: %#", (text, message) => {
  const imported = read(text);
  expect(imported.kind).toBe("refused");
  expect(told(imported)).toContain(message);
});

test("an additional file that is damaged is named", () => {
  expect(told(read(twoSignals(plain), ["<additional>", "<additional/>"]))).toContain(
    "additional 1: no well-formed XML",
  );
});

test.each([
  [[[30, "Gr"]] as const, "state 0 has 2 letters for 3 links"],
  [
    [
      [30, "Grr"],
      [30, "rGGG"],
    ] as const,
    "state 1 has 4 letters, state 0 has 3",
  ],
  [[[30, "GrX"]] as const, 'state 0 holds the letter "X"'],
])(
  "a program that does not fit its signal is left out with its line, and the net is imported: %#",
  (phases, message) => {
    const imported = read(twoSignals([programText("A", phases), programText("B", PLAIN_PROGRAM)]));
    expect(imported.kind).toBe("imported");
    expect(told(imported)).toContain(message);
    expect(told(imported)).toMatch(/net, line \d+: Program 0 of signal A is left out/);
    expect(told(imported)).toContain("No program with green is shipped");
  },
);

test("programs of signals that are not in the net, and connections of edges that are not, change nothing", () => {
  const stray = linkText({ from: "ghost", to: "east", dir: "s", tl: "B", index: 3 });
  const imported = read(twoSignals([...plain, programText("C", PLAIN_PROGRAM), stray]));
  expect(imported).toEqual(read(twoSignals(plain)));
});

test("a railway signal and a signal without vehicles are left out and named", () => {
  const rail = [
    edgeText({ id: "rail1", from: "r0", to: "R", lengthM: 100, laneText: 'allow="rail"' }),
    edgeText({ id: "rail2", from: "R", to: "r1", lengthM: 100, laneText: 'allow="rail"' }),
    junctionText({ id: "R", type: "rail_signal", incLanes: ["rail1_0"], count: 1 }),
    linkText({ from: "rail1", to: "rail2", dir: "s", tl: "R", index: 0 }),
  ];
  const imported = read(twoSignals([...plain, ...rail]));
  expect(told(imported)).toContain("Signal R is a rail signal: it is left out");
  expect(imported.kind === "imported" ? imported.network.intersections.map((it) => it.id) : []).toEqual([
    "A",
    "B",
  ]);
});

test("a joined signal is one intersection; what lies between its stop lines is cut and reported", () => {
  const joined = twoSignals([
    programText("A", [
      [30, "GrrGrr"],
      [3, "yrryrr"],
      [20, "rGGrGG"],
      [3, "ryyryy"],
    ]),
  ]).replaceAll(/tl="B" linkIndex="(\d)"/g, (_, index) => `tl="A" linkIndex="${Number(index) + 3}"`);
  const imported = read(joined);
  if (imported.kind !== "imported") throw new Error(told(imported));
  expect(imported.network.intersections.map((it) => it.movements.length)).toEqual([6]);
  expect(imported.network.links.filter((it) => it.from !== undefined && it.to !== undefined)).toEqual([]);
  expect(told(imported)).toContain("lies between two stop lines of the same signal");
});

test("a net with anything cut out, doubled or overwritten is imported or refused, and never a crash", () => {
  const numRuns = process.env["GREENWAVE_FULL"] === "1" ? 5000 : 150;
  const text = twoSignals(plain);
  const place = fc.record({
    at: fc.nat(text.length - 1),
    length: fc.nat(40),
    put: fc.constantFrom("", "0", "-1", '"', "<", "&", "rail", "\u0000", "yyyy", 'x="1" ', "999999999"),
  });
  fc.assert(
    fc.property(fc.array(place, { minLength: 1, maxLength: 4 }), (changes) => {
      let broken = text;
      for (const { at, length, put } of changes)
        broken = broken.slice(0, at) + put + broken.slice(at + length);
      const imported = read(broken);
      if (imported.kind === "refused") expect(imported.faults.length).toBeGreaterThan(0);
    }),
    { seed: 4, numRuns },
  );
});

test("attributes with values that nobody expects are imported or refused, and never a crash", () => {
  const numRuns = process.env["GREENWAVE_FULL"] === "1" ? 5000 : 150;
  const text = twoSignals(plain);
  const values = [...text.matchAll(/="([^"]*)"/g)].map((it) => ({
    at: it.index + 2,
    length: it[1]?.length ?? 0,
  }));
  fc.assert(
    fc.property(
      fc.nat(values.length - 1),
      fc.constantFrom(
        "",
        "0",
        "-5",
        "1e9",
        "0.04",
        "NaN",
        "A",
        "B",
        "west",
        "GGGGGG",
        "g",
        "t",
        "rail_signal",
      ),
      (which, value) => {
        const { at, length } = values[which] ?? { at: 0, length: 0 };
        const imported = read(text.slice(0, at) + value + text.slice(at + length));
        if (imported.kind === "refused") expect(imported.faults.length).toBeGreaterThan(0);
      },
    ),
    { seed: 4, numRuns },
  );
});
