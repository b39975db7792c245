/**
 * A corridor from a spreadsheet (corridor-columns.ts): the network, the plan that runs there today, and its volumes.
 *
 * Assumptions, each reported where it is taken: the arterial runs due east in a straight line; every intersection has
 * four legs at right angles; the street beyond the corridor and the cross streets are 300 m of the arterial's speed; what
 * a blank cell stands for is in the template. Phases are NEMA's: 2 and 6 the arterial, 4 and 8 the cross street, and
 * 1, 5, 3, 7 the left turns that have lanes of their own.
 */
import { type Fault, known } from "../errors.ts";
import { buildDetectors } from "../network/detector-template.ts";
import { US_STYLE } from "../network/fixed-times.ts";
import { type Bound, type LegSpec, oppositeBound } from "../network/intersection-spec.ts";
import { buildIntersection } from "../network/intersection-template.ts";
import type { Intersection, Link, Phase } from "../network/network.schema.ts";
import { toTenths } from "../timing/cycle.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { type CorridorRow, parseCorridorRows } from "./corridor-rows.ts";
import { createReportWriter, type Note } from "./import-report.ts";
import { finishImport, type Imported, type ImportOptions } from "./imported.ts";

const OUTER_LENGTH_M = 300;
const LANE_WIDTH_M = 3.5;
const LEFT_BAY_M = 60;
const DEFAULT_LANE_FLOW_VPH = 1800;
const BOUNDS: readonly Bound[] = ["EB", "WB", "NB", "SB"];
const TURNS = { L: "Left", T: "Through", R: "Right" } as const;

/** Faults name line and column; there is a network only without any. */
export function importCsv(text: string, options: ImportOptions): Imported {
  const { rows, faults } = parseCorridorRows(text);
  const all: Fault[] = [...faults, ...rows.flatMap((row, at) => checkRow(row, at === rows.length - 1))];
  if (options.drivingSide === "left") {
    all.push({ path: "drivingSide", message: "corridors from a spreadsheet drive on the right" });
  }
  if (all.length > 0) return { kind: "invalid", faults: all };
  const report = createReportWriter();
  const links = new Map<string, Link>();
  const built = rows.map((_, at) => buildPlace(rows, at, { links, note: report.note }));
  const planFaults = built.flatMap((it) => it.faults);
  if (planFaults.length > 0) return { kind: "invalid", faults: planFaults };
  const intersections = built.map((it) => it.intersection);
  noteWholeCorridor(report.note);
  return finishImport(options, {
    street: {
      intersections,
      links: [...links.values()],
      detectors: intersections.flatMap((it) => buildDetectors(it, links)),
      routes: [
        {
          id: "arterial",
          tier: "ordinary",
          outbound: {
            stops: intersections.map((it) => ({ intersectionId: it.id, movementId: "EBT" })),
            queueClearanceS: 0,
          },
          inbound: {
            stops: intersections.map((it) => ({ intersectionId: it.id, movementId: "WBT" })).reverse(),
            queueClearanceS: 0,
          },
        },
      ],
    },
    timingPlans: built.map((it) => it.timingPlan),
    flows: rows.flatMap((row) => listFlows(row, report.note)),
    demandName: "Imported volumes",
    report,
  });
}

/** What can only be judged with the whole row in sight. */
function checkRow({ line, values }: CorridorRow, isLast: boolean): Fault[] {
  const faults: Fault[] = [];
  const missing = (column: string, message: string): number =>
    faults.push({ path: `line ${line}, column ${column}`, message });
  const spacingM = values.get("spacingM");
  if (!isLast && (spacingM === undefined || spacingM < 20))
    missing("spacing", "a distance to the next row of at least 20 m is needed");
  for (const street of ["arterial", "cross"] as const) {
    if ((values.get(`${street}LeftLanes`) ?? 0) > 0 && values.get(`${street}LeftGreenS`) === undefined) {
      missing(`${street}LeftGreenS`, "a green is needed for left turns with lanes of their own");
    }
  }
  if (values.get("crossGreenS") === undefined && values.get("cycleS") === undefined) {
    missing("crossGreenS", "a green or a cycle length is needed");
  }
  return faults;
}

interface Place {
  readonly intersection: Intersection;
  readonly timingPlan: TimingPlan;
  readonly faults: readonly Fault[];
}

