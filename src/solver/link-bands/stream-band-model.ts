/**
 * Stream bands as a mixed-integer program on the grid, for small problems: exact where the engine proves it.
 *
 *   max  Σ a·b
 *   b ≥ B_min·z,  b ≤ C·z                                  (z: the band is kept)
 *   o_i + s + w = p + t_i + m·C,  w + b ≤ g + C·(1 − z)      at every stop i of the stream
 * where s, g are those of the one green that is passed, and o_i is a whole number of steps.
 * After Arsava, Xie and Gartner, OD-BAND, Transportation Research Record 2558 (2016), at fixed travel times, with offsets
 * kept as variables in place of loop constraints.
 */
import { known } from "../../errors.ts";
import type { SignalChoice } from "../bands/band-problem.ts";
import type { LpModel, LpRow, LpVariable } from "../lp/lp-engine.ts";
import type { BandStream, StreamBandProblem } from "./stream-band-problem.ts";

type Term = readonly [variable: number, coefficient: number];

export interface StreamBandModel {
  readonly model: LpModel;
  readPlan(values: readonly number[]): SignalChoice[];
}

interface Draft {
  readonly problem: StreamBandProblem;
  readonly variables: LpVariable[];
  readonly rows: LpRow[];
  /** Per signal: the offset in steps, and one binary per alternative. */
  readonly signals: readonly { readonly offset: number; readonly picks: readonly number[] }[];
  readonly resolutionS: number;
}

export function buildStreamBandModel(problem: StreamBandProblem, resolutionS: number): StreamBandModel {
  const variables: LpVariable[] = [];
  const rows: LpRow[] = [];
  const steps = Math.round(problem.cycleS / resolutionS);
  const signals = problem.alternativeCounts.map((count, i) => ({
    offset: add(variables, { name: `o ${i}`, upper: i === 0 ? 0 : steps - 1, integer: true }),
    picks: Array.from({ length: count }, () =>
      add(variables, { name: `pick ${i}`, upper: 1, integer: true }),
    ),
  }));
  const draft: Draft = { problem, variables, rows, signals, resolutionS };
  for (const { picks } of signals)
    constrain(
      draft,
      picks.map((it): Term => [it, 1]),
      { lower: 1, upper: 1 },
    );
  for (const stream of problem.streams) addStream(draft, stream);
  return {
    model: { sense: "maximize", variables, rows },
    readPlan: (values) =>
      signals.map(({ offset, picks }) => ({
        alternative: picks.findIndex((it) => known(values[it], "pick") > 0.5),
        offsetS: Math.round(known(values[offset], "offset")) * resolutionS,
      })),
  };
}

/** The new variable's place; 0 or more, and without a part in the objective, unless said otherwise. */
const add = (variables: LpVariable[], it: Partial<LpVariable> & { readonly name: string }): number =>
  variables.push({ lower: 0, upper: Number.POSITIVE_INFINITY, objective: 0, ...it }) - 1;

function constrain(
  { rows }: Draft,
  terms: readonly Term[],
  { lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY }: { lower?: number; upper?: number },
): void {
  rows.push({
    name: `row ${rows.length}`,
    lower,
    upper,
    terms: terms.map(([variable, coefficient]) => ({ variable, coefficient })),
  });
}

function addStream(draft: Draft, { weight, stops }: BandStream): void {
  const { problem, variables, signals, resolutionS } = draft;
  const { cycleS, leastBandS } = problem;
  const width = add(variables, { name: "b", upper: cycleS, objective: weight });
  const begin = add(variables, { name: "p", upper: cycleS });
  const kept = add(variables, { name: "z", upper: 1, integer: true });
  constrain(
    draft,
    [
      [width, 1],
      [kept, -leastBandS],
    ],
    { lower: 0 },
  );
  constrain(
    draft,
    [
      [width, 1],
      [kept, -cycleS],
    ],
    { upper: 0 },
  );
  for (const { signal, greens, arrivalS } of stops) {
    const { offset, picks } = known(signals[signal], `signal ${signal}`);
    const wait = add(variables, { name: "w", upper: cycleS });
    // One green of the alternative that runs; none at all, with the band dropped, where the alternative has none.
    const passed = greens.flatMap((ofAlternative, alternative) => {
      const chosen = ofAlternative.map((green) => ({
        startS: green.startS,
        // A green that fills the cycle is given a second one, so that no wait in it narrows the band.
        lengthS: green.lengthS >= cycleS ? 2 * cycleS : green.lengthS,
        variable: add(variables, { name: "green", upper: 1, integer: true }),
      }));
      constrain(
        draft,
        [...chosen.map((it): Term => [it.variable, 1]), [known(picks[alternative], "pick"), -1]],
        { upper: 0 },
      );
      return chosen;
    });
    constrain(draft, [...passed.map((it): Term => [it.variable, 1]), [kept, -1]], { lower: 0 });
    constrain(
      draft,
      [[wait, 1], [width, 1], [kept, cycleS], ...passed.map((it): Term => [it.variable, -it.lengthS])],
      { upper: cycleS },
    );
    const cycles =
      3 + Math.ceil((Math.abs(arrivalS) + Math.max(0, ...passed.map((it) => Math.abs(it.startS)))) / cycleS);
    const m = add(variables, { name: "m", lower: -cycles, upper: cycles, integer: true });
    constrain(
      draft,
      [
        [offset, resolutionS],
        [wait, 1],
        ...passed.map((it): Term => [it.variable, it.startS]),
        [begin, -1],
        [m, -cycleS],
      ],
      { lower: arrivalS, upper: arrivalS },
    );
  }
}
