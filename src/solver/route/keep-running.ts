/**
 * An answer is never worse by its own aim than the plan that it started from: where it would be, today's plan is the
 * answer.
 */
import { known } from "../../errors.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import { performanceIndex } from "../performance-index.ts";
import type { RouteSolved } from "./route-request.ts";
import { findCommonCycleS, listCycles, type PreparedSignals } from "./signal-alternatives.ts";

const DIRECTIONS = ["outbound", "inbound"] as const;

/** Bandwidth of the one route that was measured, s. */
export const bandwidthOf = (measures: PlanMeasures, direction: "outbound" | "inbound"): number =>
  measures.routes[0]?.directions.find((it) => it.direction === direction)?.bandwidthS ?? 0;

/** Only a group that runs on one cycle today, one that was to be tried, can be compared. */
export function isComparable(prepared: PreparedSignals): boolean {
  const cycleS = findCommonCycleS(prepared.signals);
  return cycleS !== undefined && listCycles(prepared).includes(cycleS);
}

/**
 * Today's plan may stand in for the answer only with the answer's bands, unless today's bands are all that was asked
 * for.
 */
export function mayStandIn({ request: { band } }: PreparedSignals, solved: Measured): boolean {
  if (band.kind === "atLeastRunning") return true;
  const { measures, runningMeasures } = solved;
  return !DIRECTIONS.some((it) => bandwidthOf(runningMeasures, it) === 0 && bandwidthOf(measures, it) > 0);
}

type Measured = Pick<RouteSolved, "measures" | "runningMeasures">;

export function isRunningBetter(prepared: PreparedSignals, solved: RouteSolved): boolean {
  if (!isComparable(prepared) || !mayStandIn(prepared, solved)) return false;
  const { measures, runningMeasures } = solved;
  if (prepared.request.aim === "delay") return indexOf(runningMeasures) < indexOf(measures);
  const narrowest = (it: PlanMeasures): number => Math.min(...DIRECTIONS.map((way) => bandwidthOf(it, way)));
  const cycleS = known(findCommonCycleS(prepared.signals), "common cycle");
  return narrowest(runningMeasures) / cycleS > narrowest(measures) / solved.cycleS;
}

const indexOf = ({ totalDelayVehHPerH, totalStopsVph }: PlanMeasures): number =>
  performanceIndex({ delayVehHPerH: totalDelayVehHPerH, stopsVph: totalStopsVph });

export function keepRunning(prepared: PreparedSignals, solved: RouteSolved): RouteSolved {
  const { runningMeasures, explanation } = solved;
  return {
    ...solved,
    timingPlans: prepared.request.running,
    cycleS: known(findCommonCycleS(prepared.signals), "common cycle"),
    bandwidthS: {
      outbound: bandwidthOf(runningMeasures, "outbound"),
      inbound: bandwidthOf(runningMeasures, "inbound"),
    },
    measures: runningMeasures,
    explanation: { ...explanation, notes: [...explanation.notes, KEPT] },
  };
}

const KEPT = "No plan was found that serves the aim better than the one that runs today: it is kept.";
