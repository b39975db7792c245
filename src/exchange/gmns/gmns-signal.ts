/** One controller as an intersection, with a timing plan for each of its plans. */
import { known } from "../../errors.ts";
import { computeChangeTimes, US_STYLE } from "../../network/fixed-times.ts";
import type { Intersection, OffsetReference, Phase } from "../../network/network.schema.ts";
import { fromTenths, toTenths, wrapS } from "../../timing/cycle.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import type { Point } from "./gmns-geometry.ts";
import type { ControllerPlan } from "./gmns-phases.ts";
import { mergeRights, type Rights } from "./gmns-rights.ts";
import { chooseRings, type Rings, statedSplitS, yieldBeside } from "./gmns-rings.ts";
import { fitSplits } from "./gmns-splits.ts";
import { buildStreams, type GmnsStreams, type StreamContext } from "./gmns-streams.ts";

export interface GmnsSignal {
  readonly intersection: Intersection;
  readonly streams: GmnsStreams;
  /** By timing plan of the tables. */
  readonly timingPlans: ReadonlyMap<string, TimingPlan>;
}

interface Build extends StreamContext {
  readonly controllerId: string;
  readonly streams: GmnsStreams;
  readonly rights: ReadonlyMap<number, Rights>;
}

/** Stop line to the far side of the last conflict where nothing is drawn, m. */
const CLEARANCE_M = 25;
const CYCLE_MIN_S = 40;
const CYCLE_MAX_S = 180;
const YELLOW_LEAST_S = 3;

/** None, with faults, when the tables let no safe order of phases be built. */
export function buildGmnsSignal(
  plans: readonly ControllerPlan[],
  context: StreamContext,
): GmnsSignal | undefined {
  const controllerId = known(plans[0], "plan").controllerId;
  const streams = buildStreams(plans, context);
  if (streams.movements.length === 0) {
    const sentence = `Controller ${controllerId} serves no vehicle: it is left out.`;
    context.note({ severity: "omitted", node: controllerId, where: "signal_phase_mvmt.csv", sentence });
    return undefined;
  }
  const rights = mergeRights(plans, { ...context, controllerId, streams });
  const of: Build = { ...context, controllerId, streams, rights };
  const orders = chooseRings(plans, of);
  if (orders === undefined) return undefined;
  for (const rings of orders.values()) yieldBeside(rings, of);
  const served = [...rights]
    .map(([number, own]) => buildPhase(number, own, plans, of))
    .sort((a, b) => a.number - b.number);
  const { phases, ringsOf } = fillRings(served, orders);
  const sequences = listSequences([...ringsOf.values()]);
  const timingPlans = new Map(
    plans.flatMap((plan) => {
      const rings = known(ringsOf.get(plan), "rings");
      const sequenceId = known(
        sequences.find((it) => JSON.stringify(it.rings) === JSON.stringify(rings)),
        "sequence",
      ).id;
      const built = buildTimingPlan(plan, { phases, rings, sequenceId, of });
      return built === undefined ? [] : [[plan.plan.id, built] as const];
    }),
  );
  const cycles = [...timingPlans.values()].map((it) => it.cycleS);
  const reference = known(
    plans.map((it) => referenceOf(it, phases)).find((it) => it.isStated) ??
      referenceOf(known(plans[0], "plan"), phases),
    "reference",
  );
  return {
    streams,
    timingPlans,
    intersection: {
      id: controllerId,
      ...placeOf(plans, of),
      approaches: streams.approaches,
      movements: streams.movements,
      crossings: streams.crossings,
      phases,
      sequences,
      coordinatedPhases: [reference.phase],
      offsetReference: { phase: reference.phase, point: reference.point },
      conflicts: streams.conflicts,
      intergreens: [],
      controller: {
        cycleMinS: Math.min(CYCLE_MIN_S, ...cycles),
        cycleMaxS: Math.max(CYCLE_MAX_S, ...cycles),
        resolutionS: cycles.every((it) => toTenths(it) % 10 === 0) ? 1 : 0.1,
      },
    },
  };
}

