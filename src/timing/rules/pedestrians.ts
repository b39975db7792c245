/** Rules 9, 10, 11, 13, 14, 17: people on foot and on bicycles get the time that they need. */
import { known } from "../../errors.ts";
import { getPhase } from "../../network/find.ts";
import type { Crossing } from "../../network/network.schema.ts";
import { toTenths } from "../cycle.ts";
import {
  crossingPath,
  type RuleInput,
  round2,
  type SiteFinding,
  splitPath,
  type TimedRuleInput,
} from "./rule-input.ts";

/** 0.1 s is the resolution of fixed times, so a need is rounded up to it. */
const ceilTenth = (valueS: number): number => Math.ceil(valueS * 10 - 1e-6) / 10;

/** Rule 9: time to notice the walk signal and step off. */
export function judgeWalk({ site, profile }: RuleInput): SiteFinding[] {
  const { walkLeastS, walkS: wantedS } = profile.pedestrian;
  return listPedestrianCrossings(site.intersection.crossings)
    .filter(({ walkS }) => walkS < wantedS)
    .map(({ id, walkS }) => ({
      ruleId: 9,
      severity: walkS < walkLeastS ? "BLOCK" : "WARN",
      path: `${crossingPath(site, id)}.walkS`,
      limit: walkS < walkLeastS ? walkLeastS : wantedS,
      actual: walkS,
      unit: "s",
      sentence: `Crossing ${id} shows walk for ${walkS} s; people need ${wantedS} s to notice it, and never less than ${walkLeastS} s.`,
    }));
}

/** Rule 10: who steps off at the end of walk reaches the other kerb within the clearance, D / v. */
export function judgeCrossingClearance({ site, profile }: RuleInput): SiteFinding[] {
  return site.intersection.crossings.flatMap((crossing): SiteFinding[] => {
    const { id, lengthM, clearanceS, mode, clearanceSpeedMps } = crossing;
    const profileMps = mode === "bicycle" ? profile.pedestrian.bicycleSpeedMps : profile.pedestrian.speedMps;
    // A configured speed may be slower (schools, hospitals), never faster than the profile's.
    const speedMps = Math.min(clearanceSpeedMps ?? profileMps, profileMps);
    const limitS = ceilTenth(lengthM / speedMps);
    if (toTenths(clearanceS) >= toTenths(limitS)) return [];
    return [
      {
        ruleId: 10,
        severity: "BLOCK",
        path: `${crossingPath(site, id)}.clearanceS`,
        limit: limitS,
        actual: clearanceS,
        unit: "s",
        sentence: `Crossing ${id} clears in ${clearanceS} s; ${lengthM} m at ${round2(speedMps)} m/s take ${limitS} s.`,
      },
    ];
  });
}

/** Rule 11: walk and clearance together carry a slow walker who starts behind the kerb (MUTCD 4E.06). */
export function judgeWholeCrossing({ site, profile }: RuleInput): SiteFinding[] {
  const { setbackM, speedMps } = profile.pedestrian.wholeCrossing;
  return listPedestrianCrossings(site.intersection.crossings).flatMap(
    ({ id, lengthM, walkS, clearanceS }): SiteFinding[] => {
      const limitS = ceilTenth((lengthM + setbackM) / speedMps);
      const wholeDs = toTenths(walkS) + toTenths(clearanceS);
      if (wholeDs >= toTenths(limitS)) return [];
      return [
        {
          ruleId: 11,
          severity: "WARN",
          path: `${crossingPath(site, id)}.walkS`,
          limit: limitS,
          actual: wholeDs / 10,
          unit: "s",
          sentence: `Crossing ${id} gives ${wholeDs / 10} s of walk and clearance; a slow walker from behind the kerb needs ${limitS} s.`,
        },
      ];
    },
  );
}

/**
 * Rules 17 and 13: a split holds the phase's minimum green, and every crossing on recall; an actuated crossing that does
 * not fit is allowed, but each call costs coordination.
 */
export function judgeSplits(input: TimedRuleInput): SiteFinding[] {
  return input.times.flatMap(({ phase: number, splitS }): SiteFinding[] => {
    const { intersection } = input.site;
    const phase = getPhase(intersection, number);
    const changeDs = toTenths(phase.yellowS) + toTenths(phase.redClearanceS);
    const splitDs = toTenths(splitS);
    const finding = { path: `${splitPath(input, number)}.splitS`, actual: splitS, unit: "s" };
    const leastDs = toTenths(phase.minGreenS) + changeDs;
    const vehicles: SiteFinding[] =
      splitDs >= leastDs
        ? []
        : [
            {
              ...finding,
              ruleId: 17,
              severity: "BLOCK",
              limit: leastDs / 10,
              sentence: `The split of phase ${number} is ${splitS} s; minimum green, yellow and red clearance take ${leastDs / 10} s.`,
            },
          ];
    const walkers = phase.crossings.flatMap((id): SiteFinding[] => {
      const crossing = known(
        intersection.crossings.find((it) => it.id === id),
        `crossing ${id}`,
      );
      const neededDs = toTenths(crossing.walkS) + toTenths(crossing.clearanceS) + changeDs;
      if (splitDs >= neededDs) return [];
      const needs = { ...finding, limit: neededDs / 10 };
      return crossing.service === "recall"
        ? [
            {
              ...needs,
              ruleId: 17,
              severity: "BLOCK",
              sentence: `The split of phase ${number} is ${splitS} s; crossing ${id} on recall takes ${neededDs / 10} s with yellow and red clearance.`,
            },
          ]
        : [{ ...needs, ruleId: 13, severity: "WARN", sentence: describeCost(input, id, neededDs - splitDs) }];
    });
    return [...vehicles, ...walkers];
  });
}

/** A transition takes back at most the profile's share of the cycle in each cycle. */
function describeCost({ plan, profile }: RuleInput, crossingId: string, excessDs: number): string {
  const cycles = Math.ceil(excessDs / (profile.transition.changeRatioMax * toTenths(plan.cycleS)));
  return `Crossing ${crossingId} does not fit its split by ${excessDs / 10} s: every call delays the coordinated phases by as much and takes about ${cycles} cycle${cycles === 1 ? "" : "s"} to recover.`;
}

/** Rule 14: nobody waits so long that walking against red looks better; the longest wait is cycle − walk. */
export function judgePedestrianWait({ site, profile, plan, planPath }: RuleInput): SiteFinding[] {
  return listPedestrianCrossings(site.intersection.crossings).flatMap((crossing): SiteFinding[] => {
    const staged = crossing.stagedWith !== undefined;
    const limitS = staged ? profile.pedestrian.stagedWaitS : profile.pedestrian.waitS;
    const waitDs = toTenths(plan.cycleS) - toTenths(crossing.walkS);
    if (waitDs <= toTenths(limitS)) return [];
    return [
      {
        ruleId: 14,
        severity: "WARN",
        path: `${planPath}.cycleS`,
        limit: limitS,
        actual: waitDs / 10,
        unit: "s",
        sentence: `People wait up to ${waitDs / 10} s at crossing ${crossing.id}, more than ${limitS} s.`,
      },
    ];
  });
}

const listPedestrianCrossings = (crossings: readonly Crossing[]): Crossing[] =>
  crossings.filter((it) => it.mode === "pedestrian");
