/**
 * Plans as an additional file of SUMO: a program per signal and plan, and, where there are several plans, switching by
 * time of day (WAUT). SUMO changes from one program to the next by its procedure GSP: where the sequence of one ends the
 * other begins, and its first phase lasts until it is in step.
 * Source: sumo.dlr.de/docs/Simulation/Traffic_Lights.html.
 */
import { known } from "../../errors.ts";
import { escapeXml } from "../../escape-xml.ts";
import { getIntersection, type NetworkIndex } from "../../network/find.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { type ExportedProgram, exportProgram } from "./export-programs.ts";
import type { SumoSignal } from "./sumo-street.ts";

/** What runs from a second of the day on. */
export interface PlanOfDay {
  readonly fromS: number;
  readonly timingPlans: readonly TimingPlan[];
}

const DAY_S = 86_400;

/**
 * `plansOfDay`: at least one, in the order of their times. `zeroS`: the epoch of second 0 of the simulation, s. Signals
 * without a plan keep what the net has. Stops with `invalidInput` at a cycle that is no whole number of seconds.
 */
export function exportSumo(of: {
  readonly index: NetworkIndex;
  readonly signals: readonly SumoSignal[];
  readonly plansOfDay: readonly PlanOfDay[];
  readonly zeroS: number;
  /** Intersections that go on with the fixed program of today, letter by letter. */
  readonly asShipped?: ReadonlySet<string>;
}): string {
  const { index, plansOfDay, zeroS } = of;
  const lines = of.signals.flatMap((signal) => {
    const prefix = findFreeId(signal);
    const shipped = signal.programs.find((it) => it.id === signal.currentProgramId && it.type === "static");
    if (shipped !== undefined && of.asShipped?.has(signal.intersectionId)) {
      return formatProgram({ ...shipped, tlId: signal.tlId, programId: prefix });
    }
    const programs = plansOfDay.flatMap(({ fromS, timingPlans }, at) => {
      const plan = timingPlans.find((it) => it.intersectionId === signal.intersectionId);
      if (plan === undefined) return [];
      const programId = plansOfDay.length === 1 ? prefix : `${prefix}-${at + 1}`;
      const intersection = getIntersection(index, plan.intersectionId);
      return [{ fromS, program: exportProgram({ intersection, plan, signal, programId, zeroS }) }];
    });
    return [
      ...programs.flatMap((it) => formatProgram(it.program)),
      ...(programs.length > 1 ? formatSwitches(signal.tlId, programs) : []),
    ];
  });
  return ["<additional>", ...lines, "</additional>", ""].join("\n");
}

/** A name that no program of the net has. */
function findFreeId({ programs }: SumoSignal): string {
  const isTaken = (id: string): boolean => programs.some((it) => it.id.startsWith(id));
  let id = "greenwave";
  while (isTaken(id)) id += "+";
  return id;
}

const formatProgram = ({ tlId, programId, offsetS, phases }: ExportedProgram): string[] => [
  `  <tlLogic id="${escapeXml(tlId)}" type="static" programID="${escapeXml(programId)}" offset="${offsetS}">`,
  `    <param key="GSP" value="0"/>`,
  ...phases.map(({ durationS, state }) => `    <phase duration="${durationS}" state="${state}"/>`),
  "  </tlLogic>",
];

/** The day begins with what ran at the end of the day before. */
function formatSwitches(
  tlId: string,
  programs: readonly { readonly fromS: number; readonly program: ExportedProgram }[],
): string[] {
  const id = escapeXml(`greenwave ${tlId}`);
  const last = known(programs.at(-1), "last plan of the day").program.programId;
  return [
    `  <WAUT id="${id}" refTime="0" period="${DAY_S}" startProg="${escapeXml(last)}">`,
    ...programs.map(
      ({ fromS, program }) => `    <wautSwitch time="${fromS}" to="${escapeXml(program.programId)}"/>`,
    ),
    "  </WAUT>",
    `  <wautJunction wautID="${id}" junctionID="${escapeXml(tlId)}" procedure="GSP" synchron="true"/>`,
  ];
}
