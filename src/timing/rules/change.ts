/** Rules 22 and 24: how the street gets from the running plan to the new one. */
import { signedDifferenceS, toTenths } from "../cycle.ts";
import type { TimingPlan } from "../plan.schema.ts";
import type { PredictedTransition } from "../predict-transition.ts";
import { type RuleInput, round2, type SiteFinding, splitPath } from "./rule-input.ts";

/** Rule 22: a change above an adaptive controller's step is a plan change and takes a transition; to know, not to stop. */
export function judgeStep(input: RuleInput, running: TimingPlan): SiteFinding[] {
  const { plan, planPath, profile } = input;
  const splits = new Map(running.splits.map((it) => [it.phase, it.splitS]));
  const changes = [
    {
      path: `${planPath}.cycleS`,
      name: "cycle",
      limit: profile.step.cycleS,
      changeS: Math.abs(plan.cycleS - running.cycleS),
    },
    {
      path: `${planPath}.offsetS`,
      name: "offset",
      limit: profile.step.offsetS,
      changeS: Math.abs(signedDifferenceS(running.offsetS, plan.offsetS, plan.cycleS)),
    },
    ...plan.splits.map(({ phase, splitS }) => ({
      path: `${splitPath(input, phase)}.splitS`,
      name: `split of phase ${phase}`,
      limit: profile.step.splitS,
      changeS: Math.abs(splitS - (splits.get(phase) ?? 0)),
    })),
  ];
  return changes
    .filter(({ changeS, limit }) => toTenths(changeS) > toTenths(limit))
    .map(({ path, name, limit, changeS }) => ({
      ruleId: 22,
      severity: "INFO",
      path,
      limit,
      actual: round2(changeS),
      unit: "s",
      sentence: `The ${name} changes by ${round2(changeS)} s, more than a step of ${limit} s: the controller runs a transition.`,
    }));
}

/** Rule 24: the transition ends soon, bends cycles little and cuts no fixed time. */
export function judgeTransition(
  { profile, planPath }: RuleInput,
  transition: PredictedTransition,
): SiteFinding[] {
  const { cyclesMax, changeRatioMax } = profile.transition;
  const finding = { ruleId: 24, path: planPath };
  if (transition.kind === "fault") {
    return [
      {
        ...finding,
        severity: "BLOCK",
        limit: "a transition without fault",
        actual: "fault",
        unit: "",
        sentence:
          "The controller could not reach this plan without cutting a fixed time: it would end in a fault.",
      },
    ];
  }
  const { cycles } = transition;
  const long: SiteFinding[] =
    transition.kind === "reached" && cycles <= cyclesMax
      ? []
      : [
          {
            ...finding,
            severity: "WARN",
            limit: cyclesMax,
            actual: cycles,
            unit: "cycles",
            sentence: `The transition takes ${transition.kind === "reached" ? "" : "more than "}${cycles} cycles, it should take at most ${cyclesMax}.`,
          },
        ];
  if (transition.kind !== "reached" || transition.largestChangeRatio <= changeRatioMax + 1e-9) return long;
  const { largestChangeRatio } = transition;
  return [
    ...long,
    {
      ...finding,
      severity: "WARN",
      limit: changeRatioMax,
      actual: round2(largestChangeRatio),
      unit: "",
      sentence: `The transition changes a cycle by ${Math.round(largestChangeRatio * 100)} %, more than ${Math.round(changeRatioMax * 100)} %.`,
    },
  ];
}
