/**
 * Seeded random arterials with their plans, flows and initial queues: what the delay model and the street are compared
 * on. Streets from west to east, unequal spacing, one to three lanes, left turns protected, permitted, both or from a
 * shared lane, side streets of one or two lanes. Greens follow the flow ratios (Webster); then all flows are multiplied
 * so that the largest degree of saturation of the arterial is the wanted one.
 */
import { known } from "../errors.ts";
import { buildNetworkIndex, type NetworkIndex } from "../network/find.ts";
import type { Intersection, Link, Network } from "../network/network.schema.ts";
import { createSeededRandom, type SeededRandom } from "../network/seeded-random.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { evaluatePlan, type FlowOfMovement } from "../traffic/evaluate-plan.ts";
import { dispersionOfTravelTimes } from "../traffic/platoon-dispersion.ts";

export interface InitialQueue {
  readonly intersectionId: string;
  readonly movementId: string;
  readonly queueVeh: number;
}

export interface RandomArterial {
  readonly index: NetworkIndex;
  readonly timingPlans: readonly TimingPlan[];
  readonly flows: readonly FlowOfMovement[];
  /** Left over at the start of the period, vehicles by intersection and movement. */
  readonly initialQueues: readonly InitialQueue[];
  /** Largest degree of saturation. */
  readonly degreeOfSaturation: number;
}

type Side = "E" | "W" | "N" | "S";
type LeftTurn = "protected" | "permitted" | "both" | "shared";

const SIDES: readonly Side[] = ["E", "W", "N", "S"];
/** Where a left, a through and a right movement of an approach go, by direction of travel. */
const GOES: Readonly<Record<Side, Readonly<Record<"L" | "T" | "R", Side>>>> = {
  E: { L: "N", T: "E", R: "S" },
  W: { L: "S", T: "W", R: "N" },
  N: { L: "W", T: "N", R: "E" },
  S: { L: "E", T: "S", R: "W" },
};
const OPPOSITE: Readonly<Record<Side, Side>> = { E: "W", W: "E", N: "S", S: "N" };
const THROUGH_PHASE: Readonly<Record<Side, number>> = { E: 2, W: 6, N: 8, S: 4 };
const LEFT_PHASE: Readonly<Record<Side, number>> = { E: 5, W: 1, N: 0, S: 0 };
/** Veh/h and lane of green (HCM 2010: 1,900 base; turns 0.95 and 0.85 of a through lane). */
const SATURATION = { L: 1710, T: 1800, R: 1530 } as const;
const YELLOW_S = 3;
const RED_CLEARANCE_S = 1;
const LOST_S = YELLOW_S + RED_CLEARANCE_S;
/** Standard deviation ÷ mean of the speeds that the street's vehicles wish (street.ts). */
const STREET_SPEED_DEVIATION = 0.1;
/** Outside the network a queue has room. */
const OUTSIDE_STORAGE_VEH = 2000;

interface Design {
  readonly lanes: number;
  readonly sideLanes: number;
  readonly mainLeft: LeftTurn;
  readonly sideLeft: "permitted" | "shared";
}

/** `load`: what the largest degree of saturation is drawn from. */
export function buildRandomArterial(
  seed: number,
  load: { readonly from: number; readonly to: number },
): RandomArterial {
  const random = createSeededRandom(seed);
  const between = (from: number, to: number) => from + (to - from) * random.uniform();
  const signals = random.integer(3, 12);
  const lanes = random.integer(1, 3);
  const speedMps = between(11, 18);
  const spacingsM = Array.from({ length: signals - 1 }, () => Math.round(between(120, 800)));
  const designs = spacingsM.concat(0).map((): Design => {
    const lefts: readonly LeftTurn[] =
      lanes === 1 ? ["protected", "permitted", "both", "shared"] : ["protected", "permitted", "both"];
    return {
      lanes,
      sideLanes: random.integer(1, 2),
      mainLeft: known(lefts[random.integer(0, lefts.length - 1)], "left turn"),
      sideLeft: random.uniform() < 0.5 ? "permitted" : "shared",
    };
  });
  const network = buildNetwork({ designs, spacingsM, speedMps, id: `arterial-${seed}` });
  const index = buildNetworkIndex(network);
  const shares = drawFlows({ random, designs });
  const cycleS = 5 * random.integer(12, 24);
  const timingPlans = designs.map((design, i) =>
    buildPlan({ design, i, cycleS, flows: shares, offsetS: random.integer(0, cycleS - 1) }),
  );
  const target = between(load.from, load.to);
  const flows = scaleFlows({ index, timingPlans, flows: shares, target });
  return {
    index,
    timingPlans,
    flows,
    degreeOfSaturation: target,
    initialQueues: drawInitialQueues({ random, flows, designs }),
  };
}

