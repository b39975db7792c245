/**
 * The orders of phases that a signal may run: today's first, then the lead and lag alternatives of the coordinated
 * street's left turns, where the ring has just a left-turn phase and another one between the barriers.
 * They are offered only where every left turn there is protected-only: a left turn that is also permitted can be trapped
 * when its opposing through green outlasts its own (Signal Timing Manual, 2nd edition, chapter 5), and UTDF does not say
 * where a flashing yellow arrow prevents it.
 */
import type { Sequence } from "../network/network.schema.ts";
import { toPlace } from "./utdf-file.ts";
import type { SignalMovement } from "./utdf-movements.ts";
import type { RingPhase, SignalRings } from "./utdf-rings.ts";
import type { UtdfSource } from "./utdf-source.ts";

export function listSequences(
  source: UtdfSource,
  node: string,
  of: {
    readonly signal: SignalRings;
    readonly movements: readonly SignalMovement[];
    readonly coordinatedPhases: readonly number[];
  },
): Sequence[] {
  const { rings } = of.signal;
  const group = (rings[0] ?? []).findIndex((_, at) =>
    rings.some((groups) => (groups[at] ?? []).some((it) => of.coordinatedPhases.includes(it.number))),
  );
  const swappable = listSwappable(of, group);
  const orders = listOrders(swappable);
  const sequences = orders.map((swapped) => ({
    id: nameOrder(of, { group, swappable, swapped }),
    rings: rings.map((groups, ring) =>
      groups.map((phases, at) => {
        const numbers = phases.map((it) => it.number);
        return at === group && swapped.includes(ring) ? numbers.reverse() : numbers;
      }),
    ),
  }));
  if (sequences.length > 1) {
    source.note({
      severity: "assumption",
      node,
      where: toPlace("Phases", "BRP", source.file.phases.get(node)),
      sentence: `The controller of node ${node} is taken to allow the orders ${sequences.map((it) => it.id).join(", ")}: its left turns are protected-only. Today's is ${sequences[0]?.id}.`,
    });
  }
  return sequences;
}

interface Orders {
  readonly signal: SignalRings;
  readonly movements: readonly SignalMovement[];
}

/** Rings whose two phases between the barriers may change places. */
function listSwappable({ signal, movements }: Orders, group: number): number[] {
  const phases = signal.rings.flatMap((groups) => groups[group] ?? []);
  const lefts = movements.filter(
    (it) =>
      it.movement.turn === "left" &&
      phases.some(
        (phase) => it.protectedPhases.includes(phase.number) || it.permittedPhases.includes(phase.number),
      ),
  );
  if (lefts.some((it) => it.permittedPhases.length > 0)) return [];
  return [...signal.rings.keys()].filter((ring) => {
    const own = signal.rings[ring]?.[group] ?? [];
    return own.length === 2 && own.filter((it) => isLeftPhase(it, movements)).length === 1;
  });
}

function isLeftPhase(phase: RingPhase, movements: readonly SignalMovement[]): boolean {
  const served = movements.filter(
    (it) => it.protectedPhases.includes(phase.number) || it.permittedPhases.includes(phase.number),
  );
  return served.length > 0 && served.every((it) => it.movement.turn === "left");
}

/** Every choice of rings to swap, none first. */
function listOrders(rings: readonly number[]): number[][] {
  return rings.reduce<number[][]>((orders, ring) => orders.concat(orders.map((it) => it.concat(ring))), [[]]);
}

/** For example `lead-lag`: the left turn of the first ring leads, that of the second lags. */
function nameOrder(
  { signal, movements }: Orders,
  order: {
    readonly group: number;
    readonly swappable: readonly number[];
    readonly swapped: readonly number[];
  },
): string {
  if (order.swappable.length === 0) return "today";
  return order.swappable
    .map((ring) => {
      const first = signal.rings[ring]?.[order.group]?.[0];
      const leadsToday = first !== undefined && isLeftPhase(first, movements);
      return leadsToday === order.swapped.includes(ring) ? "lag" : "lead";
    })
    .join("-");
}
