/**
 * The objectives as numbers. Two forms cover all kinds, both growing in each band:
 * proportional, min(w·b, w̄·b̄), and linear, w·b + w̄·b̄ with floors.
 */
import { assert } from "../../errors.ts";
import { SAME_S } from "./band-choices.ts";
import type { BandObjective, Direction, PerDirection } from "./band-problem.ts";

export interface BandGoal {
  readonly form: "proportional" | "linear";
  readonly outboundWeight: number;
  readonly inboundWeight: number;
  /** In the unit of the bands: seconds, or shares of the cycle. */
  readonly outboundFloor: number;
  readonly inboundFloor: number;
  /** The direction that is given up: it counts as green always and its band is 0. */
  readonly without?: Direction;
}

/**
 * The goals whose best answer is the objective's: the one-way ones where they were asked for, then the two-way one, which
 * is to be taken where it is as good.
 */
export function listGoals(objective: BandObjective): BandGoal[] {
  switch (objective.kind) {
    case "equal":
      return [proportional(1)];
    case "ratio":
      return [proportional(objective.inboundPerOutbound)];
    case "weighted":
      return listLinearGoals(objective.weights, objective.floorsS);
    case "sum":
      return listLinearGoals({ outbound: 1, inbound: 1 }, { outbound: 0, inbound: 0 });
    case "outboundOnly":
      return [oneWay("inbound", 1, 0)];
  }
}

function proportional(inboundPerOutbound: number): BandGoal {
  assert(inboundPerOutbound > 0, `inbound ÷ outbound is ${inboundPerOutbound}`);
  return {
    form: "proportional",
    outboundWeight: 1,
    inboundWeight: 1 / inboundPerOutbound,
    outboundFloor: 0,
    inboundFloor: 0,
  };
}

function listLinearGoals(weights: PerDirection<number>, floorsS: PerDirection<number>): BandGoal[] {
  const allNumbers = [weights.outbound, weights.inbound, floorsS.outbound, floorsS.inbound];
  assert(
    allNumbers.every((it) => it >= 0),
    `negative weight or floor in ${allNumbers}`,
  );
  const goals: BandGoal[] = [];
  if (floorsS.inbound === 0) goals.push(oneWay("inbound", weights.outbound, floorsS.outbound));
  if (floorsS.outbound === 0) goals.push(oneWay("outbound", weights.inbound, floorsS.inbound));
  goals.push({
    form: "linear",
    outboundWeight: weights.outbound,
    inboundWeight: weights.inbound,
    outboundFloor: floorsS.outbound,
    inboundFloor: floorsS.inbound,
  });
  return goals;
}

function oneWay(without: Direction, weight: number, floorS: number): BandGoal {
  const outbound = without === "inbound";
  return {
    form: "linear",
    outboundWeight: outbound ? weight : 0,
    inboundWeight: outbound ? 0 : weight,
    outboundFloor: outbound ? floorS : 0,
    inboundFloor: outbound ? 0 : floorS,
    without,
  };
}

/** What a pair of bands is worth, in their unit; −∞ below a floor. */
export function scoreBands(goal: BandGoal, outbound: number, inbound: number): number {
  const { outboundWeight, inboundWeight, outboundFloor, inboundFloor } = goal;
  if (goal.form === "proportional") return Math.min(outboundWeight * outbound, inboundWeight * inbound);
  const isHeld = meetsFloor(outbound, outboundFloor) && meetsFloor(inbound, inboundFloor);
  return isHeld ? outboundWeight * outbound + inboundWeight * inbound : Number.NEGATIVE_INFINITY;
}

/** A floor that was measured on a plan must admit that plan, whatever its last digits. */
const meetsFloor = (band: number, floor: number): boolean => band >= floor - SAME_S;

/** The bands that are best for the goal where one may be at most `out`, the other `inbound` and both `room` wide. */
export function divideRoom(goal: BandGoal, out: number, inbound: number, room: number): PerDirection<number> {
  if (goal.form === "proportional") {
    const worth = buildWorth(goal)(out, inbound, room);
    return { outbound: worth / goal.outboundWeight, inbound: worth / goal.inboundWeight };
  }
  if (goal.outboundWeight >= goal.inboundWeight) {
    const outbound = Math.min(out, room - goal.inboundFloor);
    return { outbound, inbound: Math.min(inbound, room - outbound) };
  }
  const least = Math.min(inbound, room - goal.outboundFloor);
  return { outbound: Math.min(out, room - least), inbound: least };
}

/** What `divideRoom` gives is worth; −1 below a floor. Bands, floors and room in one unit, which the answer has too. */
export function buildWorth(goal: BandGoal): (out: number, inbound: number, room: number) => number {
  const { outboundWeight, inboundWeight, outboundFloor, inboundFloor } = goal;
  if (goal.form === "proportional") {
    const share = 1 / (1 / outboundWeight + 1 / inboundWeight);
    return (out, inbound, room) => Math.min(outboundWeight * out, inboundWeight * inbound, share * room);
  }
  const outFloor = outboundFloor - SAME_SHARE;
  const inFloor = inboundFloor - SAME_SHARE;
  if (outboundWeight >= inboundWeight) {
    return (out, inbound, room) => {
      const b = Math.min(out, room - inboundFloor);
      const rest = Math.min(inbound, room - b);
      return b < outFloor || rest < inFloor ? -1 : outboundWeight * b + inboundWeight * rest;
    };
  }
  return (out, inbound, room) => {
    const b = Math.min(inbound, room - outboundFloor);
    const rest = Math.min(out, room - b);
    return b < inFloor || rest < outFloor ? -1 : inboundWeight * b + outboundWeight * rest;
  };
}

const SAME_SHARE = 1e-11;
