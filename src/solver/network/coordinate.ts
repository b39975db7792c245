/**
 * Offsets of all members together: tables of every pair of neighbors, the best labels by trees, and again from there, for
 * a member that moves changes the platoons that its tables were made of. The best of all rounds stays.
 */
import { known } from "../../errors.ts";
import { buildHoldTest } from "./held-greens.ts";
import { buildNeighborTables } from "./link-tables.ts";
import { placeOffsets } from "./place-offsets.ts";
import { getPlan, indexOf, isWorkLeft, moveMember, type Street, settleStreet, toOffsetS } from "./street.ts";

export interface CoordinationEffort {
  /** Equal parts of the period. */
  readonly labels: number;
  /** Draws of trees over one set of tables. */
  readonly draws: number;
  /** Times that tables are built. */
  readonly rounds: number;
}

/** Moves offsets in place; never to a larger index. Ends settled. */
export function coordinate(street: Street, effort: CoordinationEffort): void {
  const { profiles, signals, random, budget } = street;
  const { labels: count } = effort;
  let best = { index: indexOf(street), offsetsS: listOffsetsS(street) };
  for (let round = 0; round < effort.rounds && isWorkLeft(street); round++) {
    const tables = buildNeighborTables(profiles, count, budget);
    const labels = new Int32Array(profiles.members.length);
    const allowed = signals.map((it, member) =>
      it === undefined ? undefined : listAllowed(street, member, count),
    );
    placeOffsets({ tables, labels: count, allowed }, labels, { rounds: effort.draws, random });
    moveTo(
      street,
      profiles.members.map(({ offsetS, periodS, cycleS }, at) => {
        const label = labels[at] ?? 0;
        return label === 0 ? offsetS : toOffsetS(street, cycleS, offsetS + (label * periodS) / count);
      }),
    );
    const index = indexOf(street);
    if (index < best.index) best = { index, offsetsS: listOffsetsS(street) };
  }
  moveTo(street, best.offsetsS);
}

/** 1 for every label that keeps the held greens. */
function listAllowed(street: Street, member: number, count: number): Uint8Array {
  const { offsetS, periodS, cycleS } = known(street.profiles.members[member], "member");
  const isKept = buildHoldTest(street.prepared.request.index, street.held, getPlan(street, member));
  return Uint8Array.from({ length: count }, (_, label) =>
    label === 0 || isKept(toOffsetS(street, cycleS, offsetS + (label * periodS) / count)) ? 1 : 0,
  );
}

const listOffsetsS = ({ profiles }: Street): number[] => profiles.members.map((it) => it.offsetS);

function moveTo(street: Street, offsetsS: readonly number[]): void {
  for (const [member, offsetS] of offsetsS.entries()) {
    if (known(street.profiles.members[member], "member").offsetS !== offsetS)
      moveMember(street, member, offsetS);
  }
  settleStreet(street);
}
