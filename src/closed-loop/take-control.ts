/** The service takes a street over: it publishes plans to all controllers and may switch its loop on. */
import { z } from "zod";
import { publishPlan, type ServiceSession } from "../demo/service-session.ts";
import { AppError } from "../errors.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";

const PLAN_ID = "from-counts";
/** The controllers' own plan, as coordination plans name it. */
const FALLBACK = "local";
/** Nobody else is at work: what was just published may be changed at once. */
const LOOP_SETTINGS = { personStayS: 0, cycleMinS: 40 };

const DecisionsAnswer = z.looseObject({
  decisions: z.array(z.looseObject({ atMs: z.number(), outcome: z.string(), reason: z.string() })),
});

export async function takeControl(
  session: ServiceSession,
  of: {
    readonly timingPlans: readonly TimingPlan[];
    readonly loop: "on" | "off";
    readonly nowMs: number;
    readonly say: (line: string) => void;
  },
): Promise<void> {
  const { timingPlans, loop, nowMs, say } = of;
  const plan = { id: PLAN_ID, name: "Solved from counts", timingPlans: [...timingPlans], fallback: FALLBACK };
  await publishPlan(session, { plan, nowMs, say });
  await session.engineer.call("PUT", `${session.base}/loop`, z.unknown(), { ...LOOP_SETTINGS, mode: loop });
}

/** Stops with `unavailable` when not every controller runs what was published. */
export async function requireControl({ engineer, base }: ServiceSession): Promise<void> {
  const { state } = await engineer.call(
    "GET",
    `${base}/plans/${PLAN_ID}`,
    z.looseObject({ state: z.string() }),
  );
  if (state === "active" || state === "superseded") return;
  throw new AppError("unavailable", `the plan from counts is ${state}: not every controller runs it`);
}

/** What the loop decided, as how often each outcome came. */
export async function describeDecisions({ engineer, base }: ServiceSession): Promise<string> {
  const { decisions } = await engineer.call("GET", `${base}/loop/decisions?limit=1000`, DecisionsAnswer);
  const times = new Map<string, number>();
  for (const { outcome } of decisions) times.set(outcome, (times.get(outcome) ?? 0) + 1);
  return [...times].map(([outcome, count]) => `${outcome} ${count}`).join(", ");
}
