/** A gated plan goes to one reference controller per intersection; their lamps are logged until all are in step. */
import { setTimeout as wait } from "node:timers/promises";
import { fixed } from "../src/commands/describe-measures.ts";
import { formatTable } from "../src/commands/terminal.ts";
import { judgeLamps, type LampVerdict } from "../src/demo/judge-lamps.ts";
import { startLiveCorridor } from "../src/demo/live-corridor.ts";
import { awaitActive, publishPlan } from "../src/demo/service-session.ts";
import { known } from "../src/errors.ts";
import { getIntersection, type NetworkIndex } from "../src/network/find.ts";
import type { IndicationChange } from "../src/timing/indications.ts";
import type { CoordinationPlan } from "../src/timing/plan.schema.ts";
import type { Check } from "./study-table.ts";

/** Faster than real time by this factor; the protocol gives a controller 10 s for its answer, also when all share a core. */
const SPEED_FACTOR = 15;
/** Each controller's own plan is seen for so long before anything is published, s. */
const BEFORE_S = 300;
/** From the publication until every lamp is in step, at most, s. */
const LIMIT_S = 3000;
/** Cycles in step that are judged; the first may still be adjusted behind its reference point. */
const WANTED_CYCLES = 4;
const LOOK_MS = 1000;

export interface FleetReport {
  readonly controllers: readonly LampVerdict[];
  /** Of the service: controllers that do not run the plan, and why. */
  readonly strays: readonly string[];
  /** From the publication until the last reference point came into step, s. */
  readonly inStepAfterS: number;
}

export async function runOnControllers(of: {
  readonly index: NetworkIndex;
  readonly today: CoordinationPlan;
  readonly plan: CoordinationPlan;
  readonly say: (line: string) => void;
}): Promise<FleetReport> {
  const { index, today, plan, say } = of;
  const logs = new Map(plan.timingPlans.map((it) => [it.intersectionId, [] as IndicationChange[]]));
  const corridor = await startLiveCorridor({
    network: index.network,
    fallbacks: today.timingPlans,
    speedFactor: SPEED_FACTOR,
    onIndications: (id, changes) => known(logs.get(id), `log of ${id}`).push(...changes),
    say,
  });
  const judge = (): LampVerdict[] =>
    plan.timingPlans.map((it) =>
      judgeLamps(
        getIntersection(index, it.intersectionId),
        it,
        known(logs.get(it.intersectionId), `log of ${it.intersectionId}`),
      ),
    );
  try {
    const { clock, session } = corridor;
    await wait((BEFORE_S * 1000) / SPEED_FACTOR);
    const publishedMs = clock.nowMs();
    await publishPlan(session, { plan, nowMs: publishedMs, say });
    const untilMs = publishedMs + LIMIT_S * 1000;
    const strays = await awaitActive(session, { planId: plan.id, clock, limitS: LIMIT_S });
    let controllers = judge();
    while (clock.nowMs() < untilMs && controllers.some((it) => it.cycles < WANTED_CYCLES)) {
      await wait(LOOK_MS);
      controllers = judge();
    }
    const lastDs = Math.max(...controllers.map((it) => it.inStepDs ?? Number.NaN));
    return { controllers, strays, inStepAfterS: lastDs / 10 - publishedMs / 1000 };
  } finally {
    await corridor.stop();
  }
}

export function describeFleet({ controllers, inStepAfterS, strays }: FleetReport): string {
  const rows = controllers.map((it) => [
    it.intersectionId,
    it.inStepDs === undefined ? "never" : "yes",
    it.cycles,
    it.faults.length,
    it.conflictDs,
  ]);
  return [
    `Controllers, judged by their lamps (${strays.length} strays by their own word; last in step ${fixed(inStepAfterS, 0)} s after the publication):`,
    formatTable(["", "in step", "cycles in step", "faults", "conflicting tenths"], rows),
  ].join("\n");
}

export function checkFleet({ controllers, strays }: FleetReport): Check[] {
  const off = controllers.filter((it) => it.cycles < WANTED_CYCLES || it.faults.length > 0);
  const conflictDs = controllers.reduce((sum, it) => sum + it.conflictDs, 0);
  const loggedDs = controllers.reduce((sum, it) => sum + it.loggedDs, 0);
  return [
    {
      title: `all ${controllers.length} controllers run the published plan, by their lamps`,
      passed: off.length === 0 && strays.length === 0,
      detail:
        [
          ...strays,
          ...off.map(
            (it) => `${it.intersectionId}: ${it.cycles} cycles, ${it.faults.slice(0, 3).join("; ")}`,
          ),
        ].join("; ") || "cycle, splits, sequence and offset of every cycle after the transition",
    },
    {
      title: "no conflicting greens",
      passed: conflictDs === 0,
      detail: `${conflictDs} of ${loggedDs} tenths of a second, before, in and after the transition`,
    },
  ];
}