const movementsOf = (design: Design) =>
  SIDES.flatMap((side) => {
    const isMain = side === "E" || side === "W";
    const left = isMain ? design.mainLeft : design.sideLeft;
    const lanes = isMain ? design.lanes : design.sideLanes;
    return (["L", "T", "R"] as const).map((turn) => {
      const own = turn === "T" ? lanes : turn === "L" && left !== "shared" ? 1 : 0;
      const usesLanes = own === 0 ? lanes : own;
      return { id: `${side}B${turn}`, side, turn, lanes: own, usesLanes, left };
    });
  });

function buildNetwork(of: {
  readonly designs: readonly Design[];
  readonly spacingsM: readonly number[];
  readonly speedMps: number;
  readonly id: string;
}): Network {
  const { designs, spacingsM, speedMps } = of;
  const last = designs.length - 1;
  const links: Link[] = [];
  const lanes = known(designs[0], "design").lanes;
  for (let i = 0; i <= last + 1; i++) {
    const inside = spacingsM[i - 1];
    const isInside = i > 0 && inside !== undefined;
    const at = { lengthM: inside ?? 400, speedLimitMps: speedMps, lanes };
    const travelTimeSteps = at.lengthM / speedMps;
    const platoonDispersion = dispersionOfTravelTimes({
      travelTimeSteps,
      meanSteps: travelTimeSteps * (1 + STREET_SPEED_DEVIATION ** 2),
      deviationSteps: travelTimeSteps * STREET_SPEED_DEVIATION,
    });
    const outside = { ...at, storageVeh: OUTSIDE_STORAGE_VEH };
    const ends = { from: `A${i - 1}`, to: `A${i}` };
    links.push(
      isInside
        ? { id: `E${i}`, ...at, platoonDispersion, ...ends }
        : { id: `E${i}`, ...outside, ...(i === 0 ? { to: "A0" } : { from: `A${last}` }) },
    );
    links.push(
      isInside
        ? { id: `W${i}`, ...at, platoonDispersion, from: ends.to, to: ends.from }
        : { id: `W${i}`, ...outside, ...(i === 0 ? { from: "A0" } : { to: `A${last}` }) },
    );
  }
  for (const [i, design] of designs.entries()) {
    const at = { lengthM: 400, speedLimitMps: 12, lanes: design.sideLanes, storageVeh: OUTSIDE_STORAGE_VEH };
    for (const side of ["N", "S"]) {
      links.push({ id: `${side}${i}`, ...at, to: `A${i}` }, { id: `${side}out${i}`, ...at, from: `A${i}` });
    }
  }
  return {
    version: 1,
    id: of.id,
    name: of.id,
    jurisdiction: "us-mutcd",
    drivingSide: "right",
    timeZone: "UTC",
    timeZero: { type: "epoch" },
    provenance: { kind: "synthetic", source: "seeded generator", assumptions: [] },
    intersections: designs.map(buildIntersection),
    links,
    detectors: [],
    routes: [],
    eventLanes: [],
  };
}

