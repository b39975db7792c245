/**
 * Who must have cleared before whom: the conflict pairs of an intersection with their intergreens, for look-up by the
 * stream that wants to start.
 */
import type { Intersection } from "../network/network.schema.ts";
import { toTenths } from "./cycle.ts";

/** By the starting movement or crossing: each conflicting one with its intergreen; absent: none is configured. */
export type ConflictTable = ReadonlyMap<
  string,
  readonly { readonly from: string; readonly intergreenDs: number | undefined }[]
>;

export function buildConflictTable(intersection: Intersection): ConflictTable {
  const intergreens = new Map(
    intersection.intergreens.map((it) => [`${it.from}>${it.to}`, toTenths(it.intergreenS)]),
  );
  const table = new Map<string, { from: string; intergreenDs: number | undefined }[]>();
  for (const [one, other] of intersection.conflicts) {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const row = table.get(to) ?? [];
      row.push({ from, intergreenDs: intergreens.get(`${from}>${to}`) });
      table.set(to, row);
    }
  }
  return table;
}
