/**
 * The columns of a corridor in a spreadsheet: one row per intersection, in order along the arterial. Lengths and speeds
 * carry their unit at the end of the column's name; everything is converted to SI here.
 */
import { METERS_PER_FOOT, METERS_PER_MILE, SECONDS_PER_HOUR } from "../units.ts";

export interface Column {
  /** Name of the value in SI; lengths end in M, speeds in Mps. */
  readonly name: string;
  /** Spellings of the header, each with the factor to the value. */
  readonly headers: Readonly<Record<string, number>>;
  readonly explanation: string;
  readonly min: number;
  readonly max: number;
  /** `tenths`: a whole number of 0.1; `whole`: a whole number. */
  readonly step?: "tenths" | "whole";
  readonly needed?: boolean;
  readonly examples: readonly [string, string];
}

const seconds = (
  name: string,
  explanation: string,
  range: { readonly min: number; readonly max: number },
  examples: readonly [string, string],
): Column => ({
  name,
  headers: { [name]: 1 },
  explanation: `${explanation}, s`,
  ...range,
  step: "tenths",
  examples,
});

const length = (
  name: string,
  explanation: string,
  max: number,
  examples: readonly [string, string],
): Column => ({
  name: `${name}M`,
  headers: { [`${name}M`]: 1, [`${name}Ft`]: METERS_PER_FOOT },
  explanation: `${explanation}, m (or ${name}Ft: feet)`,
  min: 0,
  max,
  examples,
});

const lanes = (
  name: string,
  explanation: string,
  range: { readonly min: number; readonly max: number },
): Column => ({
  name,
  headers: { [name]: 1 },
  explanation: `${explanation}, number`,
  ...range,
  step: "whole",
  examples: range.min === 0 ? ["0", "1"] : ["2", "2"],
});

const volumes = (["eb", "wb", "nb", "sb"] as const).flatMap((bound) =>
  (["Left", "Through", "Right"] as const).map((turn): Column => {
    const name = `${bound}${turn}Vph`;
    const isArterial = bound === "eb" || bound === "wb";
    const example = turn === "Through" ? (isArterial ? "850" : "220") : "60";
    return {
      name,
      headers: { [name]: 1 },
      explanation: `Traffic that goes ${turn.toLowerCase()} from the ${bound.toUpperCase()} approach, veh/h; blank: 0`,
      min: 0,
      max: 20_000,
      examples: [example, example],
    };
  }),
);

export const COLUMNS: readonly Column[] = [
  {
    ...length("spacing", "Stop line to stop line, to the next row; blank in the last row", 50_000, [
      "420",
      "",
    ]),
  },
  {
    name: "speedMps",
    headers: { speedKmh: 1000 / SECONDS_PER_HOUR, speedMph: METERS_PER_MILE / SECONDS_PER_HOUR, speedMps: 1 },
    explanation: "Posted speed of the arterial from here to the next row, km/h (or speedMph, speedMps)",
    min: 2,
    max: 45,
    needed: true,
    examples: ["60", "60"],
  },
  seconds("cycleS", "Cycle length; blank: the sum of the splits", { min: 20, max: 300 }, ["90", "90"]),
  seconds(
    "offsetS",
    "Begin of the eastbound arterial green after cycle zero; blank: 0",
    { min: 0, max: 300 },
    ["0", "24"],
  ),
  {
    ...seconds("arterialGreenS", "Green of the arterial's through traffic", { min: 1, max: 240 }, [
      "50",
      "36",
    ]),
    needed: true,
  },
  seconds(
    "arterialLeftGreenS",
    "Green of the arterial's left turns, where they have lanes",
    { min: 1, max: 100 },
    ["", "9"],
  ),
  seconds("crossGreenS", "Green of the cross street; blank: what the cycle leaves", { min: 1, max: 240 }, [
    "",
    "",
  ]),
  seconds(
    "crossLeftGreenS",
    "Green of the cross street's left turns, where they have lanes",
    { min: 1, max: 100 },
    ["", ""],
  ),
  lanes("arterialLanes", "Through lanes of the arterial, each direction; blank: 2", { min: 1, max: 6 }),
  lanes("arterialLeftLanes", "Left-turn lanes of the arterial, each direction; blank: 0", { min: 0, max: 3 }),
  {
    ...lanes("crossLanes", "Through lanes of the cross street, each direction; blank: 1", { min: 1, max: 6 }),
    examples: ["1", "1"],
  },
  {
    ...lanes("crossLeftLanes", "Left-turn lanes of the cross street, each direction; blank: 0", {
      min: 0,
      max: 3,
    }),
    examples: ["0", "0"],
  },
  {
    name: "laneSaturationFlowVph",
    headers: { laneSaturationFlowVph: 1 },
    explanation: "Saturation flow of one through lane, veh/h of green; blank: 1,800",
    min: 500,
    max: 2500,
    examples: ["", ""],
  },
  ...volumes,
  seconds("arterialMinGreenS", "Minimum green of the arterial; blank: 10", { min: 1, max: 60 }, ["10", "10"]),
  seconds("crossMinGreenS", "Minimum green of the cross street; blank: 7", { min: 1, max: 60 }, ["7", "7"]),
  seconds("leftMinGreenS", "Minimum green of left-turn phases; blank: 5", { min: 1, max: 60 }, ["", "5"]),
  seconds("arterialYellowS", "Yellow of the arterial; blank: from the speed", { min: 3, max: 6 }, ["4", ""]),
  seconds(
    "arterialRedClearanceS",
    "Red clearance of the arterial; blank: from speed and width",
    { min: 0, max: 6 },
    ["1.5", ""],
  ),
  seconds("crossYellowS", "Yellow of the cross street; blank: from the speed", { min: 3, max: 6 }, [
    "3.5",
    "",
  ]),
  seconds(
    "crossRedClearanceS",
    "Red clearance of the cross street; blank: from speed and width",
    { min: 0, max: 6 },
    ["2", ""],
  ),
  seconds("leftYellowS", "Yellow of left-turn phases; blank: from the speed", { min: 3, max: 6 }, ["", ""]),
  seconds(
    "leftRedClearanceS",
    "Red clearance of left-turn phases; blank: from speed and width",
    { min: 0, max: 6 },
    ["", ""],
  ),
  length("arterialCrossing", "Length of the crossing over the arterial; 0: none; blank: from the lanes", 80, [
    "18",
    "",
  ]),
  length(
    "crossCrossing",
    "Length of the crossing over the cross street; 0: none; blank: from the lanes",
    80,
    ["11", ""],
  ),
];