function buildIntersection(design: Design, i: number): Intersection {
  const linkIn: Record<Side, string> = { E: `E${i}`, W: `W${i + 1}`, N: `N${i}`, S: `S${i}` };
  const linkOut: Record<Side, string> = { E: `E${i + 1}`, W: `W${i}`, N: `Nout${i}`, S: `Sout${i}` };
  const movements = movementsOf(design);
  const isPermitted = (it: (typeof movements)[number]) => it.turn === "L" && it.left !== "protected";
  const isInLeftPhase = (it: (typeof movements)[number]) =>
    it.turn === "L" && (it.left === "protected" || it.left === "both");
  return {
    id: `A${i}`,
    xM: 0,
    yM: 0,
    approaches: SIDES.map((id) => ({ id, linkId: linkIn[id], gradeRatio: 0 })),
    movements: movements.map((it) => ({
      id: it.id,
      approachId: it.side,
      toLinkId: linkOut[GOES[it.side][it.turn]],
      turn: it.turn === "L" ? "left" : it.turn === "T" ? "through" : "right",
      lanes: it.lanes,
      saturationFlowVph: SATURATION[it.turn] * it.usesLanes,
      startupLostTimeS: 2,
      rightTurnOnRed: false,
      flashingYellowArrow: false,
      ...(it.lanes === 0 ? { sharesLanesOf: `${it.side}BT` } : {}),
    })),
    crossings: [],
    phases: phasesOf(design).map((number) => ({
      number,
      protectedMovements: movements
        .filter((it) =>
          LEFT_PHASE[it.side] === number
            ? isInLeftPhase(it)
            : THROUGH_PHASE[it.side] === number && it.turn !== "L",
        )
        .map((it) => it.id),
      permittedMovements: movements
        .filter((it) => THROUGH_PHASE[it.side] === number && isPermitted(it))
        .map((it) => it.id),
      crossings: [],
      minGreenS: 5,
      flashingGreenS: 0,
      yellowS: YELLOW_S,
      redClearanceS: RED_CLEARANCE_S,
      recall: "max",
    })),
    sequences: [
      {
        id: "lead-lead",
        rings: [
          [phasesOf(design).filter((it) => it <= 2), [4]],
          [phasesOf(design).filter((it) => it === 5 || it === 6), [8]],
        ],
      },
    ],
    coordinatedPhases: [2, 6],
    offsetReference: { phase: 2, point: "beginGreen" },
    conflicts: SIDES.flatMap((side): [string, string][] => [
      [`${side}BL`, `${OPPOSITE[side]}BT`],
      [`${side}BL`, `${OPPOSITE[side]}BR`],
    ]),
    intergreens: [],
    controller: { cycleMinS: 40, cycleMaxS: 200, resolutionS: 1 },
  };
}

const phasesOf = ({ mainLeft }: Design): number[] =>
  mainLeft === "protected" || mainLeft === "both" ? [1, 2, 4, 5, 6, 8] : [2, 4, 6, 8];

/** Flows that are conserved along the street but for a few vehicles that park, veh/h; their level is scaled later. */
function drawFlows(of: {
  readonly random: SeededRandom;
  readonly designs: readonly Design[];
}): FlowOfMovement[] {
  const { random, designs } = of;
  const between = (from: number, to: number) => from + (to - from) * random.uniform();
  const flow = designs.map(() => new Map<string, number>());
  const enter = (i: number, side: Side, approachVph: number) => {
    const left = approachVph * between(0.04, 0.12);
    const right = approachVph * between(0.04, 0.12);
    flow[i]
      ?.set(`${side}BL`, left)
      .set(`${side}BR`, right)
      .set(`${side}BT`, approachVph - left - right);
  };
  for (const [i, design] of designs.entries()) {
    for (const side of ["N", "S"] as const) enter(i, side, between(100, 350) * design.sideLanes);
  }
  const last = designs.length - 1;
  for (const [side, from, step] of [
    ["E", 0, 1],
    ["W", last, -1],
  ] as const) {
    let approachVph = between(350, 750) * known(designs[0], "design").lanes;
    for (let i = from; i >= 0 && i <= last; i += step) {
      enter(i, side, approachVph);
      const joins = ["E", "W", "N", "S"].flatMap((of) =>
        (["L", "T", "R"] as const)
          .filter((turn) => GOES[of as Side][turn] === side)
          .map((turn) => `${of}B${turn}`),
      );
      approachVph = joins.reduce((sum, id) => sum + (flow[i]?.get(id) ?? 0), 0) * between(0.95, 1.05);
    }
  }
  return flow.flatMap((of, i) =>
    [...of].map(([movementId, flowVph]) => ({ intersectionId: `A${i}`, movementId, flowVph })),
  );
}

