/**
 * Rules 1–4: yellow and red clearance. They judge the configuration, because no plan carries these times.
 * Source of the equations: NCHRP Report 731; MUTCD 4D.26 for the ranges.
 */
import { known } from "../../errors.ts";
import { getApproach, getPhase } from "../../network/find.ts";
import type { Intersection, Movement, Phase } from "../../network/network.schema.ts";
import { toTenths } from "../cycle.ts";
import { getArrivalLink, type Site } from "../site.ts";
import { phasePath, type RuleInput, round2, type SiteFinding, splitPath } from "./rule-input.ts";

/** Standard gravity, m/s². */
const GRAVITY_MPS2 = 9.80665;
/** An existing time may differ by this from the exact one (manuals print tables to the nearest tenth). */
const TOLERANCE_S = 0.1;

/** Fixed times as a controller reports them. */
export interface ReportedFixedTimes {
  readonly intersectionId: string;
  readonly phase: number;
  readonly yellowS: number;
  readonly redClearanceS: number;
}

/**
 * Rule 1: yellow and red clearance are the configured ones. A plan cannot state them; it can only contradict them by a
 * split too short to hold them. What the device reports must be the network's configuration.
 */
export function judgeConfiguredTimes(
  input: RuleInput,
  reported: readonly ReportedFixedTimes[] = [],
): SiteFinding[] {
  const { site, plan } = input;
  const findings: SiteFinding[] = [];
  for (const { phase: number, splitS } of plan.splits) {
    const { yellowS, redClearanceS } = getPhase(site.intersection, number);
    if (toTenths(splitS) >= toTenths(yellowS) + toTenths(redClearanceS)) continue;
    findings.push({
      ruleId: 1,
      severity: "BLOCK",
      path: `${splitPath(input, number)}.splitS`,
      limit: round2(yellowS + redClearanceS),
      actual: splitS,
      unit: "s",
      sentence: `The split of phase ${number} is ${splitS} s: its configured yellow and red clearance of ${round2(yellowS + redClearanceS)} s do not fit into it.`,
    });
  }
  for (const times of reported) {
    if (times.intersectionId !== site.intersection.id) continue;
    findings.push(...compareReported(site, times));
  }
  return findings;
}

function compareReported(site: Site, reported: ReportedFixedTimes): SiteFinding[] {
  const phase = site.intersection.phases.find((it) => it.number === reported.phase);
  if (phase === undefined) {
    return [
      {
        ruleId: 1,
        severity: "BLOCK",
        path: `${site.path}.phases`,
        limit: site.intersection.phases.map((it) => it.number).join(" "),
        actual: String(reported.phase),
        unit: "",
        sentence: `The controller reports phase ${reported.phase}, which the network does not know.`,
      },
    ];
  }
  return (["yellowS", "redClearanceS"] as const)
    .filter((key) => toTenths(phase[key]) !== toTenths(reported[key]))
    .map((key) => ({
      ruleId: 1,
      severity: "BLOCK",
      path: `${phasePath(site, phase.number)}.${key}`,
      limit: phase[key],
      actual: reported[key],
      unit: "s",
      sentence: `The controller reports ${reported[key]} s of ${key === "yellowS" ? "yellow" : "red clearance"} for phase ${phase.number}; ${phase[key]} s are configured.`,
    }));
}

/** Rule 2: yellow within the profile's range. */
export function judgeYellowRange({ site, profile }: RuleInput): SiteFinding[] {
  const { minS, maxS } = profile.yellow;
  return site.intersection.phases
    .filter(({ yellowS }) => yellowS < minS || yellowS > maxS)
    .map(({ number, yellowS }) => ({
      ruleId: 2,
      ...configurationBreach(site),
      path: `${phasePath(site, number)}.yellowS`,
      limit: yellowS < minS ? minS : maxS,
      actual: yellowS,
      unit: "s",
      sentence: `Phase ${number} has ${yellowS} s of yellow, outside ${minS}–${maxS} s.`,
    }));
}

/**
 * Rule 3: yellow covers reaction and braking, Y = t + v / (2a + 2gG) (NCHRP Report 731, equation 1); v approach speed,
 * G grade. New times are rounded up to 0.1 s; existing ones may be 0.1 s short of the exact value.
 */
export function judgeYellowLength({ site, profile }: RuleInput): SiteFinding[] {
  return site.intersection.phases.flatMap((phase) => {
    const required = listMovements(site, phase)
      .map((movement) => ({ movement, yellowS: requiredYellowS({ site, profile }, movement) }))
      .sort((a, b) => b.yellowS - a.yellowS)[0];
    if (required === undefined) return [];
    const exactS = Math.min(required.yellowS, profile.yellow.maxS);
    const limitS = site.imported ? exactS : Math.ceil(exactS * 10 - 1e-6) / 10;
    const shortS = limitS - phase.yellowS;
    if (shortS <= (site.imported ? TOLERANCE_S : 0) + 1e-9) return [];
    const slight: Pick<SiteFinding, "severity"> = { severity: "WARN" };
    return [
      {
        ruleId: 3,
        ...(shortS <= TOLERANCE_S + 1e-9 ? slight : configurationBreach(site)),
        path: `${phasePath(site, phase.number)}.yellowS`,
        limit: round2(limitS),
        actual: phase.yellowS,
        unit: "s",
        sentence: `Phase ${phase.number} has ${phase.yellowS} s of yellow; drivers of ${required.movement.id} need ${round2(limitS)} s to see it and stop from their approach speed.`,
      },
    ];
  });
}

/**
 * Rule 4: red clearance lets the last vehicle leave, R = (W + L) / v − start-up (NCHRP Report 731, equation 2), is not
 * above the profile's maximum, and holds the configured intergreens to what may follow directly. W is the way across; who
 * turns to the near side never takes it.
 */
