/**
 * What each phase of a controller gives to whom. A phase of a network file has one set of rights for all plans, so what the
 * plans say differently becomes permitted; and no two streams in conflict both keep priority: who turns yields.
 */
import type { Fault } from "../../errors.ts";
import type { Note } from "../import-report.ts";
import type { ControllerPlan, Right, Served } from "./gmns-phases.ts";
import { crossingIdOf, type GmnsStreams } from "./gmns-streams.ts";

/** Streams of one phase: `protected` holds crossings, too. */
export interface Rights {
  readonly protected: Set<string>;
  readonly permitted: Set<string>;
}

export interface RightsContext {
  readonly controllerId: string;
  readonly streams: GmnsStreams;
  readonly note: Note;
}

export function mergeRights(
  plans: readonly ControllerPlan[],
  of: RightsContext & { readonly faults: Fault[] },
): Map<number, Rights> {
  const said = new Map<number, Map<string, { rights: Set<Right>; plans: Set<string>; first: Served }>>();
  const running = new Map<number, Set<string>>();
  const ids = new Set([...of.streams.movements, ...of.streams.crossings].map((it) => it.id));
  for (const { plan, phases } of plans) {
    for (const { number, serves } of phases) {
      running.set(number, (running.get(number) ?? new Set()).add(plan.id));
      const ofPhase =
        said.get(number) ?? new Map<string, { rights: Set<Right>; plans: Set<string>; first: Served }>();
      said.set(number, ofPhase);
      for (const it of serves) {
        const id = it.movementId ?? crossingIdOf(it.linkId ?? "");
        if (!ids.has(id) || it.right === "onRed") continue;
        const known = ofPhase.get(id) ?? { rights: new Set(), plans: new Set(), first: it };
        ofPhase.set(id, known);
        known.rights.add(it.right);
        known.plans.add(plan.id);
      }
    }
  }
  return new Map(
    [...said].map(([number, ofPhase]) => {
      const rights: Rights = { protected: new Set(), permitted: new Set() };
      for (const [id, { rights: found, plans: inPlans, first }] of ofPhase) {
        rights[found.has("permitted") ? "permitted" : "protected"].add(id);
        if (found.size === 1 && inPlans.size === running.get(number)?.size) continue;
        of.note({
          severity: "repair",
          node: of.controllerId,
          where: first.row.place("protection"),
          sentence: `The plans disagree on what phase ${number} gives to ${id}: ${[...found].join(" or ")}, in plans ${[...inPlans].join(", ")} of ${[...(running.get(number) ?? [])].join(", ")}. It is ${found.has("permitted") ? "permitted" : "protected"} in all.`,
        });
      }
      yieldWithin(number, rights, { ...of, firstOf: (id) => ofPhase.get(id)?.first });
      return [number, rights];
    }),
  );
}

/** In one phase the turning one of two in conflict yields; two that both go straight on are a fault. */
function yieldWithin(
  number: number,
  rights: Rights,
  of: RightsContext & { readonly faults: Fault[]; readonly firstOf: (id: string) => Served | undefined },
): void {
  for (const [a, b] of of.streams.conflicts) {
    if (!rights.protected.has(a) || !rights.protected.has(b)) continue;
    const loser = findYielding(a, b, of.streams);
    if (loser !== undefined) yieldTo(loser, { number, rights, winner: loser === a ? b : a, of });
    else {
      of.faults.push({
        path: of.firstOf(a)?.row.place("protection") ?? "signal_phase_mvmt.csv",
        message: `phase ${number} protects ${a} and ${b}, whose ways cross`,
      });
    }
  }
}

/** A turn yields to a crossing and to those who go straight on, a left turn to a right one; else nobody does. */
export function findYielding(a: string, b: string, { movements }: GmnsStreams): string | undefined {
  const rank = (id: string): number => {
    const turn = movements.find((it) => it.id === id)?.turn;
    return turn === undefined || turn === "through" ? 0 : turn === "right" ? 1 : 2;
  };
  if (rank(a) === rank(b)) return undefined;
  return rank(a) > rank(b) ? a : b;
}

export function yieldTo(
  loser: string,
  {
    number,
    rights,
    winner,
    of,
  }: {
    readonly number: number;
    readonly rights: Rights;
    readonly winner: string;
    readonly of: RightsContext;
  },
): void {
  rights.protected.delete(loser);
  rights.permitted.add(loser);
  of.note({
    severity: "repair",
    node: of.controllerId,
    where: "signal_phase_mvmt.csv, column protection",
    sentence: `${loser} is protected in phase ${number} while ${winner} has right of way too: it is permitted, and yields.`,
  });
}
