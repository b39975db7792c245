/**
 * Nets of SUMO written by hand, as small as a question allows.
 *
 * `twoSignals`: a one-way street from west to east through the signals A and B, with a driveway between them, and a
 * one-way side street from the south at each. Links of either signal: 0 straight along, 1 the side street straight on,
 * 2 the side street turning right into the street.
 */

export interface Text {
  readonly net: string;
}

const lane = (edge: string, index: number, lengthM: number, more = ""): string =>
  `<lane id="${edge}_${index}" index="${index}" speed="10" length="${lengthM}" shape="0,0 ${lengthM},0" ${more}/>`;

export interface EdgeSpec {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly lengthM: number;
  readonly lanes?: number;
  /** Attributes of each lane, for example `allow="tram"`. */
  readonly laneText?: string;
  readonly shape?: string;
}

export const edgeText = ({ id, from, to, lengthM, lanes = 1, laneText = "", shape }: EdgeSpec): string => {
  const texts = Array.from({ length: lanes }, (_, index) => lane(id, index, lengthM, laneText));
  const shaped =
    shape === undefined ? texts : texts.map((it) => it.replace(/shape="[^"]*"/, `shape="${shape}"`));
  return `<edge id="${id}" from="${from}" to="${to}" priority="1">${shaped.join("")}</edge>`;
};

export interface LinkSpec {
  readonly from: string;
  readonly to: string;
  readonly dir: string;
  readonly tl?: string;
  readonly index?: number;
  readonly fromLane?: number;
  readonly toLane?: number;
}

export const linkText = ({ from, to, dir, tl, index = 0, fromLane = 0, toLane = 0 }: LinkSpec): string =>
  `<connection from="${from}" to="${to}" fromLane="${fromLane}" toLane="${toLane}" dir="${dir}"${
    tl === undefined ? "" : ` tl="${tl}" linkIndex="${index}"`
  }/>`;

export interface JunctionSpec {
  readonly id: string;
  readonly incLanes: readonly string[];
  readonly type?: string;
  /** Pairs of request indices that are foes; the second of each gives way. */
  readonly foes?: readonly (readonly [number, number])[];
  readonly count?: number;
}

export function junctionText({
  id,
  incLanes,
  type = "traffic_light",
  foes = [],
  count = 0,
}: JunctionSpec): string {
  const bits = (marked: (other: number) => boolean): string =>
    Array.from({ length: count }, (_, at) => (marked(count - 1 - at) ? "1" : "0")).join("");
  const rows = Array.from({ length: count }, (_, row) => {
    const foe = bits((other) =>
      foes.some(([a, b]) => (a === row && b === other) || (b === row && a === other)),
    );
    const response = bits((other) => foes.some(([a, b]) => b === row && a === other));
    return `<request index="${row}" response="${response}" foes="${foe}" cont="0"/>`;
  });
  return `<junction id="${id}" type="${type}" x="0" y="0" incLanes="${incLanes.join(" ")}" intLanes="" shape="">${rows.join("")}</junction>`;
}

export const programText = (
  tl: string,
  phases: readonly (readonly [number, string] | readonly [number, string, string])[],
  attributes = 'type="static" programID="0" offset="0"',
): string =>
  `<tlLogic id="${tl}" ${attributes}>${phases
    .map(([durationS, state, more = ""]) => `<phase duration="${durationS}" state="${state}" ${more}/>`)
    .join("")}</tlLogic>`;

export const netText = (parts: readonly string[], attributes = ""): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<net version="1.9" ${attributes}>\n${parts.join("\n")}\n</net>\n`;

const SIDE_SHAPE = "0,-100 0,0";

/** The streets without their programs. */
const twoSignalStreets: readonly string[] = [
  edgeText({ id: "west", from: "w", to: "A", lengthM: 200 }),
  edgeText({ id: "mid1", from: "A", to: "drive", lengthM: 70 }),
  edgeText({ id: "mid2", from: "drive", to: "B", lengthM: 30 }),
  edgeText({ id: "east", from: "B", to: "e", lengthM: 150 }),
  edgeText({ id: "driveway", from: "d", to: "drive", lengthM: 40 }),
  edgeText({ id: "southA", from: "sa", to: "A", lengthM: 90, shape: SIDE_SHAPE }),
  edgeText({ id: "northA", from: "A", to: "na", lengthM: 90 }),
  edgeText({ id: "southB", from: "sb", to: "B", lengthM: 90, shape: SIDE_SHAPE }),
  edgeText({ id: "northB", from: "B", to: "nb", lengthM: 90 }),
  junctionText({
    id: "A",
    incLanes: ["west_0", "southA_0"],
    foes: [
      [0, 1],
      [0, 2],
    ],
    count: 3,
  }),
  junctionText({
    id: "B",
    incLanes: ["mid2_0", "southB_0"],
    foes: [
      [0, 1],
      [0, 2],
    ],
    count: 3,
  }),
  junctionText({
    id: "drive",
    type: "priority",
    incLanes: ["mid1_0", "driveway_0"],
    foes: [[0, 1]],
    count: 2,
  }),
  linkText({ from: "west", to: "mid1", dir: "s", tl: "A", index: 0 }),
  linkText({ from: "southA", to: "northA", dir: "s", tl: "A", index: 1 }),
  linkText({ from: "southA", to: "mid1", dir: "r", tl: "A", index: 2 }),
  linkText({ from: "mid1", to: "mid2", dir: "s" }),
  linkText({ from: "driveway", to: "mid2", dir: "r" }),
  linkText({ from: "mid2", to: "east", dir: "s", tl: "B", index: 0 }),
  linkText({ from: "southB", to: "northB", dir: "s", tl: "B", index: 1 }),
  linkText({ from: "southB", to: "east", dir: "r", tl: "B", index: 2 }),
];

/** 30 s along, 3 s yellow, 2 s red; 20 s side street, 3 s yellow, 2 s red. */
export const PLAIN_PROGRAM = [
  [30, "Grr"],
  [3, "yrr"],
  [2, "rrr"],
  [20, "rGG"],
  [3, "ryy"],
  [2, "rrr"],
] as const;

/** Both signals, with the programs that are given; a signal without one has none. */
export const twoSignals = (programs: readonly string[], attributes = ""): string =>
  netText([...twoSignalStreets, ...programs], attributes);
