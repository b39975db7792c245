/**
 * MULTIBAND and AM-BAND as mixed-integer programs, for tests: the judge of the dynamic program. Shares no code with it.
 *
 * Gartner, Assmann, Lasaga and Hou (1991), Zhang, Xie, Gartner, Stamatiadis and Arsava (2015), at fixed cycle and travel
 * times, with each signal's offset as a variable in place of the loop constraint that results when it is eliminated.
 * Per link and direction, b′ before and b″ after the center line, which is w_i behind the begin of green g_i:
 *   max  Σ a·(b′ + b″) + ā·(b̄′ + b̄″)
 *   b′ ≤ w_i,  b′ ≤ w_{i+1},  b″ ≤ g_i − w_i,  b″ ≤ g_{i+1} − w_{i+1}      (MULTIBAND: b′ = b″)
 *   (1 − k)·b̄ ≥ (1 − k)·k·b
 *   o_i + s_i + w_i + t_i = o_{i+1} + s_{i+1} + w_{i+1} + m·C             (inbound likewise)
 * `mayMeetRed` adds a binary per signal and direction that frees w and closes the bands on both sides.
 * One green per direction and alternative.
 */
import { known } from "../../errors.ts";
import type { LpModel, LpRow, LpVariable } from "../lp/lp-engine.ts";
import type { LinkBandProblem } from "./link-band-problem.ts";

type Term = readonly [variable: number, coefficient: number];

const DIRECTIONS = ["outbound", "inbound"] as const;

/** `resolutionS`: offsets and center lines at the first signal on whole steps; absent: any real number. */
export function buildMultibandModel(problem: LinkBandProblem, resolutionS?: number): LpModel {
  const { cycleS, signals, links } = problem;
  const variables: LpVariable[] = [];
  const rows: LpRow[] = [];
  const add = (name: string, rest: Partial<LpVariable> = {}): number =>
    variables.push({ name, lower: 0, upper: Number.POSITIVE_INFINITY, objective: 0, ...rest }) - 1;
  const constrain = (name: string, terms: readonly Term[], lower: number, upper: number): void => {
    rows.push({
      name,
      lower,
      upper,
      terms: terms.map(([variable, coefficient]) => ({ variable, coefficient })),
    });
  };
  const atMost = (name: string, terms: readonly Term[], upper = 0): void =>
    constrain(name, terms, Number.NEGATIVE_INFINITY, upper);
  const free = { lower: Number.NEGATIVE_INFINITY };
  const onGrid =
    resolutionS === undefined ? free : { lower: 0, upper: Math.round(cycleS / resolutionS), integer: true };
  const stepS = resolutionS ?? 1;

  const stops = signals.map(({ alternatives }, i) => {
    const offset = add(`o ${i}`, i === 0 ? { upper: 0 } : onGrid);
    const picks = alternatives.map(() => add(`pick ${i}`, { upper: 1, integer: true }));
    constrain(
      `one of ${i}`,
      picks.map((it): Term => [it, 1]),
      1,
      1,
    );
    return DIRECTIONS.map((direction) => {
      const wait = add(`w ${direction} ${i}`, { upper: cycleS });
      const red = add(`red ${i}`, {
        upper: problem.centerLine === "mayMeetRed" ? 1 : 0,
        integer: true,
      });
      const greens = alternatives.map((it) => known(it[direction][0], "green"));
      const green: Term[] = picks.map((it, at) => [it, known(greens[at], "green").lengthS]);
      atMost(`inside ${i}`, [
        [wait, 1],
        [red, -cycleS],
        ...green.map(([it, lengthS]): Term => [it, -lengthS]),
      ]);
      const lineAt = (sign: number): Term[] => [
        [offset, sign * stepS],
        [wait, sign],
        ...picks.map((it, at): Term => [it, sign * known(greens[at], "green").startS]),
      ];
      return { wait, red, green, lineAt };
    });
  });
  for (const [d] of DIRECTIONS.entries()) {
    if (resolutionS === undefined) continue;
    const step = add(`line ${d}`, { lower: Number.NEGATIVE_INFINITY, integer: true });
    constrain(`line ${d}`, [...known(stops[0]?.[d], "stop").lineAt(1), [step, -stepS]], 0, 0);
  }
  for (const [i, { weights, inboundPerOutbound: k = 1, ...travel }] of links.entries()) {
    const bands = DIRECTIONS.map((direction, d) => {
      const here = known(stops[i]?.[d], "stop");
      const next = known(stops[i + 1]?.[d], "stop");
      const objective = weights[direction];
      const before = add(`before ${direction} ${i}`, { objective });
      const after = add(`after ${direction} ${i}`, { objective });
      if (problem.halves === "equal")
        constrain(
          "equal halves",
          [
            [before, 1],
            [after, -1],
          ],
          0,
          0,
        );
      for (const { wait, red, green } of [here, next]) {
        atMost("before", [
          [before, 1],
          [wait, -1],
        ]);
        atMost("after", [
          [after, 1],
          [wait, 1],
          [red, -cycleS],
          ...green.map(([it, lengthS]): Term => [it, -lengthS]),
        ]);
        atMost(
          "no band on red",
          [
            [before, 1],
            [after, 1],
            [red, cycleS],
          ],
          cycleS,
        );
      }
      // Free offsets already shift by whole cycles, so one of the two loops needs no integer.
      const span = resolutionS === undefined && direction === "outbound" ? 0 : mostCycles(problem);
      const m = add(`m ${direction} ${i}`, { lower: -span, upper: span, integer: true });
      const travelS = travel[`${direction}TravelS`] - problem.queueClearanceS[direction];
      const [from, to] = direction === "outbound" ? [here, next] : [next, here];
      constrain("line", [...from.lineAt(1), ...to.lineAt(-1), [m, -cycleS]], -travelS, -travelS);
      return [before, after] as const;
    });
    const [out, inbound] = [known(bands[0], "outbound"), known(bands[1], "inbound")];
    const ratio: Term[] = [
      ...out.map((it): Term => [it, (1 - k) * k]),
      ...inbound.map((it): Term => [it, k - 1]),
    ];
    if (k !== 1) atMost("ratio", ratio);
  }
  return { sense: "maximize", variables, rows };
}

/** More cycles than a link's equation can be apart: its travel time, and the starts of two greens. */
function mostCycles({ cycleS, signals, links }: LinkBandProblem): number {
  const startsS = signals.flatMap(({ alternatives }) =>
    alternatives.flatMap((it) => [...it.outbound, ...it.inbound].map((green) => Math.abs(green.startS))),
  );
  const travelS = links.flatMap((it) => [it.outboundTravelS, it.inboundTravelS]);
  return 4 + Math.ceil((2 * Math.max(...startsS) + Math.max(...travelS)) / cycleS);
}