function buildPlace(
  rows: readonly CorridorRow[],
  at: number,
  { links, note }: { readonly links: Map<string, Link>; readonly note: Note },
): Place {
  const row = known(rows[at], "row");
  const xM = rows.slice(0, at).reduce((sum, it) => sum + (it.values.get("spacingM") ?? 0), 0);
  const legs = BOUNDS.map((bound) => buildLeg(rows, at, bound));
  for (const leg of legs) for (const link of leg.links) links.set(link.id, link);
  noteBlank(row, note);
  const template = buildIntersection({
    id: row.id,
    ...(row.name === undefined ? {} : { name: row.name }),
    xM,
    yM: 0,
    legs: legs.map((it) => it.spec),
    main: "EW",
    control: "ringBarrier",
    style: {
      ...US_STYLE,
      mainMinGreenS: row.values.get("arterialMinGreenS") ?? US_STYLE.mainMinGreenS,
      sideMinGreenS: row.values.get("crossMinGreenS") ?? US_STYLE.sideMinGreenS,
      leftMinGreenS: row.values.get("leftMinGreenS") ?? US_STYLE.leftMinGreenS,
    },
    resolutionS: 0.1,
  });
  const intersection = { ...template, phases: setChangeTimes(template.phases, row) };
  return { intersection, ...buildTimingPlan(intersection, row) };
}

/** A leg with the links that arrive and leave over it; those between rows are the neighbors' too. */
function buildLeg(rows: readonly CorridorRow[], at: number, bound: Bound): { spec: LegSpec; links: Link[] } {
  const row = known(rows[at], "row");
  const isArterial = bound === "EB" || bound === "WB";
  const street = isArterial ? "arterial" : "cross";
  const neighbor = isArterial ? rows[bound === "EB" ? at - 1 : at + 1] : undefined;
  // The stretch to the next row stands in the western row of the two.
  const stretch = (bound === "EB" ? neighbor : row) ?? row;
  const shape = {
    lengthM: neighbor === undefined ? OUTER_LENGTH_M : (stretch.values.get("spacingM") ?? OUTER_LENGTH_M),
    speedLimitMps: known(stretch.values.get("speedMps"), "speed"),
    lanes: countLanes(row, street),
  };
  const away = oppositeBound(bound);
  const entry: Link = {
    id: neighbor === undefined ? `${row.id}.${bound}.in` : `${neighbor.id}-to-${row.id}`,
    ...(neighbor === undefined ? {} : { from: neighbor.id }),
    to: row.id,
    ...shape,
  };
  const exit: Link = {
    id: neighbor === undefined ? `${row.id}.${away}.out` : `${row.id}-to-${neighbor.id}`,
    from: row.id,
    ...(neighbor === undefined ? {} : { to: neighbor.id }),
    ...shape,
    lanes: countLanes(neighbor ?? row, street),
  };
  const lengthM = row.values.get(`${street}CrossingM`) ?? estimateWidthM(row, street);
  return {
    spec: {
      bound,
      entry: {
        linkId: entry.id,
        speedLimitMps: shape.speedLimitMps,
        lanes: shape.lanes,
        leftLanes: row.values.get(`${street}LeftLanes`) ?? 0,
        leftStorageM: LEFT_BAY_M,
        laneSaturationFlowVph: row.values.get("laneSaturationFlowVph") ?? DEFAULT_LANE_FLOW_VPH,
      },
      exitLinkId: exit.id,
      roadWidthM: lengthM > 0 ? lengthM : estimateWidthM(row, street),
      crossing: lengthM > 0 ? "whole" : "none",
    },
    links: [entry, exit],
  };
}

const countLanes = (row: CorridorRow, street: "arterial" | "cross"): number =>
  row.values.get(`${street}Lanes`) ?? (street === "arterial" ? 2 : 1);

const estimateWidthM = (row: CorridorRow, street: "arterial" | "cross"): number =>
  (2 * countLanes(row, street) + (row.values.get(`${street}LeftLanes`) ?? 0)) * LANE_WIDTH_M;

const isLeftPhase = (number: number): boolean => number % 2 === 1;
const streetOf = (number: number): "arterial" | "cross" =>
  [1, 2, 5, 6].includes(number) ? "arterial" : "cross";

/** The given change intervals; where none are given, the longer of the two phases of a kind, so that rings line up. */
function setChangeTimes(phases: readonly Phase[], row: CorridorRow): Phase[] {
  return phases.map((phase) => {
    const kind = isLeftPhase(phase.number) ? "left" : streetOf(phase.number);
    const alike = phases.filter((it) => it.number % 4 === phase.number % 4);
    return {
      ...phase,
      yellowS: row.values.get(`${kind}YellowS`) ?? Math.max(...alike.map((it) => it.yellowS)),
      redClearanceS:
        row.values.get(`${kind}RedClearanceS`) ?? Math.max(...alike.map((it) => it.redClearanceS)),
    };
  });
}

