/** What a tick tells about what it found: an outcome and a sentence for people. */
import type { Adaptation, Candidate } from "../../solver/adapt/adapt-request.ts";
import type { Snapshot } from "./freeze-snapshot.ts";
import type { LoopDecision } from "./loop.schema.ts";

export type NewDecision = Omit<LoopDecision, "sequence">;
export type Told = Partial<NewDecision> & Pick<NewDecision, "outcome" | "reason">;

/** Of a tick that changes nothing. */
export function describeAdaptation(
  { kind, candidate, unsureIds }: Adaptation,
  { held, cooling }: Snapshot,
): Told {
  switch (kind) {
    case "held": {
      const [first] = [...held, ...[...cooling].map((id) => [id, "it cools down"] as const)];
      return { outcome: kind, reason: first === undefined ? "Held." : `Held: ${first[0]}, ${first[1]}.` };
    }
    case "lowConfidence":
      return { outcome: kind, reason: `Flows are not sure enough at ${unsureIds.slice(0, 20).join(", ")}.` };
    case "best":
      return { outcome: kind, reason: "Nothing better than what runs was found." };
    default: {
      const reason = candidate === undefined ? "" : describeCandidate(candidate);
      const worth = candidate && { worth: candidate.worth, change: candidate.change };
      return { outcome: "notWorth", reason: `It does not pay. ${reason}`, ...worth };
    }
  }
}

export function describeCandidate({ change, timingPlans, worth, cycles }: Candidate): string {
  const signals = `${timingPlans.length} ${timingPlans.length === 1 ? "intersection" : "intersections"}`;
  const cycle = cycles.map((it) => `, cycle ${it.fromS} → ${it.toS} s`).join("");
  const what = `${change === "step" ? "A step" : "A plan change"} at ${signals}${cycle}`;
  const { gainVehH, stayS, transitionVehH } = worth;
  return `${what} saves ${gainVehH.toFixed(2)} veh·h in ${Math.round(stayS / 60)} min; the transition costs ${transitionVehH.toFixed(2)} veh·h.`;
}

/** Intersections of which the guard sees nothing, so that it could not take a change back. */
export function describeBlind(
  { timingPlans }: Candidate,
  measuredS: Readonly<Record<string, number>>,
): string {
  const ids = timingPlans.map((it) => it.intersectionId).filter((it) => measuredS[it] === undefined);
  if (ids.length === 0) return "";
  return ` The guard cannot watch ${ids.slice(0, 20).join(", ")}: no occupancy is counted there.`;
}
