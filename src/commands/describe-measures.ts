/** Answers as a person reads them. */
import type { DirectionMeasures, PlanMeasures } from "../traffic/measures.ts";
import { kmhFromMps } from "../units.ts";
import { formatTable } from "./terminal.ts";

/** Why there is no plan. */
export const describeNoPlan = (reasons: readonly string[]): string =>
  ["No plan:", ...reasons.map((it) => `  - ${it}`)].join("\n");

/** One column per plan: the whole network first, then each direction of the route. */
export function describeMeasures(
  plans: readonly { readonly name: string; readonly measures: PlanMeasures; readonly cycleS?: number }[],
): string {
  const row = (title: string, value: (it: PlanMeasures) => string): string[] => [
    title,
    ...plans.map((it) => value(it.measures)),
  ];
  const rows = [
    ["cycle, s", ...plans.map((it) => (it.cycleS === undefined ? "mixed" : fixed(it.cycleS, 1)))],
    row("delay, veh·h per h", (it) => fixed(it.totalDelayVehHPerH, 1)),
    row("delay, s per vehicle", (it) => fixed(it.meanDelayS, 1)),
    row("stops per vehicle", (it) => fixed(it.meanStopRatio, 2)),
    row("largest degree of saturation", (it) => fixed(it.largestDegreeOfSaturation, 2)),
  ];
  for (const direction of ["outbound", "inbound"] as const) {
    const of = (it: PlanMeasures): DirectionMeasures | undefined =>
      it.routes[0]?.directions.find((way) => way.direction === direction);
    if (plans.every((it) => of(it.measures) === undefined)) continue;
    const cell = (title: string, value: (way: DirectionMeasures) => string): string[] =>
      row(`${direction}: ${title}`, (it) => {
        const way = of(it);
        return way === undefined ? "–" : value(way);
      });
    rows.push(
      cell("band, s", (way) => fixed(way.bandwidthS, 1)),
      cell("band efficiency", (way) => fixed(way.bandEfficiency, 2)),
      cell("band attainability", (way) => fixed(way.bandAttainability, 2)),
      cell("delay, s per trip", (way) => fixed(way.delayS, 0)),
      cell("stops per trip", (way) => fixed(way.stopsPerTrip, 1)),
      cell("speed, km/h", (way) => fixed(kmhFromMps(way.speedMps), 1)),
    );
  }
  return formatTable(["", ...plans.map((it) => it.name)], rows);
}

export const fixed = (value: number, digits: number): string => value.toFixed(digits);

/** The cycle that all plans share; undefined when they do not. */
export function commonCycleS(timingPlans: readonly { readonly cycleS: number }[]): number | undefined {
  const lengths = new Set(timingPlans.map((it) => it.cycleS));
  return lengths.size === 1 ? [...lengths][0] : undefined;
}
