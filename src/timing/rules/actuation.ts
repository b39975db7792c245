/**
 * What a plan must hold so that its controller may end, lengthen and leave out phases by calls: the parts of rules 7, 17,
 * 20, 21 and 25 that a cycle of fixed splits cannot show. The plan's splits have been judged like those of a fixed-time
 * plan, which is what they are when everybody calls.
 */
import { getPhase, getSequence } from "../../network/find.ts";
import type { Phase } from "../../network/network.schema.ts";
import { buildWiring } from "../actuated/wiring.ts";
import { toTenths } from "../cycle.ts";
import type { Actuation } from "../plan.schema.ts";
import type { RuleInput, SiteFinding, TimedRuleInput } from "./rule-input.ts";
import { phasePath } from "./rule-input.ts";

type ActuatedInput = TimedRuleInput & { readonly actuation: Actuation };

export function judgeActuation(input: TimedRuleInput): SiteFinding[] {
  const { actuation } = input.plan;
  if (actuation === undefined) return [];
  const actuated = { ...input, actuation };
  return [
    ...judgePhases(actuated),
    ...judgeMaximums(actuated),
    ...judgePedestrianRecall(actuated),
    ...judgeCoordinatedPhases(actuated),
    ...judgeSingleEnds(actuated),
    ...listBlindPhases(actuated),
  ];
}

/** Rule 21: each phase once, and only phases that run. */
function judgePhases({ actuation, plan, planPath }: ActuatedInput): SiteFinding[] {
  return actuation.phases.flatMap(({ phase }, at): SiteFinding[] => {
    const isRunning = plan.splits.some((it) => it.phase === phase);
    const isFirst = actuation.phases.findIndex((it) => it.phase === phase) === at;
    if (isRunning && isFirst) return [];
    return [
      {
        ruleId: 21,
        severity: "BLOCK",
        path: `${planPath}.actuation.phases.${at}.phase`,
        limit: isRunning ? "once" : "a phase with a split",
        actual: phase,
        unit: "",
        sentence: isRunning
          ? `Phase ${phase} has its actuation twice.`
          : `Phase ${phase} has an actuation but no split: it does not run in this plan.`,
      },
    ];
  });
}

/** Rules 7 and 25: a maximum is no minimum, and when all take theirs nobody waits too long. */
function judgeMaximums(input: ActuatedInput): SiteFinding[] {
  const { actuation, site, planPath, profile, origin } = input;
  const short = actuation.phases.flatMap(({ phase: number, maxGreenS }, at): SiteFinding[] => {
    const phase = site.intersection.phases.find((it) => it.number === number);
    if (phase === undefined || maxGreenS === undefined || toTenths(maxGreenS) >= toTenths(phase.minGreenS)) {
      return [];
    }
    return [
      {
        ruleId: 7,
        severity: "BLOCK",
        path: `${planPath}.actuation.phases.${at}.maxGreenS`,
        limit: phase.minGreenS,
        actual: maxGreenS,
        unit: "s",
        sentence: `The maximum green of phase ${number} is ${maxGreenS} s, less than its minimum of ${phase.minGreenS} s.`,
      },
    ];
  });
  if (actuation.mode !== "free") return short;
  const waitS = longestFreeWaitS(input);
  if (waitS <= profile.redMaxS) return short;
  return [
    ...short,
    {
      ruleId: 25,
      severity: origin === "imported" ? "WARN" : "BLOCK",
      path: `${planPath}.actuation.phases`,
      limit: profile.redMaxS,
      actual: waitS,
      unit: "s",
      sentence: `When every phase takes its maximum green, somebody waits ${waitS} s, more than ${profile.redMaxS} s.`,
    },
  ];
}

/** A cycle of maximums without the shortest of them, s. */
function longestFreeWaitS({ actuation, site, plan, times }: ActuatedInput): number {
  const { rings } = getSequence(site.intersection, plan.sequenceId);
  const lengthDs = new Map(
    times.map(({ phase, greenS, yellowS, redClearanceS }) => {
      const configuredS = getPhase(site.intersection, phase).maxGreenS;
      const maxGreenS = actuation.phases.find((it) => it.phase === phase)?.maxGreenS ?? configuredS ?? greenS;
      return [phase, toTenths(maxGreenS) + toTenths(yellowS) + toTenths(redClearanceS)] as const;
    }),
  );
  const groups = Math.max(...rings.map((it) => it.length));
  let cycleDs = 0;
  for (let group = 0; group < groups; group++) {
    const sums = rings.map((ring) =>
      (ring[group] ?? []).reduce((sum, phase) => sum + (lengthDs.get(phase) ?? 0), 0),
    );
    cycleDs += Math.max(...sums);
  }
  return (cycleDs - Math.min(...lengthDs.values())) / 10;
}

