/** Rules 7, 8, 25: every phase long enough, every stream often enough. */
import { getPhase, QUEUE_SPACING_M } from "../../network/find.ts";
import type { Phase } from "../../network/network.schema.ts";
import { toTenths } from "../cycle.ts";
import { forwardDs, type StreamWindow } from "../streams.ts";
import {
  phasePath,
  type RuleInput,
  round2,
  type SiteFinding,
  splitPath,
  type TimedRuleInput,
  windowsOf,
} from "./rule-input.ts";

/** Beyond this an advance detector does not time the queue in front of it (NCHRP Report 812, Exhibit 6-6: 150 ft). */
const FARTHEST_SETBACK_M = 46;

/** Rule 7: green not below the configured minimum, and not below what drivers expect. */
export function judgeMinimumGreens(input: TimedRuleInput): SiteFinding[] {
  const { site, profile } = input;
  return input.times.flatMap(({ phase: number, greenS }): SiteFinding[] => {
    const phase = getPhase(site.intersection, number);
    const finding = { ruleId: 7, path: `${splitPath(input, number)}.splitS`, actual: greenS, unit: "s" };
    if (toTenths(greenS) < toTenths(phase.minGreenS)) {
      return [
        {
          ...finding,
          severity: "BLOCK",
          limit: phase.minGreenS,
          sentence: `Phase ${number} gets ${greenS} s of green, less than its minimum of ${phase.minGreenS} s.`,
        },
      ];
    }
    const expectedS = isCoordinatedThrough(input, phase)
      ? profile.minGreen.coordinatedThroughS
      : profile.minGreen.otherS;
    if (greenS >= expectedS) return [];
    return [
      {
        ...finding,
        severity: "WARN",
        limit: expectedS,
        sentence: `Phase ${number} gets ${greenS} s of green; drivers expect at least ${expectedS} s.`,
      },
    ];
  });
}

/**
 * Rule 8: an actuated phase without a detector at the stop line keeps its minimum green until the queue between the
 * advance detector and the stop line has gone, 3 + 2n s (NCHRP Report 812, equation 6-2). A phase on maximum recall or
 * coordinated gets its whole split and is left out.
 */
export function judgeQueueClearance({ site }: RuleInput): SiteFinding[] {
  const { intersection, detectors } = site;
  return intersection.phases.flatMap((phase): SiteFinding[] => {
    if (phase.recall === "max" || intersection.coordinatedPhases.includes(phase.number)) return [];
    const links = intersection.approaches
      .filter((approach) =>
        intersection.movements.some(
          (it) => it.approachId === approach.id && phase.protectedMovements.includes(it.id),
        ),
      )
      .map((it) => it.linkId);
    const limitS = Math.max(
      0,
      ...links.map((linkId) => {
        const own = detectors.filter((it) => it.linkId === linkId);
        if (own.some((it) => it.type === "stopLine")) return 0;
        const setbackM = Math.min(...own.filter((it) => it.type === "advance").map((it) => it.setbackM));
        return setbackM > FARTHEST_SETBACK_M ? 0 : 3 + 2 * Math.ceil(setbackM / QUEUE_SPACING_M - 1e-9);
      }),
    );
    if (phase.minGreenS >= limitS) return [];
    return [
      {
        ruleId: 8,
        severity: "WARN",
        path: `${phasePath(site, phase.number)}.minGreenS`,
        limit: limitS,
        actual: phase.minGreenS,
        unit: "s",
        sentence: `Phase ${phase.number} has no detector at the stop line: the queue up to its advance detector needs ${limitS} s, its minimum green is ${phase.minGreenS} s.`,
      },
    ];
  });
}

/** Rule 25: every stream that any phase serves has its turn in the cycle, and no vehicle stream waits too long. */
export function judgeStarvation(input: TimedRuleInput): SiteFinding[] {
  const { site, profile, plan, planPath, origin } = input;
  const cycleDs = toTenths(plan.cycleS);
  const severity = origin === "imported" ? "WARN" : "BLOCK";
  const served = new Set(
    site.intersection.phases.flatMap((it) => [
      ...it.protectedMovements,
      ...it.permittedMovements,
      ...it.crossings,
    ]),
  );
  return [...served].flatMap((streamId): SiteFinding[] => {
    const windows = windowsOf(input, streamId);
    const finding = { ruleId: 25, severity, path: `${planPath}.splits`, unit: "s" } as const;
    if (windows.every((it) => it.greenDs === 0)) {
      return [
        {
          ...finding,
          limit: "once in every cycle",
          actual: "never",
          sentence: `${streamId} never has green in this plan.`,
        },
      ];
    }
    const redS = longestRedDs(windows, cycleDs) / 10;
    if (windows.some((it) => it.kind === "crossing") || redS <= profile.redMaxS) return [];
    return [
      {
        ...finding,
        limit: profile.redMaxS,
        actual: round2(redS),
        sentence: `${streamId} waits ${round2(redS)} s for green, more than ${profile.redMaxS} s.`,
      },
    ];
  });
}

/** The longest time without green, from the end of a window to the next start; windows may overlap. */
function longestRedDs(windows: readonly StreamWindow[], cycleDs: number): number {
  const ends = windows.map((it) => it.startDs + it.greenDs);
  return Math.max(
    ...ends.map((endDs) => {
      const stillGreen = windows.some((it) => {
        const sinceStartDs = forwardDs(it.startDs, endDs, cycleDs);
        return sinceStartDs < it.greenDs;
      });
      return stillGreen ? 0 : Math.min(...windows.map((it) => forwardDs(endDs, it.startDs, cycleDs)));
    }),
  );
}

/** A coordinated phase that serves through traffic: an arterial's. */
const isCoordinatedThrough = ({ site }: RuleInput, phase: Phase): boolean =>
  site.intersection.coordinatedPhases.includes(phase.number) &&
  site.intersection.movements.some((it) => it.turn === "through" && phase.protectedMovements.includes(it.id));