export function judgeRedClearance(input: RuleInput): SiteFinding[] {
  return input.site.intersection.phases.flatMap((phase) => [
    ...judgeRedRange(input, phase),
    ...judgeRedLength(input, phase),
    ...judgeConfiguredIntergreen(input, phase),
  ]);
}

function judgeRedRange({ site, profile }: RuleInput, phase: Phase): SiteFinding[] {
  const { maxS } = profile.redClearance;
  if (phase.redClearanceS <= maxS) return [];
  return [
    {
      ruleId: 4,
      ...configurationBreach(site),
      path: `${phasePath(site, phase.number)}.redClearanceS`,
      limit: maxS,
      actual: phase.redClearanceS,
      unit: "s",
      sentence: `Phase ${phase.number} has ${phase.redClearanceS} s of red clearance, more than ${maxS} s.`,
    },
  ];
}

function judgeRedLength({ site, profile }: RuleInput, phase: Phase): SiteFinding[] {
  const { vehicleLengthM, reductionS } = profile.redClearance;
  const nearSide = site.drivingSide;
  const crossing = listMovements(site, phase).filter((it) => it.turn !== nearSide);
  const limitS = Math.max(
    0,
    ...crossing.map((movement) => {
      const { clearanceDistanceM } = getApproach(site.intersection, movement.approachId);
      if (clearanceDistanceM === undefined) return 0;
      const speedMps = approachSpeedMps({ site, profile }, movement);
      return (clearanceDistanceM + vehicleLengthM) / speedMps - reductionS;
    }),
  );
  if (phase.redClearanceS >= limitS - TOLERANCE_S) return [];
  const inherited: Pick<SiteFinding, "inherited"> = site.imported ? { inherited: true } : {};
  return [
    {
      ruleId: 4,
      severity: "WARN",
      ...inherited,
      path: `${phasePath(site, phase.number)}.redClearanceS`,
      limit: round2(limitS),
      actual: phase.redClearanceS,
      unit: "s",
      sentence: `Phase ${phase.number} has ${phase.redClearanceS} s of red clearance; the last vehicle needs ${round2(limitS)} s to leave the conflict area.`,
    },
  ];
}

function judgeConfiguredIntergreen({ site }: RuleInput, phase: Phase): SiteFinding[] {
  const { intersection } = site;
  const changeS = phase.yellowS + phase.redClearanceS;
  const longer = intersection.intergreens.filter(
    ({ from, intergreenS }) =>
      phase.protectedMovements.includes(from) && toTenths(intergreenS) > toTenths(changeS),
  );
  if (longer.length === 0) return [];
  const next = listFollowing(intersection, phase);
  return longer
    .filter(({ to }) => next.some((it) => it.protectedMovements.includes(to) || it.crossings.includes(to)))
    .map(({ from, to, intergreenS }) => ({
      ruleId: 4,
      ...configurationBreach(site),
      path: `${phasePath(site, phase.number)}.redClearanceS`,
      limit: round2(intergreenS - phase.yellowS),
      actual: phase.redClearanceS,
      unit: "s",
      sentence: `Phase ${phase.number} changes in ${round2(changeS)} s; the configured intergreen from ${from} to ${to}, which may follow directly, is ${intergreenS} s.`,
    }));
}

/** The phases that follow directly in their ring in any sequence. */
function listFollowing(intersection: Intersection, phase: Phase): Phase[] {
  const numbers = new Set(
    intersection.sequences.flatMap(({ rings }) =>
      rings.flatMap((ring) => {
        const order = ring.flat();
        const at = order.indexOf(phase.number);
        return at < 0 ? [] : [order[(at + 1) % order.length]];
      }),
    ),
  );
  return intersection.phases.filter((it) => it !== phase && numbers.has(it.number));
}

/** Imported configuration is reported and never repaired silently; configuration of our own must be right. */
const configurationBreach = (site: Site): Pick<SiteFinding, "severity" | "inherited"> =>
  site.imported ? { severity: "WARN", inherited: true } : { severity: "BLOCK" };

const listMovements = (site: Site, phase: Phase): Movement[] =>
  site.intersection.movements.filter(
    (it) => phase.protectedMovements.includes(it.id) || phase.permittedMovements.includes(it.id),
  );

function requiredYellowS({ site, profile }: Pick<RuleInput, "site" | "profile">, movement: Movement): number {
  const { required } = profile.yellow;
  if (required.kind === "bySpeedLimit") {
    const { speedLimitMps } = getArrivalLink(site, movement);
    // Imported limits carry the rounding of their conversion.
    const step = required.steps.find((it) => speedLimitMps <= it.upToMps + 0.01);
    return known(step, `yellow for ${speedLimitMps} m/s`).yellowS;
  }
  const { gradeRatio } = getApproach(site.intersection, movement.approachId);
  const decelerationMps2 = required.decelerationMps2 + GRAVITY_MPS2 * gradeRatio;
  return required.reactionS + approachSpeedMps({ site, profile }, movement) / (2 * decelerationMps2);
}

/** Measured 85th percentile for through traffic, else derived from the limit; turning traffic is slower. */
function approachSpeedMps(
  { site, profile }: Pick<RuleInput, "site" | "profile">,
  movement: Movement,
): number {
  const { speedLimitMps } = getArrivalLink(site, movement);
  const { required } = profile.yellow;
  if (required.kind === "bySpeedLimit") return speedLimitMps;
  if (movement.turn !== "through") return Math.max(speedLimitMps - required.turnBelowLimitMps, 1);
  const measuredMps = getApproach(site.intersection, movement.approachId).speed85Mps;
  return measuredMps ?? speedLimitMps + required.aboveLimitMps;
}