function buildPlan(of: {
  readonly design: Design;
  readonly i: number;
  readonly cycleS: number;
  readonly offsetS: number;
  readonly flows: readonly FlowOfMovement[];
}): TimingPlan {
  const { design, cycleS } = of;
  const flowOf = (id: string) =>
    of.flows.find((it) => it.intersectionId === `A${of.i}` && it.movementId === id)?.flowVph ?? 0;
  const ratioOf = (side: Side, lanes: number, isShared: boolean) =>
    (flowOf(`${side}BT`) + flowOf(`${side}BR`) + (isShared ? 3 * flowOf(`${side}BL`) : 0)) /
    (SATURATION.T * lanes);
  const isShared = design.mainLeft === "shared";
  const main = Math.max(ratioOf("E", design.lanes, isShared), ratioOf("W", design.lanes, isShared));
  const side = Math.max(
    ...(["N", "S"] as const).map((it) => ratioOf(it, design.sideLanes, design.sideLeft === "shared")),
  );
  const hasLeft = phasesOf(design).includes(1);
  const left = hasLeft ? Math.max(flowOf("EBL"), flowOf("WBL")) / SATURATION.L : 0;
  const usableS = cycleS - (hasLeft ? 3 : 2) * LOST_S;
  const leftS = hasLeft ? Math.max(6, Math.round((usableS * left) / (main + side + left))) + LOST_S : 0;
  const restS = cycleS - leftS;
  const sideS = Math.max(8, Math.round(((restS - 2 * LOST_S) * side) / (main + side))) + LOST_S;
  const splits: Record<number, number> = { 2: restS - sideS, 6: restS - sideS, 4: sideS, 8: sideS };
  if (hasLeft) Object.assign(splits, { 1: leftS, 5: leftS });
  return {
    intersectionId: `A${of.i}`,
    cycleS,
    sequenceId: "lead-lead",
    splits: Object.entries(splits).map(([phase, splitS]) => ({ phase: Number(phase), splitS })),
    offsetS: of.offsetS,
    offsetReference: { phase: 2, point: "beginGreen" },
  };
}

/** All flows times one factor, so that the largest degree of saturation is `target`. */
function scaleFlows(of: {
  readonly index: NetworkIndex;
  readonly timingPlans: readonly TimingPlan[];
  readonly flows: readonly FlowOfMovement[];
  readonly target: number;
}): FlowOfMovement[] {
  const scaled = (factor: number) => of.flows.map((it) => ({ ...it, flowVph: factor * it.flowVph }));
  let low = 0;
  let high = 3;
  for (let step = 0; step < 30; step++) {
    const middle = (low + high) / 2;
    const measures = evaluatePlan({ index: of.index, timingPlans: of.timingPlans, flows: scaled(middle) });
    if (measures.largestDegreeOfSaturation < of.target) low = middle;
    else high = middle;
  }
  return scaled(low);
}

/** In every second arterial a few approaches from outside begin with a queue of up to 8 vehicles per lane. */
function drawInitialQueues(of: {
  readonly random: SeededRandom;
  readonly flows: readonly FlowOfMovement[];
  readonly designs: readonly Design[];
}): InitialQueue[] {
  const { random, designs } = of;
  if (random.uniform() < 0.5) return [];
  return designs.flatMap((design, i) =>
    (["N", "S"] as const).flatMap((side) =>
      random.uniform() < 0.3
        ? [
            {
              intersectionId: `A${i}`,
              movementId: `${side}BT`,
              queueVeh: random.integer(1, 8) * design.sideLanes,
            },
          ]
        : [],
    ),
  );
}
