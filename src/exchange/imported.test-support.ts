/** What the tests of imports ask of every network and plan, read from the text without the importer. */
import { expect } from "vitest";
import { known } from "../errors.ts";
import { buildNetworkIndex, getIntersection, getSequence } from "../network/find.ts";
import { buildPhaseTimes } from "../timing/phase-times.ts";
import { mFromFt } from "../units.ts";
import { importUtdf } from "./import-utdf.ts";
import type { Imported } from "./imported.ts";

export const OPTIONS = { networkId: "corridor", source: "test", validUntilMs: 2_000_000_000_000 };

export type Ok = Extract<Imported, { kind: "ok" }>;

const loaded = new Map<string, Ok>();

/** The import of a text that must be readable; the same text is imported once. */
export function loadUtdf(text: string): Ok {
  const known = loaded.get(text);
  if (known !== undefined) return known;
  const imported = importUtdf(text, OPTIONS);
  if (imported.kind !== "ok") throw new Error(JSON.stringify(imported.faults));
  loaded.set(text, imported);
  return imported;
}

/** Numbers of one record of the Phases section by node, read without the importer. */
function readRows(text: string, record: string): Map<string, (number | undefined)[]> {
  const phases = text.slice(text.indexOf("[Phases]")).split("\n");
  const rows = phases.map((it) => it.split(",")).filter((it) => it[0] === record);
  return new Map(
    rows.map(([, node, ...cells]) => [
      known(node, "node"),
      cells.map((it) => (it === "" ? undefined : Number(it))),
    ]),
  );
}

/** What must hold of every plan: rings as long as the cycle, and all starts as the file has them. */
export function checkTimes(text: string, { network, plan }: Ok): void {
  const index = buildNetworkIndex(network);
  const starts = readRows(text, "Start");
  for (const timingPlan of plan.timingPlans) {
    const intersection = getIntersection(index, timingPlan.intersectionId);
    const times = buildPhaseTimes(intersection, timingPlan);
    for (const ring of getSequence(intersection, timingPlan.sequenceId).rings.keys()) {
      const tenths = times.filter((it) => it.ring === ring).map((it) => Math.round(it.splitS * 10));
      expect(tenths.reduce((sum, it) => sum + it, 0)).toBe(Math.round(timingPlan.cycleS * 10));
    }
    for (const [at, startS] of (starts.get(timingPlan.intersectionId) ?? []).entries()) {
      if (startS === undefined) continue;
      expect(times.find((it) => it.phase === at + 1)?.greenStartS).toBeCloseTo(startS, 6);
    }
  }
}

export function listSpacingsFt({ network }: Ok): number[] {
  const route = known(network.routes[0], "route");
  const ids = route.outbound.stops.map((it) => it.intersectionId);
  return ids.slice(1).map((id, at) => {
    const link = network.links.find((it) => it.from === ids[at] && it.to === id);
    return Math.round(known(link, `link to ${id}`).lengthM / mFromFt(1));
  });
}