function placeOf(plans: readonly ControllerPlan[], { tables, streets }: Build): Point & { name?: string } {
  const served = plans.flatMap((plan) => plan.phases.flatMap((it) => it.serves));
  const nodes = [
    ...new Set(
      served.flatMap(
        (it) =>
          tables("movement")
            .get(it.movementId ?? "")
            ?.text("node_id") ?? [],
      ),
    ),
  ];
  const points = nodes.map(streets.placeOf);
  const mean = (values: readonly number[]): number =>
    Math.round((values.reduce((sum, it) => sum + it, 0) / Math.max(1, values.length)) * 100) / 100;
  const name = nodes.flatMap((it) => tables("node").get(it)?.text("name") ?? [])[0];
  return {
    xM: mean(points.map((it) => it.xM)),
    yM: mean(points.map((it) => it.yM)),
    ...(name === undefined ? {} : { name: name.slice(0, 200) }),
  };
}

/** Fixed times hold for all plans: the longest clearance; the shortest green that is a minimum and not a programmed one. */
function buildPhase(number: number, rights: Rights, plans: readonly ControllerPlan[], of: Build): Phase {
  const rows = plans.flatMap((plan) => plan.phases.flatMap((it) => (it.number === number ? [it.row] : [])));
  const first = known(rows[0], "timing phase");
  const assume = (column: string, sentence: string): void =>
    of.note({ severity: "assumption", node: of.controllerId, where: first.place(column), sentence });
  const walks = new Set(of.streams.crossings.map((it) => it.id));
  const movements = of.streams.movements.filter(
    (it) => rights.protected.has(it.id) || rights.permitted.has(it.id),
  );
  const actuated = rows.filter((it) => (it.number("max_green") ?? 0) > (it.number("min_green") ?? 0));
  const turnsOnly = movements.every((it) => it.turn !== "through");
  const usualS = turnsOnly ? US_STYLE.leftMinGreenS : US_STYLE.sideMinGreenS;
  const programmedS = Math.min(...rows.map((it) => it.number("min_green") ?? usualS));
  const minGreenS =
    actuated.length > 0
      ? Math.min(...actuated.map((it) => it.number("min_green") ?? usualS))
      : Math.min(usualS, programmedS);
  if (actuated.length === 0) {
    assume(
      "min_green",
      `Phase ${number} of controller ${of.controllerId} has programmed greens alone: ${minGreenS} s are taken as its minimum.`,
    );
  }
  const passageS = Math.max(0, ...rows.map((it) => it.number("extension") ?? 0));
  const maxGreenS = Math.max(0, ...actuated.map((it) => it.number("max_green") ?? 0));
  return {
    number,
    ...nameOf(first.text("opt_comment")),
    protectedMovements: [...rights.protected].filter((it) => !walks.has(it)),
    permittedMovements: [...rights.permitted],
    crossings: [...rights.protected].filter((it) => walks.has(it)),
    minGreenS: fromTenths(toTenths(Math.max(1, minGreenS))),
    ...(maxGreenS > 0 ? { maxGreenS } : {}),
    flashingGreenS: 0,
    ...buildChange(number, { rows, movements, turnsOnly, of, assume }),
    ...(passageS > 0 ? { passageS: Math.min(15, passageS) } : {}),
    recall: hasDetector(of, number) ? "none" : "max",
  };
}

const nameOf = (text: string | undefined): { name?: string } =>
  text === undefined ? {} : { name: text.slice(0, 200) };

