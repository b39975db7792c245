/**
 * Rules 16, 18, 20, 21: sums, ranges and references. They come first: times can be built only where `isSound` holds.
 * The yellow trap of rule 21 has a file of its own.
 */
import { getSequence } from "../../network/find.ts";
import { toTenths } from "../cycle.ts";
import { type RuleInput, round2, type SiteFinding, splitPath } from "./rule-input.ts";

/** Can times be built: whole positive tenths, a known sequence, each split once and of it, a reference that runs? */
export const isSound = (input: RuleInput): boolean =>
  hasSplits(input) && judgeReferencePhase(input).length === 0 && toTenths(input.plan.cycleS) > 0;

const hasSplits = (input: RuleInput): boolean =>
  judgeTenths(input).length === 0 && judgeSequence(input).length === 0;

/** Rule 16, first half: every time is a whole tenth of a second, so that sums are exact; every split takes time. */
export function judgeTenths({ plan, planPath }: RuleInput): SiteFinding[] {
  const finding = { ruleId: 16, severity: "BLOCK", unit: "s" } as const;
  const splits = plan.splits.map(({ splitS }, at) => ({
    path: `${planPath}.splits.${at}.splitS`,
    valueS: splitS,
  }));
  const times = [
    { path: `${planPath}.cycleS`, valueS: plan.cycleS },
    { path: `${planPath}.offsetS`, valueS: plan.offsetS },
    ...splits,
  ];
  const uneven = times
    .filter(({ valueS }) => !(Math.abs(valueS * 10 - Math.round(valueS * 10)) < 1e-9))
    .map(({ path, valueS }) => ({
      ...finding,
      path,
      limit: "whole tenths",
      actual: String(valueS),
      sentence: `${valueS} s is not a whole number of 0.1 s: ring sums would not be exact.`,
    }));
  const empty = splits
    .filter(({ valueS }) => toTenths(valueS) <= 0)
    .map(({ path, valueS }) => ({
      ...finding,
      path,
      limit: 0.1,
      actual: valueS,
      sentence: `A split of ${valueS} s takes no time; a phase that does not run has no split.`,
    }));
  return [...uneven, ...empty];
}

/**
 * Rule 16: in every barrier group the rings are equally long, and the groups fill the cycle; zero tolerance. A ring
 * without any split in a group rests in red there.
 */
export function judgeRingSums(input: RuleInput): SiteFinding[] {
  if (!hasSplits(input)) return [];
  const { site, plan, planPath } = input;
  const findings: SiteFinding[] = [];
  const { rings } = getSequence(site.intersection, plan.sequenceId);
  const splitsDs = new Map(plan.splits.map((it) => [it.phase, toTenths(it.splitS)]));
  let totalDs = 0;
  for (let group = 0; group < Math.max(...rings.map((it) => it.length)); group += 1) {
    const sums = rings.flatMap((ring, at) => {
      const own = (ring[group] ?? []).flatMap((phase) => splitsDs.get(phase) ?? []);
      return own.length === 0 ? [] : [{ ring: at + 1, sumDs: own.reduce((sum, it) => sum + it, 0) }];
    });
    const longestDs = Math.max(0, ...sums.map((it) => it.sumDs));
    totalDs += longestDs;
    for (const { ring, sumDs } of sums.filter((it) => it.sumDs !== longestDs)) {
      findings.push({
        ruleId: 16,
        severity: "BLOCK",
        path: `${planPath}.splits`,
        limit: longestDs / 10,
        actual: sumDs / 10,
        unit: "s",
        sentence: `In barrier group ${group + 1} ring ${ring} takes ${sumDs / 10} s and the longest ring ${longestDs / 10} s: they do not cross the barrier together.`,
      });
    }
  }
  if (totalDs === toTenths(plan.cycleS)) return findings;
  return [
    ...findings,
    {
      ruleId: 16,
      severity: "BLOCK",
      path: `${planPath}.splits`,
      limit: plan.cycleS,
      actual: totalDs / 10,
      unit: "s",
      sentence: `The splits fill ${totalDs / 10} s of a cycle of ${plan.cycleS} s.`,
    },
  ];
}

