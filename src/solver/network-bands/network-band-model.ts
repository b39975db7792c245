/**
 * The bands of several routes as a mixed-integer program, for small networks and as a peer of the search. Offsets are
 * continuous. After Little, Kelson and Gartner (MAXBAND, Transportation Research Record 795, 1981), with each signal's
 * offset kept as a variable, so that routes that share it are tied without loop equations. Times in cycles:
 *
 *   max Σ weight · b
 *   0 ≤ p − θ − Σ s·y − m,   p − θ − Σ s·y − m + b ≤ Σ g·y + 1 − u   at every stop of a way
 *   b ≤ Σ g·y,  b ≤ u;   b ≥ floor;   Σ y over an alternative's greens = z of the alternative;   Σ z = 1
 *
 * b band, p its beginning at the first stop, θ offset, s, g start (less the travel time, on the cycle) and length of the
 * green that is passed (y = 1), m whole cycles, u = 1 where the way has a band: without one (b = 0) every row holds,
 * which MAXBAND as published cannot express.
 */
import { known } from "../../errors.ts";
import { wrapS } from "../../timing/cycle.ts";
import type { LpModel, LpRow, LpVariable } from "../lp/lp-engine.ts";
import type { BandStop, BandWay, NetworkBandProblem, SignalChoices } from "./network-band-problem.ts";

export interface NetworkBandModel {
  readonly model: LpModel;
  /** What a solution of the model says of the signals, offsets to the nearest step of the resolution. */
  readChoices(values: readonly number[]): SignalChoices;
}

type Term = LpRow["terms"][number];

interface Draft {
  readonly variables: LpVariable[];
  readonly rows: LpRow[];
  /** By signal: places of θ and of z per alternative. */
  readonly signals: readonly { readonly offset: number; readonly alternatives: readonly number[] }[];
}

export function buildNetworkBandModel(problem: NetworkBandProblem): NetworkBandModel {
  const { cycleS, resolutionS, signals } = problem;
  const variables: LpVariable[] = [];
  const add = (variable: LpVariable): number => variables.push(variable) - 1;
  const draft: Draft = {
    variables,
    rows: [],
    signals: signals.map(({ alternativeCount }, signal) => ({
      offset: add({ name: `offset ${signal}`, lower: 0, upper: 1, objective: 0 }),
      alternatives: Array.from({ length: alternativeCount }, () => add(pick("alternative"))),
    })),
  };
  for (const { alternatives } of draft.signals)
    constrain(draft, "one alternative", sumOf(alternatives), [1, 1]);
  for (const { outbound, inbound } of problem.routes) {
    addWay(draft, outbound, cycleS);
    if (inbound !== undefined) addWay(draft, inbound, cycleS);
  }
  return {
    model: { sense: "maximize", variables, rows: draft.rows },
    readChoices: (values) =>
      draft.signals.map(({ offset, alternatives }) => ({
        alternative: alternatives.findIndex((it) => known(values[it], "alternative") > 0.5),
        offsetS: wrapS(
          Math.round((known(values[offset], "offset") * cycleS) / resolutionS) * resolutionS,
          cycleS,
        ),
      })),
  };
}

const pick = (name: string): LpVariable => ({ name, lower: 0, upper: 1, objective: 0, integer: true });

const term = (variable: number, coefficient: number): Term => ({ variable, coefficient });

const sumOf = (variables: readonly number[]): Term[] => variables.map((it) => term(it, 1));

function constrain(
  { rows }: Draft,
  name: string,
  terms: readonly Term[],
  [lower, upper]: readonly [number, number],
): void {
  rows.push({ name, lower, upper, terms });
}

function addWay(draft: Draft, { stops, weight, floorS }: BandWay, cycleS: number): void {
  if (weight === 0 && floorS === 0) return;
  const { variables } = draft;
  const band =
    variables.push({ name: "b", lower: floorS / cycleS, upper: 1, objective: weight * cycleS }) - 1;
  const begin = variables.push({ name: "p", lower: 0, upper: 1, objective: 0 }) - 1;
  const has = variables.push(pick("u")) - 1;
  constrain(draft, "band if any", [term(band, 1), term(has, -1)], [Number.NEGATIVE_INFINITY, 0]);
  for (const stop of stops) addStop(draft, stop, { band, begin, has, cycleS });
}

function addStop(
  draft: Draft,
  { signal, travelS, greens }: BandStop,
  way: { readonly band: number; readonly begin: number; readonly has: number; readonly cycleS: number },
): void {
  const { variables } = draft;
  const { band, begin, has, cycleS } = way;
  const { offset, alternatives } = known(draft.signals[signal], `signal ${signal}`);
  const picks = greens.flatMap((ofAlternative, alternative) => {
    const own = ofAlternative.map(({ startS, lengthS }) => {
      const isAlways = lengthS >= cycleS;
      // Green that never ends has no beginning to wait for: two cycles hold any wait and any band.
      return {
        at: 0,
        start: isAlways ? 0 : wrapS(startS - travelS, cycleS) / cycleS,
        green: isAlways ? 2 : lengthS / cycleS,
      };
    });
    for (const it of own) it.at = variables.push(pick("green")) - 1;
    const chosen = term(known(alternatives[alternative], "alternative"), -1);
    if (own.length > 0) constrain(draft, "one green", [...sumOf(own.map((it) => it.at)), chosen], [0, 0]);
    return own;
  });
  const starts = picks.map((it) => term(it.at, -it.start));
  const greenTerms = picks.map((it) => term(it.at, -it.green));
  const cycles = variables.push({ name: "m", lower: -2, upper: 1, objective: 0, integer: true }) - 1;
  const wait = [term(begin, 1), term(offset, -1), ...starts, term(cycles, -1)];
  constrain(draft, "begins in green", wait, [0, Number.POSITIVE_INFINITY]);
  constrain(
    draft,
    "ends in green",
    [...wait, term(band, 1), ...greenTerms, term(has, 1)],
    [Number.NEGATIVE_INFINITY, 1],
  );
  constrain(draft, "no wider than green", [term(band, 1), ...greenTerms], [Number.NEGATIVE_INFINITY, 0]);
}
