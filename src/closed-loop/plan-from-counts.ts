/**
 * Fixed-time plans from nothing but what the loops counted while today's plans ran: flows are estimated, the network is
 * solved, and every plan passes the safety gate.
 */
import type { MovementFlow } from "../demand/demand.schema.ts";
import { estimateFlows } from "../demand/estimate-flows.ts";
import { applyDischarge, learnDischarge } from "../demand/learn-discharge.ts";
import { raiseToServed } from "../demand/served-capacity.ts";
import { AppError } from "../errors.ts";
import { exportSumo } from "../exchange/sumo/export-sumo.ts";
import { buildNetworkIndex, type NetworkIndex } from "../network/find.ts";
import { solveFullNetwork } from "../solver/network/solve-full-network.ts";
import { solveNetwork } from "../solver/network/solve-network.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { buildSites } from "../timing/site.ts";
import { describeFinding } from "../timing/validate-plan.ts";
import { validateTimingPlan } from "../timing/validate-timing-plan.ts";
import { groupFlows } from "../traffic/evaluate-plan.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import type { StreetRun } from "./instruments.ts";
import type { OpenStreet } from "./open-street.ts";
import { ZERO_S } from "./simulated-day.ts";

/** What a run has shown: the street as learned, and its flows. */
export interface LearnedStreet {
  readonly index: NetworkIndex;
  readonly flows: readonly MovementFlow[];
}

export interface CountedPlans extends LearnedStreet {
  readonly timingPlans: readonly TimingPlan[];
}

/** Rejects with `unavailable` when no plan fits. */
export function planFromCounts(street: OpenStreet, counted: StreetRun): CountedPlans {
  const { index, flows } = learnFromCounts(street, counted, street.shippedPlans);
  const solve = street.shippedPlans.length < street.todaysPlans.length ? solveNetwork : solveFullNetwork;
  const answer = solve({
    index,
    flows,
    periodH: demandHoursOf(street),
    running: street.todaysPlans,
    cycle: { minS: 40, maxS: 120, stepS: 1 },
    splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
    sequences: "choose",
    floors: [],
    seed: 1,
    starts: 3,
  });
  if (answer.kind === "infeasible") {
    throw new AppError("unavailable", `no plan fits the counts: ${answer.reasons.join("; ")}`);
  }
  checkPlans(street, answer.timingPlans);
  return { index, flows, timingPlans: answer.timingPlans };
}

/** `ran`: the plans under which it was counted, as far as they are known. */
export function learnFromCounts(
  street: OpenStreet,
  counted: StreetRun,
  ran: readonly TimingPlan[],
): LearnedStreet {
  const { scenario } = street;
  const window = { fromMs: (ZERO_S + scenario.beginS) * 1000, toMs: (ZERO_S + scenario.endS) * 1000 };
  const flows = estimateFlows({ index: street.index, counts: counted.counts, window, prior: [] });
  return { flows, index: raiseToServed(learnStreet(street, flows, counted), { flows, ran }) };
}

/** How long the demand lasts, h. */
export const demandHoursOf = ({ scenario }: OpenStreet): number =>
  (scenario.endS - scenario.beginS) / SECONDS_PER_HOUR;

/** The street with the saturation flows that the run shows. */
function learnStreet(
  { index }: OpenStreet,
  flows: readonly MovementFlow[],
  { passages, greens }: StreetRun,
): NetworkIndex {
  const byMovement = groupFlows(flows);
  const learned = index.network.intersections.flatMap((intersection) =>
    learnDischarge({
      index,
      intersection,
      flows: byMovement.get(intersection.id) ?? new Map(),
      passages,
      greens: greens.get(intersection.id) ?? new Map(),
    }),
  );
  return buildNetworkIndex(applyDischarge(index.network, learned));
}

/** Stops at a plan that the safety gate blocks. */
function checkPlans({ index }: OpenStreet, timingPlans: readonly TimingPlan[]): void {
  const sites = buildSites(index.network);
  const blocks = timingPlans.flatMap((timingPlan) => {
    const site = sites.get(timingPlan.intersectionId);
    if (site === undefined) return [];
    return validateTimingPlan({ site, timingPlan }).filter((it) => it.severity === "BLOCK");
  });
  if (blocks.length === 0) return;
  throw new AppError("unavailable", "the safety gate blocks the solved plans", {
    faults: blocks.map((it) => ({ path: it.path, message: describeFinding(it) })),
  });
}

/** The plans, those of today as they were shipped, as an additional file of SUMO, on the clock of the simulated day. */
export const toProgramFile = (
  { index, signals, shippedPlans }: OpenStreet,
  timingPlans: readonly TimingPlan[],
): string =>
  exportSumo({
    index,
    asShipped: new Set(timingPlans.filter((it) => shippedPlans.includes(it)).map((it) => it.intersectionId)),
    signals: [...signals.values()],
    plansOfDay: [{ fromS: 0, timingPlans }],
    zeroS: ZERO_S,
  });
