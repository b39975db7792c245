/**
 * Turning shares of one intersection from counts over many periods: what leaves, or passes a stop-line detector that
 * several movements share, is a share of what arrives, y(t) = Σ b · x(t) (M. Cremer, H. Keller, "A new class of dynamic
 * methods for the identification of origin-destination flows", Transportation Research B 21, 1987; constrained least
 * squares). Regularized to a prior. Travel inside the intersection is neglected against the period.
 *
 * A count has the variance of a Poisson process, its own expectation; a prior share is taken to be right to ±0.1.
 */
import { known } from "../errors.ts";
import { type ShareObservation, solveShares } from "./simplex-least-squares.ts";

/** 1 ÷ 0.1². */
const PRIOR_SHARE_WEIGHT = 100;

export interface TurningProblem {
  readonly approaches: readonly {
    readonly movements: readonly {
      readonly id: string;
      /** Share of its approach; the shares of an approach sum to 1. */
      readonly priorShare: number;
    }[];
    /** Vehicles that arrive, by period; `undefined`: not counted. */
    readonly arrivals: ReadonlyMap<string, number> | undefined;
  }[];
  /** Vehicles of some movements together, by period: all that leave by an exit, or that pass a detector. */
  readonly sums: readonly {
    readonly movements: ReadonlySet<string>;
    readonly vehicles: ReadonlyMap<string, number>;
  }[];
}

export interface TurningShare {
  readonly share: number;
  /** What the counts say rather than the prior, 0…1. */
  readonly resolution: number;
}

/** Shares by movement. Sums with a movement from an approach that was not counted are left out. */
export const estimateTurningShares = (problem: TurningProblem): Map<string, TurningShare> =>
  solveTurningShares(problem, listTurningObservations(problem));

/** What the counts say of the shares, one observation per sum and period; coefficients in the order of the movements. */
export function listTurningObservations({ approaches, sums }: TurningProblem): ShareObservation[] {
  const movements = approaches.flatMap(({ movements: own, arrivals }) =>
    own.map(({ id }) => ({ id, arrivals })),
  );
  return sums.flatMap(({ movements: summed, vehicles }) =>
    [...vehicles].flatMap(([period, value]): ShareObservation[] => {
      const arrivals = movements.map((it) => (summed.has(it.id) ? it.arrivals?.get(period) : 0));
      if (arrivals.includes(undefined)) return [];
      return [{ coefficients: arrivals.map((it) => it ?? 0), value, weight: 1 / Math.max(1, value) }];
    }),
  );
}

/** The shares that fit these observations and the priors best. */
export function solveTurningShares(
  { approaches }: TurningProblem,
  observations: readonly ShareObservation[],
): Map<string, TurningShare> {
  const movements = approaches.flatMap((it) => it.movements);
  const groups: number[][] = [];
  let next = 0;
  for (const { movements: own } of approaches) {
    groups.push(own.map((_, at) => next + at));
    next += own.length;
  }
  const { shares, resolution } = solveShares({
    observations,
    groups,
    prior: movements.map((it) => it.priorShare),
    priorWeight: PRIOR_SHARE_WEIGHT,
  });
  return new Map(
    movements.map((it, at) => [
      it.id,
      { share: known(shares[at], "share"), resolution: known(resolution[at], "resolution") },
    ]),
  );
}
