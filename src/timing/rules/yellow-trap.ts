/**
 * Rule 21, yellow trap: a driver who waits inside the intersection to turn across oncoming traffic sees the green end,
 * takes it that oncoming traffic stops too, and turns into a green (NCHRP Report 812, 5.3; typical of lead-lag with
 * protected-permitted turns on a circular green).
 *
 * It happens exactly where a permitted turn across oncoming traffic loses its green, without going on protected, while a
 * through stream that it has been yielding to keeps its own. A flashing yellow arrow follows the oncoming green instead
 * and cannot trap. Limit: phases that are skipped for want of calls can make further traps; the controller must inhibit
 * backing up into a leading turn.
 */
import { toTenths } from "../cycle.ts";
import { forwardDs, type StreamWindow } from "../streams.ts";
import { type SiteFinding, type TimedRuleInput, windowsOf } from "./rule-input.ts";

export function judgeYellowTrap(input: TimedRuleInput): SiteFinding[] {
  const { site, plan, planPath } = input;
  const cycleDs = toTenths(plan.cycleS);
  const acrossOncoming = site.drivingSide === "right" ? "left" : "right";
  return site.intersection.movements
    .filter((it) => it.turn === acrossOncoming && !it.flashingYellowArrow)
    .flatMap(({ id }) => {
      const own = windowsOf(input, id);
      const oncoming = listOncoming(input, id);
      return own
        .filter((it) => it.protection === "permitted")
        .flatMap((turn): SiteFinding[] => {
          const endDs = turn.startDs + turn.greenDs;
          if (turn.greenDs >= cycleDs || own.some((it) => isGreenAt(it, endDs, cycleDs))) return [];
          const trap = oncoming.find(
            (it) => isGreenAt(it, endDs, cycleDs) && overlapsGreen(it, turn, cycleDs),
          );
          if (trap === undefined) return [];
          return [
            {
              ruleId: 21,
              severity: "BLOCK",
              path: `${planPath}.sequenceId`,
              limit: "no yellow trap",
              actual: plan.sequenceId,
              unit: "",
              sentence: `Yellow trap: the permitted green of ${id} ends while oncoming ${trap.streamId} stays green; a flashing yellow arrow or another sequence is needed.`,
            },
          ];
        });
    });
}

/** Protected greens of the through movements that conflict with a turn. */
function listOncoming(input: TimedRuleInput, turnId: string): StreamWindow[] {
  const { intersection } = input.site;
  return intersection.movements
    .filter(({ id, turn }) => turn === "through" && conflict(id, turnId))
    .flatMap(({ id }) => windowsOf(input, id))
    .filter((it) => it.protection === "protected");

  function conflict(a: string, b: string): boolean {
    return intersection.conflicts.some((pair) => pair.includes(a) && pair.includes(b));
  }
}

const isGreenAt = (it: StreamWindow, atDs: number, cycleDs: number): boolean =>
  forwardDs(it.startDs, atDs, cycleDs) < it.greenDs;

const overlapsGreen = (a: StreamWindow, b: StreamWindow, cycleDs: number): boolean =>
  isGreenAt(a, b.startDs, cycleDs) || isGreenAt(b, a.startDs, cycleDs);
