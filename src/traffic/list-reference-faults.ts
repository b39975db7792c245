/**
 * What timing plans and flows name that their network does not have, and what they name twice: asked before anything is
 * computed with them. Whether a plan is safe is the gate's question.
 */
import type { Fault } from "../errors.ts";
import { listRepeated } from "../network/list-repeated.ts";
import type { Intersection } from "../network/network.schema.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { FlowOfMovement } from "./evaluate-plan.ts";

type IntersectionsById = ReadonlyMap<string, Intersection>;

/** `path`: of the list in its document. */
export function listPlanFaults(
  intersections: IntersectionsById,
  { timingPlans, path }: { readonly timingPlans: readonly TimingPlan[]; readonly path: string },
): Fault[] {
  return [
    ...timingPlans.flatMap((plan, at) =>
      judgePlan(intersections.get(plan.intersectionId), plan).map((message) => ({
        path: `${path}.${at}`,
        message,
      })),
    ),
    ...listRepeated(timingPlans.map((it) => it.intersectionId)).map(({ at, value }) => ({
      path: `${path}.${at}`,
      message: `intersection ${value} has a plan already`,
    })),
  ];
}

/** `path`: of the list in its document. */
export function listFlowFaults(
  intersections: IntersectionsById,
  { flows, path }: { readonly flows: readonly FlowOfMovement[]; readonly path: string },
): Fault[] {
  const nameOf = (it: FlowOfMovement): string => `${it.movementId} at ${it.intersectionId}`;
  return [
    ...flows.flatMap((flow, at) => {
      const movements = intersections.get(flow.intersectionId)?.movements ?? [];
      if (movements.some((it) => it.id === flow.movementId)) return [];
      return [{ path: `${path}.${at}`, message: `the network has no movement ${nameOf(flow)}` }];
    }),
    ...listRepeated(flows.map(nameOf)).map(({ at, value }) => ({
      path: `${path}.${at}`,
      message: `movement ${value} has a flow already`,
    })),
  ];
}

function judgePlan(intersection: Intersection | undefined, plan: TimingPlan): string[] {
  if (intersection === undefined) return [`the network has no intersection ${plan.intersectionId}`];
  const sequence = intersection.sequences.find((it) => it.id === plan.sequenceId);
  if (sequence === undefined) return [`${intersection.id} has no sequence ${plan.sequenceId}`];
  const served = new Set(sequence.rings.flat(2));
  const unknown = plan.splits.filter((it) => !served.has(it.phase)).map((it) => it.phase);
  return [
    ...(unknown.length === 0 ? [] : [`sequence ${sequence.id} has no phases ${unknown.join(", ")}`]),
    ...listRepeated(plan.splits.map((it) => it.phase)).map(
      ({ value }) => `phase ${value} has a split already`,
    ),
    ...(plan.splits.some((it) => it.phase === plan.offsetReference.phase)
      ? []
      : [`the plan has no split for its reference phase ${plan.offsetReference.phase}`]),
  ];
}
