/**
 * Bands of single streams: a plan, the most that any plan could reach, and the gap between the two.
 *
 * A search finds the plan, two-way exact solves of pairs bound it, and where the problem is small and a gap remains, a
 * mixed-integer program closes it within a count of nodes. Many overlapping streams leave no chain to run a dynamic
 * program along: each band ties all the signals on its way.
 * Every answer is measured again by code that neither the search nor the model shares.
 */
import { assert, known } from "../../errors.ts";
import type { SeededRandom } from "../../network/seeded-random.ts";
import { type Interval, wrapS } from "../../timing/cycle.ts";
import { measurePassageBand } from "../../traffic/measure-link-bands.ts";
import type { SignalChoice } from "../bands/band-problem.ts";
import type { LpEngine } from "../lp/lp-engine.ts";
import { boundStreamBands } from "./bound-stream-bands.ts";
import { searchStreamBands } from "./search-stream-bands.ts";
import { buildStreamBandModel } from "./stream-band-model.ts";
import type {
  BandStream,
  StreamBand,
  StreamBandLimit,
  StreamBandPlan,
  StreamBandProblem,
} from "./stream-band-problem.ts";

/** A claim of the search and the measurement may differ by rounding only, s. */
const SAME_BAND_S = 1e-6;
/** A band this much narrower than the least width still has it, s. */
const SAME_WIDTH_S = 1e-9;

export interface StreamBandOptions {
  readonly resolutionS: number;
  /** Plans to begin with; the answer is never worse than any of them. */
  readonly starts: readonly (readonly SignalChoice[])[];
  readonly random: SeededRandom;
  readonly engine: LpEngine;
  /** Scans of the search: one set of signals moved around the whole cycle. */
  readonly workLimit: number;
  /** Nodes of branch and bound; 0: no model is built. */
  readonly nodeLimit: number;
}

export function solveStreamBands(problem: StreamBandProblem, options: StreamBandOptions): StreamBandPlan {
  const { resolutionS, engine, nodeLimit } = options;
  const pairsS = boundStreamBands(problem, engine);
  const found = searchStreamBands(problem, { ...options, boundS: pairsS });
  const plan = { ...found, boundS: Math.max(pairsS, found.valueS), proof: "pairs" as const };
  if (nodeLimit === 0 || plan.boundS - plan.valueS <= SAME_BAND_S) return finish(problem, options, plan);
  const { model, readPlan } = buildStreamBandModel(problem, resolutionS);
  const answer = engine.solve(model, { workLimit: nodeLimit });
  if (answer.kind !== "optimal") return finish(problem, options, plan);
  // The engine's optimum is so to its own tolerance; a better plan of the search would be a wrong proof.
  const { objective, values } = answer;
  assert(
    plan.valueS <= objective + SAME_BAND_S * Math.max(1, objective),
    `stream bands worth ${plan.valueS} s found, at most ${objective} s by the model`,
  );
  const isBetter = objective > plan.valueS + SAME_BAND_S;
  return finish(problem, options, {
    scans: plan.scans,
    signals: isBetter ? readPlan(values) : plan.signals,
    valueS: isBetter ? objective : plan.valueS,
    boundS: Math.max(objective, plan.valueS),
    proof: "model",
  });
}

type Found = Pick<StreamBandPlan, "signals" | "valueS" | "boundS" | "proof"> & { readonly scans: number };

function finish(problem: StreamBandProblem, { workLimit }: StreamBandOptions, found: Found): StreamBandPlan {
  const { cycleS } = problem;
  const originS = known(found.signals[0], "first signal").offsetS;
  const signals = found.signals.map((it) => ({ ...it, offsetS: wrapS(it.offsetS - originS, cycleS) }));
  const bands = problem.streams.map((it) => measureStream(problem, it, signals));
  const valueS = bands.reduce(
    (sum, it, at) => sum + known(problem.streams[at], "stream").weight * it.bandwidthS,
    0,
  );
  assert(
    Math.abs(valueS - found.valueS) <= SAME_BAND_S * Math.max(1, valueS),
    `stream bands worth ${found.valueS} s claimed, ${valueS} s measured`,
  );
  const boundS = Math.max(found.boundS, valueS);
  return {
    signals,
    bands,
    valueS,
    boundS,
    gap: boundS > 0 ? (boundS - valueS) / boundS : 0,
    proof: found.proof,
    limits: bands.map((it, stream) => findLimit(problem, { stream, bandwidthS: it.bandwidthS, signals })),
    work: { scans: found.scans, isStopped: found.proof === "pairs" && found.scans >= workLimit },
  };
}

/** The stream's greens on the common cycle under a plan. */
function greensAt(
  stop: BandStream["stops"][number],
  signals: readonly SignalChoice[],
  cycleS: number,
): Interval[] {
  const { alternative, offsetS } = known(signals[stop.signal], `signal ${stop.signal}`);
  return known(stop.greens[alternative], `alternative ${alternative}`).map((it) => ({
    startS: wrapS(it.startS + offsetS, cycleS),
    lengthS: it.lengthS,
  }));
}

function measureStream(
  { cycleS, leastBandS }: StreamBandProblem,
  { stops }: BandStream,
  signals: readonly SignalChoice[],
): StreamBand {
  const passages = stops.map((it) => ({ arrivalS: it.arrivalS, greens: greensAt(it, signals, cycleS) }));
  const band = measurePassageBand(passages, cycleS);
  return band.bandwidthS < leastBandS - SAME_WIDTH_S ? { bandwidthS: 0, startS: 0 } : band;
}

function findLimit(
  { cycleS, streams }: StreamBandProblem,
  of: { readonly stream: number; readonly bandwidthS: number; readonly signals: readonly SignalChoice[] },
): StreamBandLimit {
  const { stream, bandwidthS, signals } = of;
  if (bandwidthS === 0) return { kind: "dropped", stream };
  const tight = known(streams[stream], "stream").stops.find((it) =>
    greensAt(it, signals, cycleS).every(({ lengthS }) => lengthS <= bandwidthS + SAME_BAND_S),
  );
  return tight === undefined ? { kind: "offsets", stream } : { kind: "green", stream, signal: tight.signal };
}
