/**
 * Bands that must stay, as greens that must stay: once a plan has the band of a route, every movement on its way must have
 * green while the band passes. So whatever changes at one intersection is judged there alone.
 *
 * Of a band wider than its floor the middle is held. Limits: the bands stay where they are on the cycle.
 */
import { known } from "../../errors.ts";
import { getIntersection, type NetworkIndex } from "../../network/find.ts";
import type { Intersection, RouteDirection } from "../../network/network.schema.ts";
import { wrapS } from "../../timing/cycle.ts";
import { buildGreensOf } from "../../timing/phase-times.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { measureBand } from "../../traffic/measure-band.ts";
import { bandGreens, ROUNDING_S } from "../route/route-candidate.ts";
import { listArrivalsS } from "../route/route-signals.ts";
import type { BandFloor } from "./network-request.ts";

/** A stretch of the cycle, from startS on, in which a movement must have green. */
export interface HeldGreen {
  readonly movementId: string;
  readonly cycleS: number;
  readonly startS: number;
  readonly lengthS: number;
}

/** By intersection. */
export type HeldGreens = ReadonlyMap<string, readonly HeldGreen[]>;

/** What holds the floors where these plans have them, and in sentences which floors they miss. */
export function holdBands(
  index: NetworkIndex,
  floors: readonly BandFloor[],
  timingPlans: ReadonlyMap<string, TimingPlan>,
): { readonly held: HeldGreens; readonly missed: readonly string[] } {
  const held = new Map<string, HeldGreen[]>();
  const missed: string[] = [];
  for (const { routeId, floorsS } of floors) {
    const route = known(index.routes.get(routeId), `route ${routeId}`);
    for (const name of ["outbound", "inbound"] as const) {
      const direction = route[name];
      const floorS = floorsS[name];
      if (direction === undefined || floorS === 0) continue;
      const band = measureBand({ index, direction, timingPlans });
      const bandwidthS = band.kind === "band" ? band.bandwidthS : 0;
      if (band.kind === "none" || bandwidthS < floorS - ROUNDING_S) {
        missed.push(
          `The ${name} band of route ${routeId} is ${bandwidthS} s wide, its floor is ${floorS} s.`,
        );
        continue;
      }
      const startS = band.startS + Math.max(0, bandwidthS - floorS) / 2;
      holdBand({ index, direction, timingPlans, startS, lengthS: Math.min(floorS, bandwidthS) }, held);
    }
  }
  return { held, missed };
}

function holdBand(
  of: {
    readonly index: NetworkIndex;
    readonly direction: RouteDirection;
    readonly timingPlans: ReadonlyMap<string, TimingPlan>;
    readonly startS: number;
    readonly lengthS: number;
  },
  held: Map<string, HeldGreen[]>,
): void {
  const arrivalsS = listArrivalsS(of.index, of.direction);
  for (const [position, { intersectionId, movementId }] of of.direction.stops.entries()) {
    const { cycleS } = known(of.timingPlans.get(intersectionId), `plan of ${intersectionId}`);
    const arrivalS =
      known(arrivalsS.get(intersectionId), "arrival") - position * of.direction.queueClearanceS;
    const own = held.get(intersectionId) ?? [];
    own.push({ movementId, cycleS, startS: wrapS(of.startS + arrivalS, cycleS), lengthS: of.lengthS });
    held.set(intersectionId, own);
  }
}

/** A test of offsets for a plan: does the intersection keep its held greens with it? */
export function buildHoldTest(
  index: NetworkIndex,
  held: HeldGreens,
  plan: TimingPlan,
): (offsetS: number) => boolean {
  const own = held.get(plan.intersectionId);
  if (own === undefined) return () => true;
  if (own.some((it) => it.cycleS !== plan.cycleS)) return () => false;
  const intersection: Intersection = getIntersection(index, plan.intersectionId);
  const atZero = { ...plan, offsetS: 0 };
  const greens = own.map(({ movementId }) =>
    bandGreens(intersection, movementId, buildGreensOf(intersection, atZero, movementId)),
  );
  return (offsetS) =>
    own.every(({ startS, lengthS }, at) =>
      known(greens[at], "greens").some((green) => {
        const sinceS = wrapS(startS - offsetS - green.startS + ROUNDING_S, plan.cycleS) - ROUNDING_S;
        return green.lengthS >= plan.cycleS || sinceS + lengthS <= green.lengthS + ROUNDING_S;
      }),
    );
}
