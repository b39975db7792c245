/** Seeded arterials for measurement: any number of eight-phase signals with left-turn bays, each demand another one. */
import type { MovementFlow } from "../src/demand/demand.schema.ts";
import { known } from "../src/errors.ts";
import { buildDetectors } from "../src/network/detector-template.ts";
import { buildNetworkIndex } from "../src/network/find.ts";
import { US_STYLE } from "../src/network/fixed-times.ts";
import type { Bound, LegSpec } from "../src/network/intersection-spec.ts";
import { buildIntersection } from "../src/network/intersection-template.ts";
import type { Intersection, Link, Network } from "../src/network/network.schema.ts";
import { createSeededRandom, type SeededRandom } from "../src/network/seeded-random.ts";
import { buildSplitProblem } from "../src/solver/splits/build-split-problem.ts";
import { roundSplits } from "../src/solver/splits/round-splits.ts";
import { sweepSplits } from "../src/solver/splits/sweep-splits.ts";
import type { TimingPlan } from "../src/timing/plan.schema.ts";

const SPEED_MPS = 13.4;
const CYCLE_S = 100;
const SIDE_LENGTH_M = 300;

export function buildBenchArterial(signals: number, seed: number): Network {
  const random = createSeededRandom(seed);
  const spacingsM = Array.from({ length: signals + 1 }, () =>
    Math.min(900, Math.max(120, Math.round(Math.exp(random.normal(Math.log(320), 0.5))))),
  );
  const intersections: Intersection[] = [];
  const links: Link[] = [];
  let xM = 0;
  for (let at = 0; at < signals; at++) {
    xM += known(spacingsM[at], "spacing");
    intersections.push(buildSignal(at, xM));
    links.push(...buildLinks({ at, signals, spacingsM }));
  }
  const byId = new Map(links.map((it) => [it.id, it]));
  const stops = (movementId: string) => intersections.map((it) => ({ intersectionId: it.id, movementId }));
  return {
    version: 1,
    id: `arterial-${signals}`,
    name: `Arterial of ${signals} signals`,
    jurisdiction: "us-mutcd",
    drivingSide: "right",
    timeZone: "America/Phoenix",
    timeZero: { type: "epoch" },
    provenance: { kind: "synthetic", source: "bench/arterial.ts", assumptions: [] },
    intersections,
    links,
    detectors: intersections.flatMap((it) => buildDetectors(it, byId)),
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

function buildSignal(at: number, xM: number): Intersection {
  const leg = (bound: Bound, entryId: string, exitId: string, lanes: number): LegSpec => ({
    bound,
    entry: {
      linkId: entryId,
      speedLimitMps: bound === "EB" || bound === "WB" ? SPEED_MPS : 11.2,
      lanes,
      leftLanes: 1,
      leftStorageM: 80,
      laneSaturationFlowVph: 1800,
    },
    exitLinkId: exitId,
    roadWidthM: lanes * 7 + 3.5,
    crossing: "whole",
  });
  return buildIntersection({
    id: `s${at + 1}`,
    xM,
    yM: 0,
    legs: [
      leg("EB", `e${at}`, `w${at}`, 2),
      leg("WB", `w${at + 1}`, `e${at + 1}`, 2),
      leg("NB", `n${at}in`, `s${at}out`, 1),
      leg("SB", `s${at}in`, `n${at}out`, 1),
    ],
    main: "EW",
    control: "ringBarrier",
    style: US_STYLE,
  });
}

/** Eastbound e0…en, westbound wn…w0, and four side links at each signal. */
function buildLinks(of: { at: number; signals: number; spacingsM: readonly number[] }): Link[] {
  const { at, signals } = of;
  const id = `s${at + 1}`;
  const main = { speedLimitMps: SPEED_MPS, lanes: 2 };
  const side = { lengthM: SIDE_LENGTH_M, speedLimitMps: 11.2, lanes: 1 };
  const lengthM = known(of.spacingsM[at], "spacing");
  const previous = at === 0 ? {} : { from: `s${at}` };
  const west = at === 0 ? {} : { to: `s${at}` };
  const last: Link[] =
    at < signals - 1
      ? []
      : [
          { id: `e${signals}`, from: id, lengthM: known(of.spacingsM[signals], "spacing"), ...main },
          { id: `w${signals}`, to: id, lengthM: known(of.spacingsM[signals], "spacing"), ...main },
        ];
  return [
    { id: `e${at}`, ...previous, to: id, lengthM, ...main },
    { id: `w${at}`, from: id, ...west, lengthM, ...main },
    { id: `n${at}in`, to: id, ...side },
    { id: `s${at}in`, to: id, ...side },
    { id: `n${at}out`, from: id, ...side },
    { id: `s${at}out`, from: id, ...side },
    ...last,
  ];
}

/** Another demand for each seed: throughs of 500–1,100 veh/h on the arterial, side streets of 80–260. */
export function buildBenchDemand(network: Network, seed: number): MovementFlow[] {
  const random = createSeededRandom(seed);
  return network.intersections.flatMap((at) =>
    at.movements.map((it) => ({
      intersectionId: at.id,
      movementId: it.id,
      flowVph: flowOf(it.id, random),
      confidence: 1,
    })),
  );
}

function flowOf(movementId: string, random: SeededRandom): number {
  if (movementId === "EBT") return random.integer(600, 1100);
  if (movementId === "WBT") return random.integer(400, 800);
  return movementId.endsWith("T") ? random.integer(80, 260) : random.integer(20, 110);
}

/** A plain plan to start from: equal saturation at 100 s, all offsets 0. */
export function buildBenchPlan(network: Network, flows: readonly MovementFlow[]): TimingPlan[] {
  const index = buildNetworkIndex(network);
  return network.intersections.map((intersection) => {
    const own = flows.filter((it) => it.intersectionId === intersection.id);
    const sequenceId = known(intersection.sequences[0], "sequence").id;
    const problem = buildSplitProblem({
      index,
      intersection,
      flows: new Map(own.map((it) => [it.movementId, it.flowVph])),
      sequenceId,
      referenceCycleS: CYCLE_S,
    });
    const answer = sweepSplits({ problem, cycleS: CYCLE_S, targetDegreeOfSaturation: 0.9, slack: "equal" });
    if (answer.kind === "infeasible") throw new Error(answer.reason);
    return {
      intersectionId: intersection.id,
      cycleS: CYCLE_S,
      sequenceId,
      splits: roundSplits({ problem, cycleS: CYCLE_S, splitsS: answer.splitsS }),
      offsetS: 0,
      offsetReference: intersection.offsetReference,
    };
  });
}
