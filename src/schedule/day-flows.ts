/** Flow of every movement in every quarter hour of a typical day, from the flows past its detectors. */
import type { Count } from "../demand/count.schema.ts";
import type { MovementFlow } from "../demand/demand.schema.ts";
import { estimateFlows } from "../demand/estimate-flows.ts";
import { known } from "../errors.ts";
import type { NetworkIndex } from "../network/find.ts";
import { SECONDS_PER_HOUR } from "../units.ts";
import { QUARTERS } from "./day-profiles.ts";

const QUARTER_S = 86_400 / QUARTERS;

/**
 * By quarter hour, all movements in the network's order. `flowsVph` is by the network's detectors, as of a typical day;
 * what was never counted has the prior's flow.
 */
export const buildDayFlows = (of: {
  readonly index: NetworkIndex;
  readonly flowsVph: Float64Array;
  readonly prior: readonly MovementFlow[];
}): MovementFlow[][] =>
  Array.from({ length: QUARTERS }, (_, quarter) => {
    // The typical day stands anywhere on the line of time.
    const startAtMs = quarter * QUARTER_S * 1000;
    const counts = of.index.network.detectors.flatMap(({ id }, at): Count[] => {
      const flowVph = known(of.flowsVph[at * QUARTERS + quarter], "flow");
      const countVeh = (flowVph * QUARTER_S) / SECONDS_PER_HOUR;
      return Number.isNaN(flowVph) ? [] : [{ detectorId: id, startAtMs, durationS: QUARTER_S, countVeh }];
    });
    const window = { fromMs: startAtMs, toMs: startAtMs + QUARTER_S * 1000 };
    return estimateFlows({ index: of.index, counts, window, prior: of.prior });
  });
