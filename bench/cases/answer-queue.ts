/**
 * A queue at one signal (`dd1`: arrival and saturation flow, veh/h, red and green, s), and a platoon on a link
 * (`robertson`).
 */
import { z } from "zod";
import { findDeterministicQueue } from "../../src/traffic/deterministic-queue.ts";
import { dispersePlatoon } from "../../src/traffic/platoon-dispersion.ts";
import { Amount, type Answer, PositiveQuantity, REMARKS, readInput } from "./case.ts";

const QueueSchema = z.discriminatedUnion("mode", [
  z.strictObject({
    ...REMARKS,
    mode: z.literal("dd1"),
    arrival: Amount,
    sat: PositiveQuantity,
    red: Amount,
    green: PositiveQuantity,
  }),
  z.strictObject({
    ...REMARKS,
    mode: z.literal("robertson"),
    flows: z.array(Amount).min(1),
    /** Whole steps. */
    lag: Amount.pipe(z.int()),
    F: PositiveQuantity.pipe(z.number().max(1)),
    steps: PositiveQuantity.pipe(z.int()),
  }),
]);

export function answerQueue(input: unknown): Answer {
  const given = readInput(QueueSchema, input);
  if (given.mode === "robertson") {
    const { flows: leaving, lag: lagSteps, F: smoothing, steps } = given;
    const flows = dispersePlatoon({ flows: leaving, lagSteps, smoothing, steps });
    return { flows, total: flows.reduce((sum, it) => sum + it, 0) };
  }
  const queue = findDeterministicQueue({
    flowVph: given.arrival,
    saturationFlowVph: given.sat,
    redS: given.red,
    greenS: given.green,
  });
  if (queue === undefined) throw new Error("more arrives than leaves: the queue has no end");
  return {
    proportion_cycle_with_queue: queue.queuedRatio,
    proportion_stopped: queue.stopRatio,
    time_to_clear: queue.clearanceS,
    max_queue: queue.longestQueueVeh,
    total_delay: queue.cycleDelayVehS,
    average_delay: queue.meanDelayS,
    max_delay: queue.longestDelayS,
  };
}
