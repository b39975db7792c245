/**
 * How heavily a signal is loaded, after Webster: the flow ratio of each phase, and from the critical ones
 * x = Y C / (C − L), the degree of saturation that remains when the cycle is divided as well as it can be.
 *
 * A phase counts the lane groups that it serves first; a lane group's flow includes the movements that share its lanes.
 * Lost time of a phase is its yellow and red clearance (start-up loss and green extension cancel).
 * Source: F. V. Webster, Road Research Technical Paper 39, 1958; critical path over rings as in NCHRP Report 812.
 */
import { known } from "../errors.ts";
import { getPhase } from "../network/find.ts";
import type { Intersection } from "../network/network.schema.ts";

export interface CriticalLoad {
  /** Flow ratio by phase number. */
  readonly ratios: ReadonlyMap<number, number>;
  /** Sum of the flow ratios and of the lost times along the critical path. */
  readonly flowRatio: number;
  readonly lostTimeS: number;
}

export type FlowOf = (movementId: string) => number;

export function measureCriticalLoad(intersection: Intersection, flowOf: FlowOf): CriticalLoad {
  const ratios = measureRatios(intersection, flowOf);
  const { rings } = known(intersection.sequences[0], "sequence");
  let flowRatio = 0;
  let lostTimeS = 0;
  for (const group of known(rings[0], "ring").keys()) {
    const paths = rings.map((ring) => {
      const phases = known(ring[group], "barrier group");
      return {
        flowRatio: phases.reduce((sum, it) => sum + known(ratios.get(it), "ratio"), 0),
        lostTimeS: phases.reduce((sum, it) => sum + changeS(intersection, it), 0),
      };
    });
    const critical = known(paths.sort((a, b) => b.flowRatio - a.flowRatio)[0], "critical path");
    flowRatio += critical.flowRatio;
    lostTimeS += critical.lostTimeS;
  }
  return { ratios, flowRatio, lostTimeS };
}

export const criticalSaturation = ({ flowRatio, lostTimeS }: CriticalLoad, cycleS: number): number =>
  (flowRatio * cycleS) / (cycleS - lostTimeS);

export function changeS(intersection: Intersection, phase: number): number {
  const { yellowS, redClearanceS } = getPhase(intersection, phase);
  return yellowS + redClearanceS;
}

function measureRatios({ movements, phases }: Intersection, flowOf: FlowOf): Map<number, number> {
  const counted = new Set<string>();
  const ratios = new Map<number, number>();
  for (const phase of phases) {
    let ratio = 0;
    for (const id of [...phase.protectedMovements, ...phase.permittedMovements]) {
      const owner = movements.find((it) => it.id === id && it.lanes > 0);
      if (owner === undefined || counted.has(id)) continue;
      counted.add(id);
      const sharing = movements.filter((it) => it.sharesLanesOf === id);
      const flowVph = [owner, ...sharing].reduce((sum, it) => sum + flowOf(it.id), 0);
      ratio = Math.max(ratio, flowVph / owner.saturationFlowVph);
    }
    ratios.set(phase.number, ratio);
  }
  return ratios;
}
