/**
 * Does the loop help? In blocks of days or hours it is on and off in turn (schedule/design-switchback.ts); in blocks that
 * are off runs what the schedule wants, or a fixed plan. What is compared is for how long a vehicle occupies a detector,
 * over all detectors that tell it: waiting vehicles stand on them.
 *
 * Limits: blocks in which people intervened count as they were drawn; what detectors do not cover is not seen.
 */
import { createSeededRandom } from "../../network/seeded-random.ts";
import { designSwitchback, type SwitchBlock } from "../../schedule/design-switchback.ts";
import { estimateEffect, type Measurement } from "../../schedule/estimate-effect.ts";
import type { EvaluationReport, LoopSettings } from "./loop.schema.ts";

const DAY_MS = 86_400_000;
/** At the begin of a block plans change and queues of the block before dissolve, s. */
const CARRY_OVER_S = 900;

/** By time; empty without an evaluation. */
export function listBlocks(timeZone: string, evaluate: LoopSettings["evaluate"]): readonly SwitchBlock[] {
  if (evaluate === undefined) return [];
  const random = createSeededRandom(Date.parse(evaluate.fromDate) / DAY_MS);
  const design = designSwitchback({ ...evaluate, timeZone, skippedDates: new Set(), random });
  return design.kind === "designed" ? design.blocks : [];
}

export const findBlock = (blocks: readonly SwitchBlock[], atMs: number): SwitchBlock | undefined =>
  blocks.find((it) => it.fromMs <= atMs && atMs < it.toMs);

/** Since when the loop is switched off, over blocks that follow each other; `undefined` while it is on. */
export function findOffSince(blocks: readonly SwitchBlock[], atMs: number): number | undefined {
  let at = blocks.findIndex((it) => it.fromMs <= atMs && atMs < it.toMs && !it.isOn);
  if (at < 0) return undefined;
  while (blocks[at - 1]?.isOn === false && blocks[at - 1]?.toMs === blocks[at]?.fromMs) at -= 1;
  return blocks[at]?.fromMs;
}

/** Switches to come, by time. */
export function listSwitches(
  blocks: readonly SwitchBlock[],
  fromMs: number,
): { readonly atMs: number; readonly what: string }[] {
  return blocks.flatMap(({ fromMs: atMs, isOn }, at) =>
    atMs < fromMs || blocks[at - 1]?.isOn === isOn
      ? []
      : [{ atMs, what: `The evaluation switches the loop ${isOn ? "on" : "off"}.` }],
  );
}

/** `untilMs`: up to there measurements are complete. */
export function describeEvaluation(of: {
  readonly evaluate: LoopSettings["evaluate"];
  readonly blocks: readonly SwitchBlock[];
  readonly measurements: readonly Measurement[];
  readonly untilMs: number;
  readonly nowMs: number;
}): EvaluationReport {
  const { evaluate, blocks, measurements, untilMs, nowMs } = of;
  const over = blocks.filter((it) => it.toMs <= untilMs);
  const effect = estimateEffect({ blocks: over, measurements, carryOverS: CARRY_OVER_S });
  const isBlind = measurements.length === 0 && over.length > 0;
  return {
    evaluate: evaluate ?? null,
    isOn: findBlock(blocks, nowMs)?.isOn ?? null,
    nextSwitchAtMs: listSwitches(blocks, nowMs + 1)[0]?.atMs ?? null,
    blocks: blocks.length,
    blocksOver: over.length,
    effect: isBlind ? { ...effect, sentence: `No counts carry an occupancy. ${effect.sentence}` } : effect,
  };
}
