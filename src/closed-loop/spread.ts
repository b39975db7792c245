/** Mean and standard deviation (of a sample; 0 of a single value). */
export interface Spread {
  readonly mean: number;
  readonly sd: number;
}

export function measureSpread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, it) => sum + it, 0) / values.length;
  const squares = values.reduce((sum, it) => sum + (it - mean) ** 2, 0);
  return { mean, sd: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}
