/** Rules 26 and 27: does the plan carry the demand? Judged on measures that a model of traffic has computed. */
import { getApproach, getMovement, linkStorageVeh, QUEUE_SPACING_M } from "../../network/find.ts";
import type { Movement } from "../../network/network.schema.ts";
import type { Site } from "../site.ts";
import { type RuleInput, round2, type SiteFinding } from "./rule-input.ts";

/** Of one movement under this plan, from traffic/evaluate-plan.ts or another model. */
export interface MovementLoad {
  readonly intersectionId: string;
  readonly movementId: string;
  readonly degreeOfSaturation: number;
  /** Largest queue of the average cycle, vehicles in all lanes of the movement. */
  readonly queueVeh: number;
}

/** The 95th percentile of a queue is about twice its mean (Traffic Signal Timing Manual, 3.4.3). */
const PERCENTILE_95 = 2;

/**
 * Rule 26: the queue that is exceeded in one cycle of twenty fits. Movements with a bay of their own are judged by its
 * length; all others of an approach together by what their link holds, where the link begins at another signal.
 */
export function judgeStorage({ site }: RuleInput, loads: readonly MovementLoad[]): SiteFinding[] {
  const queued = site.intersection.movements.flatMap((movement) => {
    const load = findLoad(site, movement, loads);
    return load === undefined ? [] : [{ movement, queueVeh: PERCENTILE_95 * load.queueVeh }];
  });
  const bays = queued.flatMap(({ movement, queueVeh }): SiteFinding[] => {
    if (movement.storageM === undefined || movement.lanes === 0) return [];
    const queueM = (queueVeh * QUEUE_SPACING_M) / movement.lanes;
    if (queueM <= movement.storageM) return [];
    return [
      storageFinding({
        path: movementPath(site, movement),
        limit: movement.storageM,
        actual: queueM,
        unit: "m",
        sentence: `The 95 % queue of ${movement.id} is ${Math.round(queueM)} m long, its bay ${movement.storageM} m: it blocks the lanes beside it.`,
      }),
    ];
  });
  const links = site.links.flatMap((link): SiteFinding[] => {
    if (link.from === undefined) return [];
    const storageVeh = linkStorageVeh(link);
    const queueVeh = queued
      .filter(
        ({ movement }) =>
          movement.storageM === undefined &&
          getApproach(site.intersection, movement.approachId).linkId === link.id,
      )
      .reduce((sum, it) => sum + it.queueVeh, 0);
    if (queueVeh <= storageVeh) return [];
    return [
      storageFinding({
        path: `network.links.${link.id}`,
        limit: storageVeh,
        actual: queueVeh,
        unit: "veh",
        sentence: `The 95 % queue on link ${link.id} is ${Math.round(queueVeh)} vehicles, it holds ${Math.round(storageVeh)}: it reaches back into ${link.from}.`,
      }),
    ];
  });
  return [...bays, ...links];
}

function storageFinding(found: {
  path: string;
  limit: number;
  actual: number;
  unit: string;
  sentence: string;
}): SiteFinding {
  return { ...found, ruleId: 26, severity: "WARN", limit: round2(found.limit), actual: round2(found.actual) };
}

/** Rule 27: no movement is loaded beyond what can be carried dependably. */
export function judgeSaturation({ site, profile }: RuleInput, loads: readonly MovementLoad[]): SiteFinding[] {
  return site.intersection.movements.flatMap((movement): SiteFinding[] => {
    const load = findLoad(site, movement, loads);
    if (load === undefined || load.degreeOfSaturation <= profile.degreeOfSaturationMax) return [];
    const over = load.degreeOfSaturation > 1;
    return [
      {
        ruleId: 27,
        severity: "WARN",
        path: movementPath(site, movement),
        limit: profile.degreeOfSaturationMax,
        actual: round2(load.degreeOfSaturation),
        unit: "",
        sentence: over
          ? `${movement.id} gets ${round2(load.degreeOfSaturation)} of its capacity: its queue grows from cycle to cycle, this is not an optimum and needs a plan for oversaturation.`
          : `${movement.id} is loaded to ${round2(load.degreeOfSaturation)} of its capacity, above ${profile.degreeOfSaturationMax}.`,
      },
    ];
  });
}

const findLoad = (site: Site, movement: Movement, loads: readonly MovementLoad[]): MovementLoad | undefined =>
  loads.find((it) => it.intersectionId === site.intersection.id && it.movementId === movement.id);

const movementPath = (site: Site, { id }: Movement): string =>
  `${site.path}.movements.${site.intersection.movements.indexOf(getMovement(site.intersection, id))}`;