/** Rule 17: on pedestrian recall every crossing of the phase is served in every cycle. */
function judgePedestrianRecall({ actuation, site, plan, planPath }: ActuatedInput): SiteFinding[] {
  if (actuation.mode === "free") return [];
  const { intersection } = site;
  return actuation.phases.flatMap(({ phase: number, recall }, at): SiteFinding[] => {
    const phase = intersection.phases.find((it) => it.number === number);
    const splitS = plan.splits.find((it) => it.phase === number)?.splitS;
    if (recall !== "pedestrian" || phase === undefined || splitS === undefined) return [];
    const wholesDs = intersection.crossings
      .filter((it) => phase.crossings.includes(it.id))
      .map((it) => toTenths(it.walkS) + toTenths(it.clearanceS));
    const neededDs = Math.max(0, ...wholesDs) + toTenths(phase.yellowS) + toTenths(phase.redClearanceS);
    if (wholesDs.length === 0 || toTenths(splitS) >= neededDs) return [];
    return [
      {
        ruleId: 17,
        severity: "BLOCK",
        path: `${planPath}.actuation.phases.${at}.recall`,
        limit: neededDs / 10,
        actual: splitS,
        unit: "s",
        sentence: `Phase ${number} is on pedestrian recall; its crossings take ${neededDs / 10} s with yellow and red clearance, its split is ${splitS} s.`,
      },
    ];
  });
}

/** Rule 20: a coordinated plan has something to coordinate. */
function judgeCoordinatedPhases({ actuation, site, plan, planPath }: ActuatedInput): SiteFinding[] {
  const { coordinatedPhases } = site.intersection;
  if (actuation.mode === "free" || plan.splits.some((it) => coordinatedPhases.includes(it.phase))) return [];
  return [
    {
      ruleId: 20,
      severity: "BLOCK",
      path: `${planPath}.actuation.mode`,
      limit: `one of ${coordinatedPhases.join(", ")}`,
      actual: "none",
      unit: "",
      sentence: `None of the coordinated phases ${coordinatedPhases.join(", ")} runs in this plan: nothing would keep the offset.`,
    },
  ];
}

/**
 * Rule 21, yellow trap: actuated, a phase may end long before the one beside it. A turn that it permits across traffic
 * of that one must then be served by whatever follows in its ring.
 */
function judgeSingleEnds(input: ActuatedInput): SiteFinding[] {
  const { site, plan, planPath } = input;
  const { rings } = getSequence(site.intersection, plan.sequenceId);
  const runs = (number: number): boolean => plan.splits.some((it) => it.phase === number);
  return rings.flatMap((ring, at) =>
    ring.flatMap((numbers, group) => {
      const phases = numbers.filter(runs).map((it) => getPhase(site.intersection, it));
      const beside = rings
        .flatMap((other, index) => (index === at ? [] : (other[group] ?? [])))
        .filter(runs)
        .map((it) => getPhase(site.intersection, it));
      return phases.flatMap((phase, position) =>
        phase.permittedMovements
          .filter((id) => {
            const later = phases.slice(position + 1);
            return later.some((it) => !serves(it, id)) && isTrapped(input, id, beside);
          })
          .map(
            (id): SiteFinding => ({
              ruleId: 21,
              severity: "BLOCK",
              path: `${planPath}.sequenceId`,
              limit: "no yellow trap",
              actual: plan.sequenceId,
              unit: "",
              sentence: `Yellow trap: phase ${phase.number} permits ${id} and may end by itself while oncoming traffic of the phase beside it goes on.`,
            }),
          ),
      );
    }),
  );
}

const serves = (phase: Phase, id: string): boolean =>
  phase.protectedMovements.includes(id) || phase.permittedMovements.includes(id);

function isTrapped({ site }: RuleInput, turnId: string, beside: readonly Phase[]): boolean {
  const { movements, conflicts } = site.intersection;
  const acrossOncoming = site.drivingSide === "right" ? "left" : "right";
  const turn = movements.find((it) => it.id === turnId);
  if (turn?.turn !== acrossOncoming || turn.flashingYellowArrow) return false;
  return movements.some(
    (it) =>
      it.turn === "through" &&
      conflicts.some((pair) => pair.includes(turnId) && pair.includes(it.id)) &&
      beside.some((phase) => phase.protectedMovements.includes(it.id)),
  );
}

/** To know: a phase that cannot see a movement gets its whole split, or its maximum, in every cycle. */
function listBlindPhases({ actuation, site, plan }: ActuatedInput): SiteFinding[] {
  const running = site.intersection.phases.filter((it) => plan.splits.some((by) => by.phase === it.number));
  const { callersByPhase } = buildWiring({ ...site.intersection, phases: running }, site.detectors);
  return actuation.phases
    .filter(
      ({ phase, recall }) =>
        recall !== "max" && (callersByPhase.get(phase) ?? []).some((detectors) => detectors.length === 0),
    )
    .map(({ phase, recall }) => ({
      ruleId: 25,
      severity: "INFO",
      path: phasePath(site, phase),
      limit: "a detector for every movement",
      actual: recall,
      unit: "",
      sentence: `Phase ${phase} serves a movement without a detector: it runs on maximum recall.`,
    }));
}
