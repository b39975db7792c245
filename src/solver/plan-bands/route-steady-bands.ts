/**
 * One band per direction whose speed changes little from link to link, for drivers who are to keep a steady pace: MAXBAND
 * (solver/bands/maxband-model.ts) with its limit on the change of speed, then offsets on the controllers' resolution for
 * the speeds that it found.
 *
 * Speeds move within the network's own range (`leastProgressionSpeedMps` up to the progression speed). The limit in m/s
 * becomes one of 1/speed at the route's mean speed, as in the paper. The bound is the integer program's.
 */
import { known } from "../../errors.ts";
import { getLinkToStop, type NetworkIndex } from "../../network/find.ts";
import type { Route } from "../../network/network.schema.ts";
import { settleTravel } from "../bands/band-problem.ts";
import { solveBandGrid } from "../bands/solve-band-grid.ts";
import { solveMaxband } from "../bands/solve-maxband.ts";
import { placePlans, type RouteBandsInput } from "../link-bands/route-link-bands.ts";
import type { LpEngine } from "../lp/lp-engine.ts";
import { buildBandProblem } from "../route/route-candidate.ts";
import type { NamedBand } from "./plan-bands-request.ts";

/** Branch and bound stops there; the answer then says how far from the optimum it can be. */
const NODES = 2000;

export interface SteadyBands {
  readonly timingPlans: ReturnType<typeof placePlans>;
  readonly bands: readonly NamedBand[];
  readonly value: number;
  readonly bound: number;
  readonly notes: readonly string[];
}

/** A sentence where there is no plan. */
export function solveSteadyBands(
  of: {
    readonly index: NetworkIndex;
    readonly route: Route;
    readonly input: RouteBandsInput;
    readonly speedChangeMps: number;
  },
  engine: LpEngine,
): SteadyBands | string {
  const { index, route, input } = of;
  const { cycleS, resolutionS } = input;
  if (!input.route.twoWay) return "A band of steady speed is solved for both directions; the route has one.";
  const problem = buildBandProblem({ ...input, objective: { kind: "equal" } });
  const lengthsM = route.outbound.stops.slice(1).map((it) => getLinkToStop(index, it).lengthM);
  const travelS = problem.links.reduce((sum, it) => sum + it.outboundTravelS, 0);
  const meanMps = lengthsM.reduce((sum, it) => sum + it, 0) / travelS;
  const answer = solveMaxband(
    engine,
    {
      problem,
      cycle: { leastS: cycleS, mostS: cycleS },
      speedChange: { lengthsM, slownessMax: of.speedChangeMps / meanMps ** 2 },
    },
    { workLimit: NODES },
  );
  if (answer.kind === "limit") return "No band of steady speed was found within the limit of work.";
  if (answer.kind === "rejected") return `The integer program's answer does not hold: ${answer.reason}.`;
  if (answer.kind === "noBand") return "No band of both directions keeps its speed within that change.";
  const settled = settleTravel(problem, answer.plan);
  const grid = solveBandGrid(settled, { resolutionS });
  if (grid.kind === "noBand") return "On the controllers' resolution no band is left.";
  return {
    timingPlans: placePlans(input, grid.signals),
    value: grid.valueS,
    bound: Math.max(answer.bound * cycleS, grid.valueS),
    bands: (["outbound", "inbound"] as const).map((direction) => ({
      name: route.id,
      direction,
      bandwidthS: grid.bandwidthS[direction],
      weight: 0.5,
    })),
    notes: listSpeeds(
      lengthsM,
      settled.links.map((it) => [it.outboundTravelS, it.inboundTravelS]),
    ),
  };
}

function listSpeeds(lengthsM: readonly number[], travelS: readonly (readonly [number, number])[]): string[] {
  const speedsOf = (direction: 0 | 1) =>
    travelS.map((it, at) => (known(lengthsM[at], "length") / it[direction]).toFixed(1)).join(", ");
  return [`Speeds from link to link, m/s: outbound ${speedsOf(0)}; inbound, same links, ${speedsOf(1)}.`];
}
