/**
 * The whole job on one street: counts arrive, the service estimates flows and solves, the plan passes the gate, goes to
 * the controllers together, they run it, and delay, stops, speed and bands before and after are compared.
 *
 * Real are the service, its store, its sockets and the controllers; simulated are time (faster) and the vehicles.
 */
import { z } from "zod";
import type { Demand } from "../demand/demand.schema.ts";
import { MovementFlowSchema } from "../demand/demand.schema.ts";
import { known } from "../errors.ts";
import type { NetworkIndex } from "../network/find.ts";
import type { StreetMeasures } from "../simulation/simulate-plan.ts";
import { type CoordinationPlan, TimingPlanSchema } from "../timing/plan.schema.ts";
import { type LiveCorridor, startLiveCorridor } from "./live-corridor.ts";
import { type LiveStreet, startLiveStreet } from "./live-street.ts";
import { awaitActive, publishPlan, type ServiceSession } from "./service-session.ts";

export interface DemoOptions {
  readonly index: NetworkIndex;
  /** What the street is asked to carry; the service never sees it. */
  readonly demand: Demand;
  /** What the controllers run before: their own plans. */
  readonly today: CoordinationPlan;
  readonly routeId: string;
  readonly speedFactor: number;
  readonly seed: number;
  /** Measured before and after, s. */
  readonly periodS: number;
  readonly say: (line: string) => void;
}

export interface DemoResult {
  readonly before: StreetMeasures;
  readonly after: StreetMeasures;
  readonly published: readonly z.infer<typeof TimingPlanSchema>[];
  readonly findings: number;
  /** Controllers that do not run the published plan, and why. */
  readonly strays: readonly string[];
  readonly flows: readonly z.infer<typeof MovementFlowSchema>[];
}

/** The street fills up before anything is measured, s. */
const WARM_UP_S = 360;
/** From the commit until every controller has come into step, at most, s: the lead and five long cycles. */
const TRANSITION_S = 900;
/** What the transition leaves behind in the street is gone after so many cycles. */
const SETTLE_CYCLES = 3;

const SolveAnswer = z.looseObject({
  kind: z.string(),
  reasons: z.array(z.string()).optional(),
  timingPlans: z.array(TimingPlanSchema).optional(),
  cycleS: z.number().optional(),
});

export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { index, today, demand } = options;
  const corridor = await startLiveCorridor({
    ...options,
    network: index.network,
    fallbacks: today.timingPlans,
  });
  const street = startLiveStreet({ ...options, ...corridor, flows: demand.flows });
  try {
    return await play({ options, corridor, street });
  } finally {
    street.stop();
    await corridor.stop();
  }
}

async function play(of: {
  readonly options: DemoOptions;
  readonly corridor: LiveCorridor;
  readonly street: LiveStreet;
}): Promise<DemoResult> {
  const { options, corridor, street } = of;
  const { session } = corridor;
  const { say, periodS } = options;
  await street.reach(street.nowS + WARM_UP_S);
  const startS = street.nowS;
  street.startMeasuring();
  say(`street warmed up; measuring ${periodS} s before any change`);
  await street.reach(startS + periodS);
  const before = street.measure();
  say(`before: ${describe(before)}`);

  const window = `fromMs=${Math.round(startS * 1000)}&toMs=${Math.round(street.nowS * 1000)}`;
  const { flows } = await session.engineer.call(
    "GET",
    `${session.base}/flows?${window}`,
    z.looseObject({ flows: z.array(MovementFlowSchema) }),
  );
  say(`flows of ${flows.length} movements estimated from the detectors' counts`);
  const published = await solve(session, options, flows);
  const { fallback } = options.today;
  const findings = await publishPlan(session, {
    plan: { id: PLAN_ID, name: "Solved in the demo", timingPlans: published, fallback },
    nowMs: corridor.clock.nowMs(),
    say,
  });
  const strays = await awaitActive(session, {
    planId: PLAN_ID,
    clock: corridor.clock,
    limitS: TRANSITION_S,
  });
  if (strays.length === 0) say("every controller runs the published plan");
  await street.reach(
    street.nowS + SETTLE_CYCLES * Math.max(...options.today.timingPlans.map((it) => it.cycleS)),
  );
  street.startMeasuring();
  const settledS = street.nowS;
  say(`measuring ${periodS} s under the new plan`);
  await street.reach(settledS + periodS);
  const after = street.measure();
  say(`after: ${describe(after)}`);
  return { before, after, published, findings, strays, flows };
}

const describe = (it: StreetMeasures): string =>
  `${it.meanDelayS.toFixed(1)} s delay and ${it.meanStopRatio.toFixed(2)} stops per vehicle and signal`;

const PLAN_ID = "demo-solved";

async function solve(
  { engineer, base }: ServiceSession,
  { routeId, today, say }: DemoOptions,
  flows: DemoResult["flows"],
): Promise<DemoResult["published"]> {
  const answer = await engineer.call("POST", `${base}/solve`, SolveAnswer, {
    routeId,
    cycle: { minS: 60, maxS: 120, stepS: 1 },
    splits: { targetDegreeOfSaturation: 0.9, slack: "leastDelay" },
    sequences: "choose",
    band: { kind: "equal" },
    aim: "delay",
    flows,
    running: today.timingPlans,
  });
  const timingPlans = known(
    answer.timingPlans,
    `solved plans (${answer.kind}: ${answer.reasons?.join("; ")})`,
  );
  say(`solved: cycle ${answer.cycleS} s`);
  return timingPlans;
}