/** GMNS knows yellow and all-red as one time: yellow is what speed asks for, the rest is red. */
function buildChange(
  number: number,
  given: {
    readonly rows: readonly { readonly number: (column: string) => number | undefined }[];
    readonly movements: GmnsStreams["movements"];
    readonly turnsOnly: boolean;
    readonly of: Build;
    readonly assume: (column: string, sentence: string) => void;
  },
): { yellowS: number; redClearanceS: number } {
  const { movements, of, assume } = given;
  const speeds = movements.flatMap((it) => of.streams.arrivals.get(it.approachId)?.speedLimitMps ?? []);
  const computed = computeChangeTimes({
    speedLimitMps: speeds.length === 0 ? 0 : Math.max(...speeds),
    gradeRatio: 0,
    clearanceDistanceM: CLEARANCE_M,
    turns: speeds.length > 0 && given.turnsOnly,
  });
  const stated = given.rows.flatMap((it) => it.number("clearance") ?? []);
  if (stated.length === 0) {
    assume(
      "clearance",
      `Phase ${number} of controller ${of.controllerId} has no clearance: ${computed.yellowS} s yellow and ${computed.redClearanceS} s red follow from speed.`,
    );
    return computed;
  }
  const changeS = Math.max(...stated);
  const yellowS = Math.min(changeS, Math.max(YELLOW_LEAST_S, computed.yellowS));
  assume(
    "clearance",
    `Yellow is what speed asks for (${yellowS} s in phase ${number}), the rest of the clearance is red.`,
  );
  if (new Set(stated).size > 1) {
    assume(
      "clearance",
      `The plans give phase ${number} of controller ${of.controllerId} clearances of ${[...new Set(stated)].join(" and ")} s: the longest is taken in all, out of its green.`,
    );
  }
  return { yellowS, redClearanceS: fromTenths(toTenths(changeS) - toTenths(yellowS)) };
}

const hasDetector = ({ tables, controllerId }: Build, number: number): boolean =>
  [...tables("signal_detector").values()].some(
    (it) => it.text("controller_id") === controllerId && it.number("signal_phase_num") === number,
  );

/** A ring that has no phase between two barriers gets one that serves nothing, with the change of the phase beside it. */
function fillRings(
  served: readonly Phase[],
  orders: ReadonlyMap<ControllerPlan, Rings>,
): { phases: Phase[]; ringsOf: Map<ControllerPlan, number[][][]> } {
  const phases = [...served];
  const fillers = new Map<string, number>();
  const fillerOf = (ring: number, group: number, rings: Rings): number => {
    const key = `${ring} ${group}`;
    const beside = known(
      served.find((it) => rings.some((own) => own[group]?.includes(it.number))),
      "phase beside",
    );
    const number =
      fillers.get(key) ??
      known(
        [...Array(32).keys()].map((it) => it + 1).find((it) => !phases.some((own) => own.number === it)),
        "free phase",
      );
    if (!fillers.has(key)) {
      const { minGreenS, yellowS, redClearanceS } = beside;
      phases.push({
        number,
        name: "rest of a ring",
        protectedMovements: [],
        permittedMovements: [],
        crossings: [],
        minGreenS,
        flashingGreenS: 0,
        yellowS,
        redClearanceS,
        recall: "max",
      });
      fillers.set(key, number);
    }
    return number;
  };
  const ringsOf = new Map(
    [...orders].map(([plan, rings]) => [
      plan,
      rings.map((groups, ring) =>
        groups.map((group, at) => (group.length > 0 ? [...group] : [fillerOf(ring, at, rings)])),
      ),
    ]),
  );
  return { phases, ringsOf };
}

function listSequences(orders: readonly number[][][][]): { id: string; rings: number[][][] }[] {
  const different = [...new Map(orders.map((it) => [JSON.stringify(it), it])).values()];
  return different.map((rings, at) => ({ id: `order-${at + 1}`, rings }));
}

/** The coordinated phase: as the tables say, else 2 or 6, else the first. */
function referenceOf(
  { coordination }: ControllerPlan,
  phases: readonly Phase[],
): OffsetReference & { isStated: boolean } {
  const stated = coordination?.number("coord_phase");
  const isStated = phases.some((it) => it.number === stated);
  const usual = phases.find((it) => it.number === 2) ?? phases.find((it) => it.number === 6) ?? phases[0];
  const refersTo = coordination?.text("coord_ref_to")?.toLowerCase();
  const point =
    refersTo === "begin_of_yellow" ? "beginYellow" : refersTo === "begin_of_red" ? "beginRed" : "beginGreen";
  return { phase: isStated && stated !== undefined ? stated : (usual?.number ?? 1), point, isStated };
}

