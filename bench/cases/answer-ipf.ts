/**
 * Furness' method: `seed` scaled to `rows` and `cols`; `iterations: 1` is rows, then columns; absent: until they are
 * met.
 */
import { z } from "zod";
import { scaleToMargins } from "../../src/demand/furness.ts";
import { oddsRatioDrift } from "../../src/demand/odds-ratios.test-support.ts";
import { Amount, type Answer, PositiveQuantity, REMARKS, readInput } from "./case.ts";

/** `null`: free. */
const Margins = z.array(Amount.nullable().transform((it) => it ?? undefined));
const IpfSchema = z.strictObject({
  ...REMARKS,
  seed: z.array(z.array(Amount).min(1)).min(1),
  rows: Margins,
  cols: Margins,
  iterations: PositiveQuantity.pipe(z.int()).optional(),
});

export function answerIpf(input: unknown): Answer {
  const { seed, rows, cols: columns, iterations } = readInput(IpfSchema, input);
  const { matrix, maxError } = scaleToMargins({
    seed,
    rows,
    columns,
    ...(iterations !== undefined && { iterations }),
  });
  return { matrix, max_error: maxError, odds_ratio_drift: oddsRatioDrift(seed, matrix) };
}
