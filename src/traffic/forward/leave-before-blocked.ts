/** Of `most` vehicles in a lane, those before the first that blocks it: the k-th is free with probability (1 − p)^k. */
export function leaveBeforeBlocked(p: number, most: number): number {
  const free = 1 - p;
  return p >= 1 ? 0 : (free - free ** (most + 1)) / p;
}
