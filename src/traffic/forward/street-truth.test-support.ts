/** How many vehicles wait on the simulated street of single vehicles, which shares no code with the forward model. */
import type { MovementFlow } from "../../demand/demand.schema.ts";
import type { NetworkIndex } from "../../network/find.ts";
import { createSeededRandom } from "../../network/seeded-random.ts";
import { listLampChanges } from "../../simulation/lamps.ts";
import { Street } from "../../simulation/street.ts";
import { buildStreetLayout } from "../../simulation/street-layout.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { FlowOfMovement } from "../evaluate-plan.ts";

/** Mean over the period and the seeds of the vehicles in queue, inside or outside the network: veh·h/h of delay. */
export function measureWaitingVeh(of: {
  readonly index: NetworkIndex;
  readonly flows: readonly FlowOfMovement[];
  readonly timingPlans: readonly TimingPlan[];
  readonly seeds: number;
  readonly warmUpS: number;
  readonly periodS: number;
}): number {
  const endS = of.warmUpS + of.periodS;
  const flows = of.flows.map((it): MovementFlow => ({ ...it, confidence: 1 }));
  const changes = listLampChanges({ index: of.index, timingPlans: of.timingPlans, fromS: 0, toS: endS });
  let vehicleSeconds = 0;
  for (let seed = 1; seed <= of.seeds; seed++) {
    const street = new Street({
      layout: buildStreetLayout(of.index, flows),
      random: createSeededRandom(seed),
      startS: 0,
    });
    let next = 0;
    for (let second = 1; second <= endS; second++) {
      const from = next;
      while ((changes[next]?.atS ?? endS) < second) next++;
      street.advance(second, changes.slice(from, next));
      if (second > of.warmUpS) vehicleSeconds += street.waitingVeh;
    }
  }
  return vehicleSeconds / of.periodS / of.seeds;
}
