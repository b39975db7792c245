/**
 * How many vehicles leave a lane before one that waits for the queue opposite blocks it, p being the part that does. Where
 * it faces another such lane (`facingP`: the part of that one that waits), two that wait at both heads leave together.
 * Written out once more: as probabilities of how many have left, headway by headway.
 */

export interface Moments {
  readonly veh: number;
  readonly veh2: number;
}

/** Mean and variance of what leaves when `most` could; between whole numbers moments lie on a straight line. */
export function leaveBeforeBlocked(
  p: number,
  most: number,
  facingP: number,
): { readonly meanVeh: number; readonly varianceVeh2: number } {
  const whole = Math.floor(most);
  const moments = listMoments(p, facingP, whole + 1);
  const [before, after] = [moments[whole] ?? NOTHING, moments[whole + 1] ?? NOTHING];
  const meanVeh = before.veh + (most - whole) * (after.veh - before.veh);
  const veh2 = before.veh2 + (most - whole) * (after.veh2 - before.veh2);
  return { meanVeh, varianceVeh2: Math.max(0, veh2 - meanVeh ** 2) };
}

const NOTHING: Moments = { veh: 0, veh2: 0 };

/** What has left after 0 … `headways` headways. */
export function listMoments(p: number, facingP: number, headways: number): Moments[] {
  // By who is at the head, here and opposite: [neither turns, only here, only opposite, both].
  const heads = [(1 - p) * (1 - facingP), p * (1 - facingP), (1 - p) * facingP, p * facingP];
  let counts = heads.map((it) => [it]);
  const moments = [NOTHING];
  for (let headway = 1; headway <= headways; headway++) {
    const [free = [], here = [], opposite = [], both = []] = counts;
    const at = (list: readonly number[], count: number): number => list[count] ?? 0;
    const next = heads.map((): number[] => []);
    let [veh, veh2] = [0, 0];
    for (let count = 0; count <= headway; count++) {
      const renewed = at(free, count - 1) + at(both, count - 1);
      const moved = at(opposite, count - 1);
      const waited = at(here, count);
      const chances = [
        (heads[0] as number) * renewed,
        (heads[1] as number) * renewed + (1 - facingP) * waited,
        (heads[2] as number) * renewed + (1 - p) * moved,
        (heads[3] as number) * renewed + p * moved + facingP * waited,
      ];
      for (const [state, chance] of chances.entries()) {
        next[state]?.push(chance);
        veh += count * chance;
        veh2 += count * count * chance;
      }
    }
    counts = next;
    moments.push({ veh, veh2 });
  }
  return moments;
}
