/** An arterial for tests: two-ring intersections in a row from west to east, with side streets. */
import type { Intersection, Link, Network } from "../network/network.schema.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { FlowOfMovement } from "./evaluate-plan.ts";

const MOVEMENTS = [
  { id: "EBL", from: "E", to: "N", turn: "left", lanes: 1, saturationFlowVph: 1700, phase: 5 },
  { id: "EBT", from: "E", to: "E", turn: "through", lanes: 2, saturationFlowVph: 3600, phase: 2 },
  { id: "EBR", from: "E", to: "S", turn: "right", lanes: 0, saturationFlowVph: 3060, phase: 2 },
  { id: "WBL", from: "W", to: "S", turn: "left", lanes: 1, saturationFlowVph: 1700, phase: 1 },
  { id: "WBT", from: "W", to: "W", turn: "through", lanes: 2, saturationFlowVph: 3600, phase: 6 },
  { id: "WBR", from: "W", to: "N", turn: "right", lanes: 0, saturationFlowVph: 3060, phase: 6 },
  { id: "NBL", from: "N", to: "W", turn: "left", lanes: 1, saturationFlowVph: 1700, phase: 8 },
  { id: "NBT", from: "N", to: "N", turn: "through", lanes: 1, saturationFlowVph: 1800, phase: 8 },
  { id: "NBR", from: "N", to: "E", turn: "right", lanes: 0, saturationFlowVph: 1530, phase: 8 },
  { id: "SBL", from: "S", to: "E", turn: "left", lanes: 1, saturationFlowVph: 1700, phase: 4 },
  { id: "SBT", from: "S", to: "S", turn: "through", lanes: 1, saturationFlowVph: 1800, phase: 4 },
  { id: "SBR", from: "S", to: "W", turn: "right", lanes: 0, saturationFlowVph: 1530, phase: 4 },
] as const;

/** Side-street lefts are permitted; everything else is protected. */
const PERMITTED: readonly string[] = ["NBL", "SBL"];

/** A street of `spacingsM.length + 1` intersections A0, A1, … at 15 m/s with one two-way route. */
export function buildArterial(spacingsM: readonly number[]): Network {
  const last = spacingsM.length;
  const links: Link[] = [];
  const at = (end: "from" | "to", i: number) => (i >= 0 && i <= last ? { [end]: `A${i}` } : {});
  const addLink = (id: string, lanes: number, lengthM: number, ends: object) =>
    links.push({ id, lengthM, speedLimitMps: 15, lanes, ...ends });
  for (let i = 0; i <= last + 1; i++) {
    const lengthM = spacingsM[i - 1] ?? 300;
    addLink(`E${i}`, 2, lengthM, { ...at("from", i - 1), ...at("to", i) });
    addLink(`W${i}`, 2, lengthM, { ...at("from", i), ...at("to", i - 1) });
  }
  for (let i = 0; i <= last; i++) {
    for (const side of ["N", "S"]) addLink(`${side}${i}`, 1, 300, at("to", i));
    for (const side of ["Nout", "Sout"]) addLink(`${side}${i}`, 1, 300, at("from", i));
  }
  const intersections = spacingsM.map((_, i) => buildIntersection(i)).concat(buildIntersection(last));
  const stops = (movementId: string) => intersections.map((it) => ({ intersectionId: it.id, movementId }));
  return {
    version: 1,
    id: "arterial",
    name: "Arterial",
    jurisdiction: "us-mutcd",
    drivingSide: "right",
    timeZone: "UTC",
    timeZero: { type: "epoch" },
    provenance: { kind: "synthetic", source: "test", assumptions: [] },
    intersections,
    links,
    detectors: [],
    routes: [
      {
        id: "main",
        tier: "ordinary",
        outbound: { stops: stops("EBT"), queueClearanceS: 0 },
        inbound: { stops: stops("WBT").reverse(), queueClearanceS: 0 },
      },
    ],
    eventLanes: [],
  };
}

function buildIntersection(i: number): Intersection {
  const linkIn = { E: `E${i}`, W: `W${i + 1}`, N: `N${i}`, S: `S${i}` };
  const linkOut = { E: `E${i + 1}`, W: `W${i}`, N: `Nout${i}`, S: `Sout${i}` };
  return {
    id: `A${i}`,
    xM: 0,
    yM: 0,
    approaches: (["E", "W", "N", "S"] as const).map((id) => ({ id, linkId: linkIn[id], gradeRatio: 0 })),
    movements: MOVEMENTS.map((it) => ({
      id: it.id,
      approachId: it.from,
      toLinkId: linkOut[it.to],
      turn: it.turn,
      lanes: it.lanes,
      saturationFlowVph: it.saturationFlowVph,
      startupLostTimeS: 2,
      rightTurnOnRed: false,
      flashingYellowArrow: false,
      ...(it.lanes === 0 ? { sharesLanesOf: `${it.from}BT` } : {}),
    })),
    crossings: [],
    phases: [1, 2, 4, 5, 6, 8].map((number) => {
      const served = MOVEMENTS.filter((it) => it.phase === number).map((it) => it.id);
      return {
        number,
        protectedMovements: served.filter((it) => !PERMITTED.includes(it)),
        permittedMovements: served.filter((it) => PERMITTED.includes(it)),
        crossings: [],
        minGreenS: 5,
        flashingGreenS: 0,
        yellowS: 3,
        redClearanceS: 1,
        recall: "max",
      };
    }),
    sequences: [
      {
        id: "lead-lead",
        rings: [
          [[1, 2], [4]],
          [[5, 6], [8]],
        ],
      },
      {
        id: "lag-lag",
        rings: [
          [[2, 1], [4]],
          [[6, 5], [8]],
        ],
      },
    ],
    coordinatedPhases: [2, 6],
    offsetReference: { phase: 2, point: "beginGreen" },
    conflicts: [
      ["NBL", "SBT"],
      ["NBL", "SBR"],
      ["SBL", "NBT"],
      ["SBL", "NBR"],
    ],
    intergreens: [],
    controller: { cycleMinS: 40, cycleMaxS: 200, resolutionS: 1 },
  };
}

/** A plan with lefts of 15 s and a main green that fills what the side street leaves. */
export function buildArterialPlan(
  i: number,
  input: { readonly cycleS: number; readonly offsetS: number; readonly sideSplitS?: number },
): TimingPlan {
  const sideS = input.sideSplitS ?? 30;
  const mainS = input.cycleS - sideS - 15;
  const splits = { 1: 15, 2: mainS, 4: sideS, 5: 15, 6: mainS, 8: sideS };
  return {
    intersectionId: `A${i}`,
    cycleS: input.cycleS,
    sequenceId: "lead-lead",
    splits: Object.entries(splits).map(([phase, splitS]) => ({ phase: Number(phase), splitS })),
    offsetS: input.offsetS,
    offsetReference: { phase: 2, point: "beginGreen" },
  };
}

/** Flows of one intersection, by default moderate and unequal in the two directions. */
export function buildArterialFlows(
  i: number,
  flows: Readonly<Record<string, number>> = {},
): FlowOfMovement[] {
  const usual: Readonly<Record<string, number>> = {
    EBL: 80,
    EBT: 900,
    EBR: 90,
    WBL: 70,
    WBT: 600,
    WBR: 60,
    NBL: 60,
    NBT: 200,
    NBR: 40,
    SBL: 50,
    SBT: 180,
    SBR: 50,
  };
  return MOVEMENTS.map(({ id }) => ({
    intersectionId: `A${i}`,
    movementId: id,
    flowVph: flows[id] ?? usual[id] ?? 0,
  }));
}
