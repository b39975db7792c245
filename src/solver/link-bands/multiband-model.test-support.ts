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
  const draft = new Draft();
  const stops = problem.signals.map((_, i) => addSignal(draft, problem, i, resolutionS));
  if (resolutionS !== undefined) {
    for (const [d] of DIRECTIONS.entries()) {
      const step = draft.add(`line ${d}`, { lower: Number.NEGATIVE_INFINITY, integer: true });
      draft.constrain(`line ${d}`, [...known(stops[0]?.[d], "stop").lineAt(1), [step, -resolutionS]], 0, 0);
    }
  }
  for (const i of problem.links.keys()) {
    const here = known(stops[i], "stop");
    addLink(draft, problem, { link: i, here, next: known(stops[i + 1], "stop"), resolutionS });
  }
  return { sense: "maximize", variables: draft.variables, rows: draft.rows };
}

class Draft {
  readonly variables: LpVariable[] = [];
  readonly rows: LpRow[] = [];

  add(name: string, rest: Partial<LpVariable> = {}): number {
    return (
      this.variables.push({ name, lower: 0, upper: Number.POSITIVE_INFINITY, objective: 0, ...rest }) - 1
    );
  }

  constrain(name: string, terms: readonly Term[], lower: number, upper: number): void {
    const named = terms.map(([variable, coefficient]) => ({ variable, coefficient }));
    this.rows.push({ name, lower, upper, terms: named });
  }

  atMost(name: string, terms: readonly Term[], upper = 0): void {
    this.constrain(name, terms, Number.NEGATIVE_INFINITY, upper);
  }
}

/** A signal as one direction meets it; `lineAt`: when the center line passes, o + s + w, with this sign. */
interface Stop {
  readonly wait: number;
  readonly red: number;
  readonly green: readonly Term[];
  readonly lineAt: (sign: number) => Term[];
}

function addSignal(
  draft: Draft,
  { cycleS, signals, centerLine }: LinkBandProblem,
  i: number,
  resolutionS: number | undefined,
): Stop[] {
  const { alternatives } = known(signals[i], "signal");
  const onGrid =
    resolutionS === undefined
      ? { lower: Number.NEGATIVE_INFINITY }
      : { upper: Math.round(cycleS / resolutionS), integer: true };
  const offset = draft.add(`o ${i}`, i === 0 ? { upper: 0 } : onGrid);
  const picks = alternatives.map(() => draft.add(`pick ${i}`, { upper: 1, integer: true }));
  const onePick = picks.map((it): Term => [it, 1]);
  draft.constrain(`one of ${i}`, onePick, 1, 1);
  return DIRECTIONS.map((direction) => {
    const wait = draft.add(`w ${direction} ${i}`, { upper: cycleS });
    const red = draft.add(`red ${i}`, { upper: centerLine === "mayMeetRed" ? 1 : 0, integer: true });
    const greens = alternatives.map((it) => known(it[direction][0], "green"));
    const green = picks.map((it, at): Term => [it, known(greens[at], "green").lengthS]);
    draft.atMost(`inside ${i}`, [[wait, 1], [red, -cycleS], ...negative(green)]);
    const lineAt = (sign: number): Term[] => [
      [offset, sign * (resolutionS ?? 1)],
      [wait, sign],
      ...picks.map((it, at): Term => [it, sign * known(greens[at], "green").startS]),
    ];
    return { wait, red, green, lineAt };
  });
}

function addLink(
  draft: Draft,
  problem: LinkBandProblem,
  of: {
    readonly link: number;
    readonly here: readonly Stop[];
    readonly next: readonly Stop[];
    readonly resolutionS: number | undefined;
  },
): void {
  const { cycleS } = problem;
  const { weights, inboundPerOutbound: k = 1, ...travel } = known(problem.links[of.link], "link");
  const bands = DIRECTIONS.map((direction, d) => {
    const here = known(of.here[d], "stop");
    const next = known(of.next[d], "stop");
    const band = addBand(draft, problem, { objective: weights[direction], stops: [here, next] });
    // Free offsets already shift by whole cycles, so one of the two loops needs no integer.
    const span = of.resolutionS === undefined && direction === "outbound" ? 0 : mostCycles(problem);
    const m = draft.add(`m ${direction} ${of.link}`, { lower: -span, upper: span, integer: true });
    const travelS = travel[`${direction}TravelS`] - problem.queueClearanceS[direction];
    const [from, to] = direction === "outbound" ? [here, next] : [next, here];
    draft.constrain("line", [...from.lineAt(1), ...to.lineAt(-1), [m, -cycleS]], -travelS, -travelS);
    return band;
  });
  const [outbound, inbound] = [known(bands[0], "outbound"), known(bands[1], "inbound")];
  if (k === 1) return;
  draft.atMost("ratio", [
    ...outbound.map((it): Term => [it, (1 - k) * k]),
    ...inbound.map((it): Term => [it, k - 1]),
  ]);
}

/** The two halves of a band, before and after the center line. */
function addBand(
  draft: Draft,
  { cycleS, halves }: LinkBandProblem,
  of: { readonly objective: number; readonly stops: readonly Stop[] },
): readonly [before: number, after: number] {
  const before = draft.add("before", { objective: of.objective });
  const after = draft.add("after", { objective: of.objective });
  const equal: Term[] = [
    [before, 1],
    [after, -1],
  ];
  if (halves === "equal") draft.constrain("equal halves", equal, 0, 0);
  for (const { wait, red, green } of of.stops) {
    const behindGreen: Term[] = [
      [before, 1],
      [wait, -1],
    ];
    draft.atMost("before", behindGreen);
    draft.atMost("after", [[after, 1], [wait, 1], [red, -cycleS], ...negative(green)]);
    const onRed: Term[] = [
      [before, 1],
      [after, 1],
      [red, cycleS],
    ];
    draft.atMost("no band on red", onRed, cycleS);
  }
  return [before, after];
}

const negative = (terms: readonly Term[]): Term[] =>
  terms.map(([variable, coefficient]) => [variable, -coefficient]);

/** More cycles than a link's equation can be apart: its travel time, and the starts of two greens. */
function mostCycles({ cycleS, signals, links }: LinkBandProblem): number {
  const startsS = signals.flatMap(({ alternatives }) =>
    alternatives.flatMap((it) => [...it.outbound, ...it.inbound].map((green) => Math.abs(green.startS))),
  );
  const travelS = links.flatMap((it) => [it.outboundTravelS, it.inboundTravelS]);
  return 4 + Math.ceil((2 * Math.max(...startsS) + Math.max(...travelS)) / cycleS);
}
