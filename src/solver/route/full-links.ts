/**
 * Where queues outgrow their links, the cyclic model no longer tells what a plan does: it lets them stand in the junction
 * behind. Then the answer, today's plan and plans made for full links are judged by queues forward in time
 * (traffic/forward/), and the one of least delay and stops is taken.
 *
 * Made for full links: splits under which queues fit their storage as long as possible (splits/solve-throughput.ts), and
 * on links of the route that spill, simultaneous or negative offsets (negative-offset.ts), one link after the other.
 */
import { known } from "../../errors.ts";
import { getLinkToStop } from "../../network/find.ts";
import { wrapS } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import {
  evaluateWithSpillback,
  type SpillbackMeasures,
} from "../../traffic/forward/evaluate-with-spillback.ts";
import type { PlanMeasures } from "../../traffic/measures.ts";
import { performanceIndex } from "../performance-index.ts";
import { isComparable, mayStandIn } from "./keep-running.ts";
import { negativeOffsetS } from "./negative-offset.ts";
import type { RouteContext } from "./route-context.ts";
import type { RouteSolved, SpillbackReport } from "./route-request.ts";
import { listSignalAlternatives, type PreparedSignals } from "./signal-alternatives.ts";

interface Candidate {
  readonly name: string;
  readonly timingPlans: readonly TimingPlan[];
}

/** Links that are told of: those that cost most. */
const TOLD_LINKS = 5;
const THROUGHPUT = { targetDegreeOfSaturation: 0.9, slack: "throughput" } as const;

type Solved = Pick<RouteSolved, "timingPlans" | "cycleS" | "measures" | "runningMeasures">;

export interface FullLinksAnswer {
  readonly timingPlans: readonly TimingPlan[];
  readonly report: SpillbackReport;
}

/** `undefined` where every queue of the answer fits its storage. */
export function chooseForFullLinks(
  context: RouteContext,
  prepared: PreparedSignals,
  solved: Solved,
): FullLinksAnswer | undefined {
  if (solved.measures.spillingLaneGroups === 0) return undefined;
  const { index, flows, running } = context.request;
  const candidates: Candidate[] = [
    { name: "solved", timingPlans: solved.timingPlans },
    ...(isComparable(prepared) && mayStandIn(prepared, solved)
      ? [{ name: "today", timingPlans: running }]
      : []),
    ...listForFullLinks(context, prepared, solved),
  ];
  const judged = candidates.map((it) => ({
    ...it,
    measures: evaluateWithSpillback({ index, flows, timingPlans: it.timingPlans }),
  }));
  const best = judged.reduce((least, it) => (indexOf(it.measures) < indexOf(least.measures) ? it : least));
  return {
    timingPlans: best.timingPlans,
    report: {
      considered: judged.map(({ name, measures }) => ({
        name,
        delayVehHPerH: measures.totalDelayVehHPerH,
        blockedVehHPerH: measures.blockedVehHPerH,
        servedVph: measures.servedVph,
        isChosen: name === best.name,
      })),
      links: best.measures.spillbacks.slice(0, TOLD_LINKS),
    },
  };
}

const indexOf = ({ totalDelayVehHPerH, totalStopsVph }: SpillbackMeasures): number =>
  performanceIndex({ delayVehHPerH: totalDelayVehHPerH, stopsVph: totalStopsVph });

/** Only where splits may change and no widths of bands are to be kept. */
function listForFullLinks(
  context: RouteContext,
  prepared: PreparedSignals,
  { timingPlans, cycleS, measures }: Solved,
): Candidate[] {
  const { request } = context;
  if (request.splits === "keep" || (request.band.kind !== "equal" && request.band.kind !== "sum")) return [];
  const possible = listSignalAlternatives(
    { ...prepared, request: { ...request, splits: THROUGHPUT } },
    cycleS,
    "exact",
  );
  if (possible.kind === "infeasible") return [];
  const solved = new Map(timingPlans.map((it) => [it.intersectionId, it]));
  const own = new Map(
    possible.alternatives.flatMap((plans) => {
      const { intersectionId } = known(plans[0], "alternative");
      const present = known(solved.get(intersectionId), `plan of ${intersectionId}`);
      const same = plans.find((it) => it.sequenceId === present.sequenceId);
      return same === undefined ? [] : [[intersectionId, { ...same, offsetS: present.offsetS }] as const];
    }),
  );
  const throughput = timingPlans.map((it) => own.get(it.intersectionId) ?? it);
  const named = { name: "queues fit their links", timingPlans: throughput };
  return [
    named,
    ...(["simultaneous", "negative"] as const).flatMap((kind) => {
      const moved = moveJammed(context, { timingPlans: throughput, cycleS, measures, kind });
      return moved === undefined ? [] : [{ name: `${named.name}, ${kind} offsets`, timingPlans: moved }];
    }),
  ];
}

/** Along the outbound direction, downstream greens follow upstream ones on links that spill; the rest stays together. */
function moveJammed(
  context: RouteContext,
  of: {
    readonly timingPlans: readonly TimingPlan[];
    readonly cycleS: number;
    readonly measures: PlanMeasures;
    readonly kind: "simultaneous" | "negative";
  },
): TimingPlan[] | undefined {
  const { index, routeId } = context.request;
  const { stops } = known(index.routes.get(routeId), `route ${routeId}`).outbound;
  const spilling = new Set(
    of.measures.movements.filter((it) => it.isSpilling).map((it) => `${it.intersectionId} ${it.movementId}`),
  );
  const before = new Map(of.timingPlans.map((it) => [it.intersectionId, it.offsetS]));
  const after = new Map<string, number>();
  let shiftS = 0;
  let isMoved = false;
  for (const [position, stop] of stops.entries()) {
    const presentS = before.get(stop.intersectionId);
    if (presentS === undefined) continue;
    const upstreamS = after.get(stops[position - 1]?.intersectionId ?? "");
    if (upstreamS !== undefined && spilling.has(`${stop.intersectionId} ${stop.movementId}`)) {
      const { resolutionS } = known(index.intersections.get(stop.intersectionId), "intersection").controller;
      const link = getLinkToStop(index, stop);
      const aheadS =
        of.kind === "simultaneous" ? 0 : negativeOffsetS({ link, cycleS: of.cycleS, resolutionS });
      shiftS = upstreamS + aheadS - presentS;
      isMoved = true;
    }
    after.set(stop.intersectionId, wrapS(presentS + shiftS, of.cycleS));
  }
  if (!isMoved) return undefined;
  return of.timingPlans.map((it) => ({ ...it, offsetS: after.get(it.intersectionId) ?? it.offsetS }));
}
