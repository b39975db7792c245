/**
 * Which timing phase of which plan belongs to which controller, and what it serves.
 *
 * A timing phase names its plan, and a plan one controller; but a plan that several controllers share (signal_coordination
 * lists them) has phases of all of them under the same numbers. So a timing phase belongs to the controller at whose node
 * its movements lie; one with movements at several nodes, to the plan's own controller, and the movements elsewhere to the
 * phase of the same number there. Every such step is reported.
 */
import type { Fault } from "../../errors.ts";
import type { Note } from "../import-report.ts";
import type { GmnsRow, GmnsTables } from "./gmns-tables.ts";

export type Right = "protected" | "permitted" | "onRed";

/** One row of signal_phase_mvmt: a movement, or the link of a crosswalk. */
export interface Served {
  readonly movementId: string | undefined;
  readonly linkId: string | undefined;
  readonly right: Right;
  readonly row: GmnsRow;
}

export interface PlanPhase {
  readonly number: number;
  readonly row: GmnsRow;
  readonly serves: readonly Served[];
}

/** What one controller runs in one timing plan. */
export interface ControllerPlan {
  readonly controllerId: string;
  readonly plan: GmnsRow;
  readonly coordination: GmnsRow | undefined;
  readonly phases: readonly PlanPhase[];
}

export interface Context {
  readonly tables: GmnsTables;
  readonly note: Note;
  readonly faults: Fault[];
}

export function listControllerPlans(context: Context): ControllerPlan[] {
  return [...context.tables("signal_timing_plan").values()].flatMap((plan) => listOfPlan(plan, context));
}

function listOfPlan(plan: GmnsRow, context: Context): ControllerPlan[] {
  const { tables } = context;
  const own = plan.text("controller_id") ?? "";
  const coordinations = [...tables("signal_coordination").values()].filter(
    (it) => it.text("timing_plan_id") === plan.id,
  );
  const controllers = [...new Set([own, ...coordinations.flatMap((it) => it.text("controller_id") ?? [])])];
  const rows = [...tables("signal_timing_phase").values()].filter(
    (it) => it.text("timing_plan_id") === plan.id,
  );
  const controllerAt = (served: Served): string => {
    const node = nodeOf(served, tables);
    return controllers.find((it) => it === node) ?? own;
  };
  const served = new Map(rows.map((row) => [row, listServed(row, context)]));
  const owners = assignOwners(rows, { controllers, own, served, controllerAt, context });
  const all = [...served.values()]
    .flat()
    .map((it) => ({ it, number: phaseNumberOf(it, tables), at: controllerAt(it) }));
  for (const { it, number, at } of all) {
    if (owners.some((phase) => phase.controllerId === at && phase.number === number)) continue;
    context.faults.push({
      path: it.row.place("timing_phase_id"),
      message: `plan ${plan.id} has no phase ${number} at controller ${at}, where this lies`,
    });
  }
  return controllers.flatMap((controllerId): ControllerPlan[] => {
    const phases = owners
      .filter((it) => it.controllerId === controllerId)
      .map(({ number, row }) => ({
        number,
        row,
        serves: all.flatMap((one) => (one.at === controllerId && one.number === number ? [one.it] : [])),
      }));
    const coordination = coordinations.find((it) => it.text("controller_id") === controllerId);
    return phases.length === 0 ? [] : [{ controllerId, plan, coordination, phases }];
  });
}

function assignOwners(
  rows: readonly GmnsRow[],
  of: {
    readonly controllers: readonly string[];
    readonly own: string;
    readonly served: ReadonlyMap<GmnsRow, readonly Served[]>;
    readonly controllerAt: (served: Served) => string;
    readonly context: Context;
  },
): { controllerId: string; number: number; row: GmnsRow }[] {
  const { note, faults } = of.context;
  const owners: { controllerId: string; number: number; row: GmnsRow }[] = [];
  const isTaken = (controllerId: string, number: number): boolean =>
    owners.some((it) => it.controllerId === controllerId && it.number === number);
  // Phases that serve nothing themselves come last: they are what is left.
  const [busy, idle] = [true, false].map((wanted) =>
    rows.filter((it) => (of.served.get(it)?.length ?? 0) > 0 === wanted),
  );
  for (const row of [...(busy ?? []), ...(idle ?? [])]) {
    const number = row.number("signal_phase_num") ?? 0;
    const places = [...new Set((of.served.get(row) ?? []).map(of.controllerAt))];
    const controllerId =
      places.length === 1
        ? places[0]
        : places.length > 1
          ? of.own
          : of.controllers.find((it) => !isTaken(it, number));
    if (controllerId === undefined || isTaken(controllerId, number)) {
      faults.push({ path: row.place("signal_phase_num"), message: `its plan has phase ${number} twice` });
      continue;
    }
    if (places.length > 1 || controllerId !== of.own) {
      note({
        severity: "repair",
        node: controllerId,
        where: row.place("timing_plan_id"),
        sentence:
          places.length > 1
            ? `Timing phase ${row.id} serves movements of controllers ${places.join(" and ")}: it is taken as ${of.own}'s, and those elsewhere as served by phase ${number} there.`
            : `Timing phase ${row.id} is taken as controller ${controllerId}'s, though its plan names controller ${of.own}.`,
      });
    }
    owners.push({ controllerId, number, row });
  }
  return owners;
}

function listServed(phase: GmnsRow, { tables, note, faults }: Context): Served[] {
  return [...tables("signal_phase_mvmt").values()].flatMap((row): Served[] => {
    if (row.text("timing_phase_id") !== phase.id) return [];
    const movementId = row.text("mvmt_id");
    const linkId = movementId === undefined ? row.text("link_id") : undefined;
    if (movementId === undefined && linkId === undefined) {
      faults.push({ path: row.place("mvmt_id"), message: "neither a movement nor a link is named" });
      return [];
    }
    return [{ movementId, linkId, right: readRight(row, { note, faults }), row }];
  });
}

function readRight(row: GmnsRow, { note, faults }: Pick<Context, "note" | "faults">): Right {
  const text = row
    .text("protection")
    ?.toLowerCase()
    .replace(/[\s_-]+/g, "");
  if (text === undefined) {
    note({
      severity: "assumption",
      where: row.place("protection"),
      sentence: "Where protection is empty, protected is taken.",
    });
    return "protected";
  }
  if (text === "protected" || text === "permitted") return text;
  if (text === "rtor" || text.includes("red")) return "onRed";
  faults.push({ path: row.place("protection"), message: `${text} is none of protected, permitted, rtor` });
  return "permitted";
}

/** Where a movement lies; a crosswalk lies at the node that its ends belong to. */
function nodeOf({ movementId, linkId }: Served, tables: GmnsTables): string | undefined {
  if (movementId !== undefined) return tables("movement").get(movementId)?.text("node_id");
  const link = tables("link").get(linkId ?? "");
  return ["from_node_id", "to_node_id"]
    .map((it) => tables("node").get(link?.text(it) ?? ""))
    .flatMap((it) => it?.text("parent_node_id") ?? [])[0];
}

const phaseNumberOf = ({ row }: Served, tables: GmnsTables): number =>
  tables("signal_timing_phase")
    .get(row.text("timing_phase_id") ?? "")
    ?.number("signal_phase_num") ?? 0;