function buildTimingPlan(
  plan: ControllerPlan,
  {
    phases,
    rings,
    sequenceId,
    of,
  }: {
    readonly phases: readonly Phase[];
    readonly rings: Rings;
    readonly sequenceId: string;
    readonly of: Build;
  },
): TimingPlan | undefined {
  const reference = referenceOf(plan, phases);
  const statedS = new Map(phases.map((it) => [it.number, statedSplitS(plan, it.number) ?? 0]));
  const leastS = new Map(phases.map((it) => [it.number, it.minGreenS + it.yellowS + it.redClearanceS]));
  const cycleS = plan.plan.number("cycle_length") || undefined;
  const fitted = fitSplits({ rings, statedS, leastS, cycleS, coordinated: [reference.phase] });
  const { controllerId, note, faults } = of;
  if (fitted === undefined || fitted.cycleS > 300) {
    faults.push({
      path: plan.plan.place("cycle_length"),
      message: `controller ${controllerId}: a cycle of ${fitted?.cycleS ?? cycleS} s ${fitted === undefined ? "has no room for its phases' minimum greens and clearances" : "is longer than 300 s"}`,
    });
    return undefined;
  }
  const changed = phases.filter(
    (it) =>
      plan.phases.some((own) => own.number === it.number) &&
      fitted.splitsS.get(it.number) !== statedS.get(it.number),
  );
  if (changed.length > 0) {
    const parts = changed.map(
      (it) => `phase ${it.number} ${statedS.get(it.number)} → ${fitted.splitsS.get(it.number)} s`,
    );
    note({
      severity: "repair",
      node: controllerId,
      where: known(plan.phases[0], "phase").row.place("max_green"),
      sentence: `Green + clearance of plan ${plan.plan.id} at controller ${controllerId} do not fill rings and cycle: ${parts.join(", ")}.`,
    });
  }
  if (cycleS === undefined) {
    note({
      severity: "assumption",
      node: controllerId,
      where: plan.plan.place("cycle_length"),
      sentence: `Plan ${plan.plan.id} has no cycle: controller ${controllerId} runs free where it is actuated, with ${fitted.cycleS} s as the sum of its longest greens.`,
    });
  }
  const offsetS = wrapS(plan.coordination?.number("offset") ?? 0, fitted.cycleS);
  return {
    intersectionId: controllerId,
    cycleS: fitted.cycleS,
    sequenceId,
    splits: phases.map((it) => ({ phase: it.number, splitS: fitted.splitsS.get(it.number) ?? 0 })),
    offsetS: fromTenths(toTenths(offsetS) % toTenths(fitted.cycleS)),
    offsetReference: { phase: reference.phase, point: reference.point },
    ...actuationOf(plan, { phases, isFree: cycleS === undefined }),
  };
}

/** A plan is actuated where a phase has an extension and a maximum above its minimum. */
function actuationOf(
  plan: ControllerPlan,
  { phases, isFree }: { readonly phases: readonly Phase[]; readonly isFree: boolean },
): Pick<TimingPlan, "actuation"> {
  const isActuated = plan.phases.some(
    ({ row }) =>
      row.number("extension") !== undefined &&
      (row.number("max_green") ?? 0) > (row.number("min_green") ?? 0),
  );
  if (!isActuated) return {};
  return {
    actuation: {
      mode: isFree ? "free" : "coordinated",
      forceOff: "floating",
      phases: phases.map((phase) => {
        const row = plan.phases.find((it) => it.number === phase.number)?.row;
        const maxGreenS = row?.number("max_green");
        const extensionS = row?.number("extension");
        return {
          phase: phase.number,
          passageS: Math.min(15, extensionS ?? 0),
          recall: extensionS === undefined ? "max" : phase.recall,
          ...(maxGreenS === undefined ? {} : { maxGreenS }),
        };
      }),
    },
  };
}
