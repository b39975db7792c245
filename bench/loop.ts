/**
 * Ticks of the adaptive loop on the district: from the frozen snapshot (network, counts, running plans, overrides) to the
 * published transaction, with store, worker, safety gate and records as in the service. The controllers are stubbed at
 * the transaction: they prepare and run every plan at once. Processor time of all threads together, which is what a tick
 * takes on one core; time by the clock beside it. Demand rises and falls, and every detector is noisy.
 */
import path from "node:path";
import type { LoopDecision } from "../src/control/loop/loop.schema.ts";
import type { Network } from "../src/network/network.schema.ts";
import { createSeededRandom, type SeededRandom } from "../src/network/seeded-random.ts";
import { buildDistrict } from "../src/shipped/district.ts";
import type { FlowOfMovement } from "../src/traffic/evaluate-plan.ts";
import { listTickGoals, openLoopWorld, TICK_S, type Tick } from "./loop-world.ts";
import type { Part } from "./part.ts";
import { describeSpread, summarize } from "./summarize.ts";

const START_MS = Date.UTC(2026, 10, 23, 6);
const TICKS = 180;
const SHORT_TICKS = 20;
/** The window has to fill before flows are sure. */
const WARM_UP_TICKS = 15;

export const loop: Part = async ({ isShort, folder, print }) => {
  const shipped = buildDistrict();
  const world = await openLoopWorld({
    folder: path.join(folder, "loop"),
    shipped,
    startAtMs: START_MS,
    commit: (_, settle) => settle(),
    isOnline: () => true,
  });
  const flowsVph = listDetectorFlows(shipped.network, shipped.demand.flows);
  const random = createSeededRandom(1);
  const ticks: Tick[] = [];
  const count = isShort ? SHORT_TICKS : TICKS;
  for (let tick = 0; tick < WARM_UP_TICKS + count; tick++) {
    const countsVeh = flowsVph.map((it) => drawCount((it * factorAt(tick)) / 60, random));
    await world.insertMinute({ countsVeh });
    const took = await world.tick();
    if (tick >= WARM_UP_TICKS) ticks.push(took);
  }
  const decisions = countOutcomes(await world.listDecisions());
  await world.close();
  const cpu = summarize(ticks.map((it) => it.cpuMs));
  const wall = summarize(ticks.map((it) => it.wallMs));
  print(`${count} ticks of ${TICK_S} s on 194 intersections: ${describe(decisions)}`);
  print(`processor time ${describeSpread(cpu)}`);
  print(`by the clock ${describeSpread(wall)}`);
  const failed = (decisions["failed"] ?? 0) + (decisions["late"] ?? 0);
  return {
    figures: { ticks: count, cpu, wall, decisions },
    goals: listTickGoals(cpu),
    wrong: [
      ...(failed === 0 ? [] : [`${failed} ticks failed or were late`]),
      ...((decisions["published"] ?? 0) > 0 ? [] : ["nothing was published"]),
    ],
  };
};

function countOutcomes(decisions: readonly LoopDecision[]): Record<string, number> {
  const outcomes: Record<string, number> = {};
  for (const { outcome, change } of decisions) {
    const name = outcome === "published" ? `published ${change}` : outcome;
    outcomes[name] = (outcomes[name] ?? 0) + 1;
    if (outcome === "published") outcomes["published"] = (outcomes["published"] ?? 0) + 1;
  }
  return outcomes;
}

const describe = (outcomes: Readonly<Record<string, number>>): string =>
  Object.entries(outcomes)
    .map(([outcome, times]) => `${outcome} ${times}`)
    .join(", ");

/** A rise to 1.1 of the demand and a fall from it, over three hours. */
const factorAt = (tick: number): number => 0.6 + 0.5 * Math.sin((Math.PI * tick) / TICKS) ** 2;

/** What each detector sees of the demand, veh/h. */
function listDetectorFlows(
  { intersections, detectors }: Network,
  flows: readonly FlowOfMovement[],
): readonly number[] {
  const flowOf = new Map(flows.map((it) => [`${it.intersectionId} ${it.movementId}`, it.flowVph]));
  const seen = intersections.flatMap(({ id, approaches, movements }) =>
    movements.map((it) => ({
      id: it.id,
      flowVph: flowOf.get(`${id} ${it.id}`) ?? 0,
      fromLinkId: approaches.find((approach) => approach.id === it.approachId)?.linkId,
      toLinkId: it.toLinkId,
    })),
  );
  return detectors.map(({ linkId, type, movementIds }) => {
    const own = seen.filter((it) =>
      type === "exit"
        ? it.toLinkId === linkId
        : it.fromLinkId === linkId && (movementIds?.includes(it.id) ?? true),
    );
    return own.reduce((sum, it) => sum + it.flowVph, 0);
  });
}

/** Three uniform draws are near enough to a normal one; its variance is that of Poisson arrivals. */
function drawCount(meanVeh: number, random: SeededRandom): number {
  const draw = random.uniform() + random.uniform() + random.uniform() - 1.5;
  return Math.max(0, Math.round(meanVeh + 2 * draw * Math.sqrt(meanVeh)));
}
