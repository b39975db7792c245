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
  readonly outboundFloorS: number;
  readonly inboundFloorS: number;
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
    outboundFloorS: 0,
    inboundFloorS: 0,
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
    outboundFloorS: floorsS.outbound,
    inboundFloorS: floorsS.inbound,
  });
  return goals;
}

function oneWay(without: Direction, weight: number, floorS: number): BandGoal {
  const outbound = without === "inbound";
  return {
    form: "linear",
    outboundWeight: outbound ? weight : 0,
    inboundWeight: outbound ? 0 : weight,
    outboundFloorS: outbound ? floorS : 0,
    inboundFloorS: outbound ? 0 : floorS,
    without,
  };
}

/** What a pair of bands is worth, s; −∞ below a floor. */
export function scoreBands(goal: BandGoal, outboundS: number, inboundS: number): number {
  const outbound = goal.outboundWeight * outboundS;
  const inbound = goal.inboundWeight * inboundS;
  if (goal.form === "proportional") return Math.min(outbound, inbound);
  const held = meetsFloor(outboundS, goal.outboundFloorS) && meetsFloor(inboundS, goal.inboundFloorS);
  return held ? outbound + inbound : Number.NEGATIVE_INFINITY;
}

/** A floor that was measured on a plan must admit that plan, whatever its last digits. */
export const meetsFloor = (bandwidthS: number, floorS: number): boolean => bandwidthS >= floorS - SAME_S;
