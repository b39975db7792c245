/** Positions whose value stood earlier in the list already, with that value. */
export function listRepeated<T>(values: readonly T[]): { at: number; value: T }[] {
  const seen = new Set<T>();
  const repeated: { at: number; value: T }[] = [];
  for (const [at, value] of values.entries()) {
    if (seen.has(value)) repeated.push({ at, value });
    seen.add(value);
  }
  return repeated;
}
