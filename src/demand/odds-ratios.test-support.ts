/** Judge of tables that were scaled to their margins: scaling rows and columns changes no odds ratio. */

/**
 * Largest relative change of an odds ratio of any two rows and columns; those of the seed that are 0 or infinite are
 * left out.
 */
export function oddsRatioDrift(
  seed: readonly (readonly number[])[],
  matrix: readonly (readonly number[])[],
): number {
  let drift = 0;
  const ratio = (of: readonly (readonly number[])[], at: readonly number[]) => {
    const [i = 0, k = 0, j = 0, l = 0] = at;
    const cell = (row: number, column: number) => of[row]?.[column] ?? 0;
    return (cell(i, j) * cell(k, l)) / (cell(i, l) * cell(k, j));
  };
  for (let i = 0; i < seed.length; i += 1) {
    for (let k = i + 1; k < seed.length; k += 1) {
      for (let j = 0; j < (seed[0]?.length ?? 0); j += 1) {
        for (let l = j + 1; l < (seed[0]?.length ?? 0); l += 1) {
          const before = ratio(seed, [i, k, j, l]);
          if (!Number.isFinite(before) || before === 0) continue;
          drift = Math.max(drift, Math.abs(ratio(matrix, [i, k, j, l]) / before - 1));
        }
      }
    }
  }
  return drift;
}