function buildTimingPlan(intersection: Intersection, row: CorridorRow): Omit<Place, "intersection"> {
  const faults: Fault[] = [];
  const change = ({ yellowS, redClearanceS }: Phase): number => toTenths(yellowS) + toTenths(redClearanceS);
  const greenOf = (phase: Phase): number | undefined => {
    const given = row.values.get(`${streetOf(phase.number)}${isLeftPhase(phase.number) ? "Left" : ""}GreenS`);
    return given === undefined ? undefined : toTenths(given);
  };
  const firstRing = intersection.phases.filter((it) => it.number <= 4);
  const stated = firstRing.reduce((sum, it) => sum + change(it) + (greenOf(it) ?? 0), 0);
  const cycle = toTenths(row.values.get("cycleS") ?? 0);
  const crossGreen = row.values.has("crossGreenS") ? 0 : cycle - stated;
  if (cycle > 0 && stated + crossGreen !== cycle) {
    const path = `line ${row.line}, column cycleS`;
    faults.push({
      path,
      message: `the splits add up to ${stated / 10} s, not to the cycle of ${cycle / 10} s`,
    });
  }
  if (crossGreen < 0 || (crossGreen < 10 && !row.values.has("crossGreenS"))) {
    const path = `line ${row.line}, column crossGreenS`;
    faults.push({
      path,
      message: `the other splits and the change times leave ${crossGreen / 10} s of the cycle`,
    });
  }
  const cycleS = (stated + crossGreen) / 10;
  const offsetS = row.values.get("offsetS") ?? 0;
  if (offsetS >= cycleS) {
    const path = `line ${row.line}, column offsetS`;
    faults.push({ path, message: `${offsetS} s is not below the cycle of ${cycleS} s` });
  }
  return {
    faults,
    timingPlan: {
      intersectionId: intersection.id,
      cycleS,
      sequenceId: known(intersection.sequences[0], "sequence").id,
      splits: intersection.phases.map((it) => ({
        phase: it.number,
        splitS: ((greenOf(it) ?? crossGreen) + change(it)) / 10,
      })),
      offsetS,
      offsetReference: { phase: 2, point: "beginGreen" },
    },
  };
}

function listFlows(
  row: CorridorRow,
  note: Note,
): { intersectionId: string; movementId: string; flowVph: number; confidence: number }[] {
  const blank: string[] = [];
  const flows = BOUNDS.flatMap((bound) =>
    Object.entries(TURNS).map(([letter, turn]) => {
      const flowVph = row.values.get(`${bound.toLowerCase()}${turn}Vph`);
      if (flowVph === undefined) blank.push(`${bound}${letter}`);
      return {
        intersectionId: row.id,
        movementId: `${bound}${letter}`,
        flowVph: flowVph ?? 0,
        confidence: 1,
      };
    }),
  );
  if (blank.length > 0) {
    note({
      severity: "assumption",
      node: row.id,
      where: `line ${row.line}`,
      sentence: `${row.id} gives no volume for ${blank.join(", ")}: 0 veh/h are taken.`,
    });
  }
  return flows;
}

/** What the blank cells of a row stand for. */
function noteBlank(row: CorridorRow, note: Note): void {
  const defaults: readonly (readonly [string, string])[] = [
    ["offsetS", "an offset of 0 s"],
    ["arterialLanes", "2 lanes each way on the arterial"],
    ["crossLanes", "1 lane each way on the cross street"],
    ["laneSaturationFlowVph", `${DEFAULT_LANE_FLOW_VPH} veh/h per lane`],
    ["arterialMinGreenS", `${US_STYLE.mainMinGreenS} s minimum green on the arterial`],
    ["crossMinGreenS", `${US_STYLE.sideMinGreenS} s minimum green on the cross street`],
    ["arterialYellowS", "yellow of the arterial from its speed"],
    ["arterialRedClearanceS", "red clearance of the arterial from speed and width"],
    ["crossYellowS", "yellow of the cross street from the arterial's speed"],
    ["crossRedClearanceS", "red clearance of the cross street from speed and width"],
    ["arterialCrossingM", `a crossing of the arterial of ${LANE_WIDTH_M} m per lane`],
    ["crossCrossingM", `a crossing of the cross street of ${LANE_WIDTH_M} m per lane`],
  ];
  const taken = defaults.filter(([name]) => !row.values.has(name)).map(([, sentence]) => sentence);
  if (taken.length === 0) return;
  note({
    severity: "assumption",
    node: row.id,
    where: `line ${row.line}`,
    sentence: `For ${row.id} are taken: ${taken.join("; ")}.`,
  });
}

function noteWholeCorridor(note: Note): void {
  const assume = (sentence: string): void => note({ severity: "assumption", where: "file", sentence });
  assume(
    "The arterial is taken to run east in a straight line, each intersection with four legs at right angles.",
  );
  assume(
    `Cross streets and the arterial beyond the corridor are taken as ${OUTER_LENGTH_M} m at the arterial's speed.`,
  );
  assume(
    `Right turns use the through lanes, and so do left turns without lanes of their own; left turns with lanes are protected and have bays of ${LEFT_BAY_M} m.`,
  );
  assume(
    "Pedestrians walk beside the through phases every cycle: 7 s walk, then the crossing's length at 1.07 m/s.",
  );
  assume("Stop-line, advance and exit detectors are placed on every approach and exit.");
}
