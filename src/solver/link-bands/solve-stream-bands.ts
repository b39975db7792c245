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
  const ofPairs: Found = { ...found, boundS: pairsS, proof: "pairs" };
  if (nodeLimit === 0 || pairsS - found.valueS <= toleranceAt(pairsS)) return finish(problem, ofPairs);
  const { model, readPlan } = buildStreamBandModel(problem, resolutionS);
  const answer = engine.solve(model, { workLimit: nodeLimit });
  if (answer.kind !== "optimal" && answer.kind !== "limit") return finish(problem, ofPairs);
  const solution = answer.kind === "optimal" ? answer : answer.incumbent;
  const isBetter = solution !== undefined && solution.objective > found.valueS + toleranceAt(found.valueS);
  const best: Found = isBetter
    ? { ...ofPairs, signals: readPlan(solution.values), valueS: solution.objective }
    : ofPairs;
  const modelS = (answer.kind === "optimal" ? answer.objective : answer.bound) ?? Number.POSITIVE_INFINITY;
  return finish(problem, modelS < pairsS ? { ...best, boundS: modelS, proof: "model" } : best);
}

/** Values closer than this are one, weighted s: what the engine's own tolerance admits. */
const toleranceAt = (valueS: number): number => SAME_BAND_S * Math.max(1, valueS);

type Found = Pick<StreamBandPlan, "signals" | "valueS" | "boundS" | "proof"> & { readonly scans: number };

function finish(problem: StreamBandProblem, found: Found): StreamBandPlan {
  const { cycleS } = problem;
  const originS = known(found.signals[0], "first signal").offsetS;
  const signals = found.signals.map((it) => ({ ...it, offsetS: wrapS(it.offsetS - originS, cycleS) }));
  const bands = problem.streams.map((it) => measureStream(problem, it, signals));
  const valueS = bands.reduce(
    (sum, it, at) => sum + known(problem.streams[at], "stream").weight * it.bandwidthS,
    0,
  );
  assert(
    Math.abs(valueS - found.valueS) <= toleranceAt(valueS),
    `stream bands worth ${found.valueS} s claimed, ${valueS} s measured`,
  );
  assert(
    valueS <= found.boundS + toleranceAt(valueS),
    `stream bands worth ${valueS} s, at most ${found.boundS} s by the bound`,
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
    work: { scans: found.scans, isStopped: valueS < boundS - toleranceAt(boundS) },
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
