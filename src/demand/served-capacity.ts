/**
 * What was served shows at least that capacity: where the model gives a movement less than its count under the plans that
 * ran while it was counted, its saturation flows are too low and are raised until the count fits.
 *
 * Capacity of gap acceptance and shared lanes is not linear in the saturation flow, so it is raised in a few rounds.
 * Limits: says nothing where the capacity is overstated; a movement without a plan that ran stays as it is.
 */
import { buildNetworkIndex, type NetworkIndex } from "../network/find.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { evaluatePlan } from "../traffic/evaluate-plan.ts";
import type { MovementFlow } from "./demand.schema.ts";

const ROUNDS = 4;
/** A standing queue fills its greens to about this. */
const FULL = 0.98;
/** Counts that are further off than this have another reason. */
const MOST_RATIO = 3;
/** As the network file allows. */
const MOST_VPH = 12_000;

/** `ran`: the plans under which `flows` were counted. */
export function raiseToServed(
  index: NetworkIndex,
  { flows, ran }: { readonly flows: readonly MovementFlow[]; readonly ran: readonly TimingPlan[] },
): NetworkIndex {
  let raised = index;
  const ratios = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const { movements } = evaluatePlan({ index: raised, flows, timingPlans: ran, routeIds: [] });
    const short = movements.filter((it) => it.flowVph > 0 && it.degreeOfSaturation > FULL + 0.01);
    if (short.length === 0) return raised;
    for (const it of short) {
      const key = `${it.intersectionId} ${it.movementId}`;
      const ratio = (ratios.get(key) ?? 1) * (it.degreeOfSaturation / FULL);
      ratios.set(key, Math.min(MOST_RATIO, ratio));
    }
    raised = scale(index, ratios);
  }
  return raised;
}

function scale({ network }: NetworkIndex, ratios: ReadonlyMap<string, number>): NetworkIndex {
  return buildNetworkIndex({
    ...network,
    intersections: network.intersections.map((intersection) => ({
      ...intersection,
      movements: intersection.movements.map((movement) => {
        const ratio = ratios.get(`${intersection.id} ${movement.id}`);
        if (ratio === undefined) return movement;
        const { saturationFlowVph, permittedSaturationFlowVph: permitted } = movement;
        return {
          ...movement,
          saturationFlowVph: Math.min(MOST_VPH, saturationFlowVph * ratio),
          ...(permitted !== undefined && {
            permittedSaturationFlowVph: Math.min(MOST_VPH, permitted * ratio),
          }),
        };
      }),
    })),
  });
}
