/**
 * The period of every member: the time after which the traffic of its area repeats.
 *
 * Members whose cycles are in the ratio 1, 2, 4 … (full, double and half cycles) run together: platoons between them
 * come in the same order again after the longest of these cycles. So an area is what links connect between such cycles,
 * and its period is its longest cycle. A member with half the period has two greens in it. Because "in the ratio of a
 * power of two" is an equivalence, two neighbors have the same period exactly if platoons between them repeat.
 *
 * Any other ratio counts as incommensurable: its platoons come at ever different times.
 */
import { known } from "../errors.ts";
import type { FlowNetwork } from "./flow-network.ts";

/** Anything with a cycle: a timing plan, or a member's profile. */
interface Cyclic {
  readonly cycleS: number;
}

/** Period of each member in s; `cyclic` are the members in the order of the network. */
export function listPeriodsS(network: FlowNetwork, cyclic: readonly Cyclic[]): Float64Array {
  const periodsS = new Float64Array(cyclic.length);
  for (const first of network.members.keys()) {
    if (periodsS[first] !== 0) continue;
    const area = listArea(network, cyclic, first);
    const periodS = Math.max(...area.map((it) => cycleOf(cyclic, it)));
    for (const member of area) periodsS[member] = periodS;
  }
  return periodsS;
}

/**
 * Do all periods surely stay as they are with this cycle of one member? They do where it fits the member's period and a
 * neighbor alone keeps that period up; looking at its links is cheaper than looking at all members.
 */
export function staysInPeriod(
  network: FlowNetwork,
  members: readonly { readonly cycleS: number; readonly periodS: number }[],
  of: { readonly position: number; readonly cycleS: number },
): boolean {
  const { periodS } = known(members[of.position], `member ${of.position}`);
  if (of.cycleS > periodS || !fits(of.cycleS, periodS)) return false;
  const { arriving, leaving } = known(network.members[of.position], `member ${of.position}`);
  return [...arriving, ...leaving].some((link) => {
    const { from, to } = known(network.links[link], `link ${link}`);
    return members[from === of.position ? to : from]?.cycleS === periodS;
  });
}

/** The members that links connect with the first one, over cycles that fit each other. */
function listArea(network: FlowNetwork, cyclic: readonly Cyclic[], first: number): number[] {
  const area = [first];
  const seen = new Set(area);
  for (const member of area) {
    const { arriving, leaving } = known(network.members[member], `member ${member}`);
    for (const position of [...arriving, ...leaving]) {
      const { from, to } = known(network.links[position], `link ${position}`);
      const neighbor = from === member ? to : from;
      if (seen.has(neighbor) || !fits(cycleOf(cyclic, member), cycleOf(cyclic, neighbor))) continue;
      seen.add(neighbor);
      area.push(neighbor);
    }
  }
  return area;
}

/** Doubling is exact in binary numbers, so cycles in tenths of a second compare without tolerance. */
function fits(oneS: number, otherS: number): boolean {
  let shorterS = Math.min(oneS, otherS);
  const longerS = Math.max(oneS, otherS);
  while (shorterS < longerS) shorterS *= 2;
  return shorterS === longerS;
}

const cycleOf = (cyclic: readonly Cyclic[], member: number): number =>
  known(cyclic[member], `member ${member}`).cycleS;
