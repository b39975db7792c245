/**
 * Vehicles that leave a lane before one at its head must wait and blocks it, of at most n that could leave: each vehicle
 * is such a one with probability p, so the k-th leaves with probability (1 − p)^k.
 *
 *   Σ (1 − p)^k, k = 1 … n  =  (1 − p)/p · (1 − (1 − p)ⁿ)          the mean of a geometric distribution cut off at n
 *
 * `p` > 0; n may be any number ≥ 0.
 */
export const passesBeforeBlocking = (p: number, n: number): number => ((1 - p) / p) * (1 - (1 - p) ** n);
