/**
 * When each stream (a movement or a crossing) has the right of way on the cycle of a plan: its green and what clears it.
 * Whole tenths of a second ("Ds") on the common cycle.
 *
 * A crossing walks from the start of each phase that serves it and clears after that, whether called or not: the gate
 * judges the worst case. An actuated crossing that does not fit is cut at the end of green here, because its controller
 * holds everything else until it has cleared (rule 13 tells the cost).
 */
import { known } from "../errors.ts";
import { getPhase } from "../network/find.ts";
import type { Intersection } from "../network/network.schema.ts";
import { type Interval, toTenths } from "./cycle.ts";
import { buildMovementGreens, type PhaseTimes } from "./phase-times.ts";
import type { TimingPlan } from "./plan.schema.ts";

export interface StreamWindow {
  readonly streamId: string;
  readonly kind: "vehicle" | "crossing";
  /** Permitted: yields to the streams that run together with it. */
  readonly protection: "protected" | "permitted";
  /** The phases that give it, in no order. */
  readonly phases: readonly PhaseTimes[];
  /** In [0, cycle). */
  readonly startDs: number;
  /** Green, or walk. */
  readonly greenDs: number;
  /** Green and yellow, or walk and pedestrian clearance: while it is on the conflict area by right. */
  readonly occupiedDs: number;
  /** From the end of green to the earliest conflicting green when no intergreen is configured. */
  readonly intergreenDs: number;
}

/** Windows by stream; a stream without right of way has none. */
export function buildStreams(
  intersection: Intersection,
  plan: TimingPlan,
  times: readonly PhaseTimes[],
): Map<string, StreamWindow[]> {
  const streams = new Map<string, StreamWindow[]>();
  const cycleDs = toTenths(plan.cycleS);
  for (const [id, greens] of buildMovementGreens(intersection, plan, times)) {
    streams.set(
      id,
      (["protected", "permitted"] as const).flatMap((protection) => {
        const serving = times.filter(({ phase }) =>
          getPhase(intersection, phase)[`${protection}Movements`].includes(id),
        );
        return greens[protection].map((it) =>
          buildVehicleWindow({ streamId: id, protection, interval: it, serving, cycleDs }),
        );
      }),
    );
  }
  for (const { id, walkS, clearanceS, service } of intersection.crossings) {
    const walkDs = toTenths(walkS);
    const wholeDs = walkDs + toTenths(clearanceS);
    streams.set(
      id,
      times
        .filter((it) => getPhase(intersection, it.phase).crossings.includes(id))
        .map((it) => {
          const greenDs = Math.max(0, toTenths(it.greenS));
          const occupiedDs = service === "actuated" ? Math.min(wholeDs, greenDs) : wholeDs;
          return {
            streamId: id,
            kind: "crossing",
            protection: "protected",
            phases: [it],
            startDs: toTenths(it.greenStartS),
            greenDs: Math.min(walkDs, occupiedDs),
            occupiedDs,
            intergreenDs: 0,
          };
        }),
    );
  }
  return streams;
}

/** From one point of the cycle forward to another, in [0, cycle). */
export const forwardDs = (fromDs: number, toDs: number, cycleDs: number): number =>
  (((toDs - fromDs) % cycleDs) + cycleDs) % cycleDs;

/** Do two phases ever run together: the same, or in different rings between the same barriers. */
export const runTogether = (a: PhaseTimes, b: PhaseTimes): boolean =>
  a.phase === b.phase || (a.ring !== b.ring && a.barrierGroup === b.barrierGroup);

function buildVehicleWindow(given: {
  readonly streamId: string;
  readonly protection: StreamWindow["protection"];
  readonly interval: Interval;
  readonly serving: readonly PhaseTimes[];
  readonly cycleDs: number;
}): StreamWindow {
  const { streamId, protection, interval, serving, cycleDs } = given;
  const startDs = toTenths(interval.startS);
  const greenDs = toTenths(interval.lengthS);
  const phases = serving.filter((it) => forwardDs(startDs, toTenths(it.greenStartS), cycleDs) < greenDs);
  const last = known(
    phases.reduce<PhaseTimes | undefined>(
      (best, it) => (best === undefined || endOf(it) >= endOf(best) ? it : best),
      undefined,
    ),
    `phase that gives ${streamId} its green`,
  );
  const unending = greenDs >= cycleDs;
  return {
    streamId,
    kind: "vehicle",
    protection,
    phases,
    startDs,
    greenDs,
    occupiedDs: unending ? greenDs : greenDs + toTenths(last.yellowS),
    intergreenDs: unending ? 0 : toTenths(last.yellowS) + toTenths(last.redClearanceS),
  };

  function endOf(it: PhaseTimes): number {
    return forwardDs(startDs, toTenths(it.greenStartS), cycleDs) + toTenths(it.greenS);
  }
}