/** Rule 18: the cycle within the controller's and the profile's range; long cycles need a reason. */
export function judgeCycle({ site, profile, plan, planPath }: RuleInput): SiteFinding[] {
  const { cycleMinS, cycleMaxS } = site.intersection.controller;
  const minS = Math.max(cycleMinS, profile.cycle.minS);
  const maxS = Math.min(cycleMaxS, profile.cycle.maxS);
  const finding = { ruleId: 18, path: `${planPath}.cycleS`, actual: plan.cycleS, unit: "s" };
  if (plan.cycleS < minS || plan.cycleS > maxS) {
    return [
      {
        ...finding,
        severity: "BLOCK",
        limit: plan.cycleS < minS ? minS : maxS,
        sentence: `The cycle of ${plan.cycleS} s is outside ${minS}–${maxS} s, what controller and profile allow.`,
      },
    ];
  }
  if (plan.cycleS <= profile.cycle.warnAboveS) return [];
  return [
    {
      ...finding,
      severity: "WARN",
      limit: profile.cycle.warnAboveS,
      sentence: `The cycle of ${plan.cycleS} s is longer than ${profile.cycle.warnAboveS} s: waits grow and little capacity is won.`,
    },
  ];
}

/** Rule 20: the offset lies in [0, cycle), and what the controller is told lies on its resolution. */
export function judgeOffset({ site, plan, planPath }: RuleInput): SiteFinding[] {
  const findings: SiteFinding[] = [];
  if (!(plan.offsetS >= 0 && plan.offsetS < plan.cycleS)) {
    findings.push({
      ruleId: 20,
      severity: "BLOCK",
      path: `${planPath}.offsetS`,
      limit: `[0, ${plan.cycleS})`,
      actual: plan.offsetS,
      unit: "s",
      sentence: `The offset of ${plan.offsetS} s is outside the cycle of ${plan.cycleS} s: the controller would leave coordination.`,
    });
  }
  const { resolutionS } = site.intersection.controller;
  const stepDs = toTenths(resolutionS);
  const times = [
    { path: `${planPath}.offsetS`, name: "offset", valueS: plan.offsetS },
    { path: `${planPath}.cycleS`, name: "cycle", valueS: plan.cycleS },
    ...plan.splits.map(({ phase, splitS }, at) => ({
      path: `${planPath}.splits.${at}.splitS`,
      name: `split of phase ${phase}`,
      valueS: splitS,
    })),
  ];
  const off = times
    .filter(({ valueS }) => toTenths(valueS) % stepDs !== 0)
    .map(
      ({ path, name, valueS }): SiteFinding => ({
        ruleId: 20,
        severity: "BLOCK",
        path,
        limit: resolutionS,
        actual: valueS,
        unit: "s",
        sentence: `The ${name} of ${round2(valueS)} s is not on the controller's resolution of ${resolutionS} s.`,
      }),
    );
  return [...findings, ...off];
}

/** Rule 20: the phase that the offset refers to runs in this plan. */
export function judgeReferencePhase({ plan, planPath }: RuleInput): SiteFinding[] {
  const { phase } = plan.offsetReference;
  if (plan.splits.some((it) => it.phase === phase)) return [];
  return [
    {
      ruleId: 20,
      severity: "BLOCK",
      path: `${planPath}.offsetReference.phase`,
      limit: plan.splits.map((it) => it.phase).join(" "),
      actual: String(phase),
      unit: "",
      sentence: `The offset refers to phase ${phase}, which has no split in this plan.`,
    },
  ];
}

/** Rule 21: the sequence is one that the controller allows, and each split is of a phase of it, once. */
export function judgeSequence(input: RuleInput): SiteFinding[] {
  const { site, plan, planPath } = input;
  const sequence = site.intersection.sequences.find((it) => it.id === plan.sequenceId);
  if (sequence === undefined) {
    return [
      {
        ruleId: 21,
        severity: "BLOCK",
        path: `${planPath}.sequenceId`,
        limit: site.intersection.sequences.map((it) => it.id).join(" "),
        actual: plan.sequenceId,
        unit: "",
        sentence: `The controller does not allow a sequence ${plan.sequenceId}.`,
      },
    ];
  }
  const phases = sequence.rings.flat(2);
  const foreign = plan.splits.filter((it) => !phases.includes(it.phase));
  const repeated = plan.splits.filter((it, at) => plan.splits.findIndex((by) => by.phase === it.phase) < at);
  return [
    ...foreign.map(({ phase }) => ({ phase, what: `is not in sequence ${sequence.id}` })),
    ...repeated.map(({ phase }) => ({ phase, what: "has two splits" })),
  ].map(({ phase, what }) => ({
    ruleId: 21,
    severity: "BLOCK",
    path: `${splitPath(input, phase)}.phase`,
    limit: phases.join(" "),
    actual: String(phase),
    unit: "",
    sentence: `Phase ${phase} ${what}.`,
  }));
}
