/** Vehicles on a link in order of arrival at its stop line: a binary heap on `arriveS`, ties in order of entry. */

export interface Vehicle {
  /** Movement that it takes at the next intersection; −1 when the link leaves the network. */
  movement: number;
  /** Free arrival at the next stop line, s. */
  arriveS: number;
  /** Order of entry, so that equal instants replay alike. */
  readonly serial: number;
  /** Desired speed ÷ the link's speed. */
  readonly speedFactor: number;
  /** Vehicles that leave before the stop line (driveways, parking) do so unseen by it. */
  leavesMidBlock: boolean;
}

const before = (a: Vehicle, b: Vehicle): boolean =>
  a.arriveS < b.arriveS || (a.arriveS === b.arriveS && a.serial < b.serial);

export class ArrivalQueue {
  readonly #heap: Vehicle[] = [];

  get first(): Vehicle | undefined {
    return this.#heap[0];
  }

  /** Earliest arrival of a movement, s; Infinity when none is under way. */
  earliestOf(movement: number): number {
    let earliestS = Number.POSITIVE_INFINITY;
    for (const vehicle of this.#heap) {
      if (vehicle.movement === movement && vehicle.arriveS < earliestS) earliestS = vehicle.arriveS;
    }
    return earliestS;
  }

  push(vehicle: Vehicle): void {
    const heap = this.#heap;
    let at = heap.push(vehicle) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(vehicle, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = vehicle;
  }

  pop(): Vehicle | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = heap[child];
      if (below === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, below)) {
        child += 1;
        below = right;
      }
      if (!before(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
