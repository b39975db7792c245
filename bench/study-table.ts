/** Plans of a study side by side, as people read them. */
import { commonCycleS, fixed } from "../src/commands/describe-measures.ts";
import { formatTable } from "../src/commands/terminal.ts";
import { measureBand } from "../src/traffic/measure-band.ts";
import { kmhFromMps } from "../src/units.ts";
import type { PlanResult, StudyCorridor } from "./study-corridor.ts";

export interface Check {
  readonly title: string;
  readonly passed: boolean;
  readonly detail: string;
}

export type Direction = "outbound" | "inbound";
export const DIRECTIONS: readonly Direction[] = ["outbound", "inbound"];

/** Bandwidth that a plan has in one direction over some of the signals, s; 0 where there is none. */
export function bandwidthS(
  { index, routeId }: StudyCorridor,
  of: Pick<PlanResult, "timingPlans"> & {
    readonly direction: Direction;
    readonly groupIds: readonly string[];
  },
): number {
  const way = index.routes.get(routeId)?.[of.direction];
  if (way === undefined) return 0;
  const band = measureBand({
    index,
    direction: way,
    timingPlans: new Map(of.timingPlans.map((it) => [it.intersectionId, it])),
    groupIds: new Set(of.groupIds),
  });
  return band.kind === "band" ? band.bandwidthS : 0;
}

/** `groups`: the sets of signals whose bands are shown. */
export function describePlans(
  corridor: StudyCorridor,
  plans: readonly PlanResult[],
  groups: readonly { readonly title: string; readonly groupIds: readonly string[] }[],
): string {
  const row = (title: string, value: (it: PlanResult) => string): string[] => [title, ...plans.map(value)];
  const spread = ({ mean, deviation }: { mean: number; deviation: number }, digits: number): string =>
    `${fixed(mean, digits)} ± ${fixed(deviation, digits)}`;
  const rows = [
    row("cycle, s", (it) => {
      const cycleS = commonCycleS(it.timingPlans);
      return cycleS === undefined ? "mixed" : fixed(cycleS, 0);
    }),
    ...groups.flatMap(({ title, groupIds }) =>
      DIRECTIONS.map((direction) =>
        row(`band ${direction}, s, of ${title}`, ({ timingPlans }) =>
          fixed(bandwidthS(corridor, { timingPlans, direction, groupIds }), 1),
        ),
      ),
    ),
    row("model: delay, veh·h per h", (it) => fixed(it.model.totalDelayVehHPerH, 1)),
    row("model: delay, s per vehicle and signal", (it) => fixed(it.model.meanDelayS, 1)),
    row("model: stops per vehicle and signal", (it) => fixed(it.model.meanStopRatio, 3)),
    row("model: largest degree of saturation", (it) => fixed(it.model.largestDegreeOfSaturation, 2)),
    ...DIRECTIONS.flatMap((direction) => {
      const of = (it: PlanResult) =>
        it.model.routes[0]?.directions.find((way) => way.direction === direction);
      return [
        row(`model: ${direction} delay, s per trip`, (it) => fixed(of(it)?.delayS ?? Number.NaN, 0)),
        row(`model: ${direction} stops per trip`, (it) => fixed(of(it)?.stopsPerTrip ?? Number.NaN, 1)),
      ];
    }),
    row("street: delay, veh·h per h", (it) => spread(it.street.totalDelayVehHPerH, 1)),
    row("street: delay, s per vehicle and signal", (it) => spread(it.street.meanDelayS, 1)),
    row("street: stops per vehicle and signal", (it) => spread(it.street.meanStopRatio, 3)),
    ...DIRECTIONS.flatMap((direction) => {
      const zero = { mean: Number.NaN, deviation: Number.NaN };
      const of = (it: PlanResult) =>
        it.street.routes[0]?.directions.find((way) => way.direction === direction);
      return [
        row(`street: ${direction} delay, s per trip`, (it) => spread(of(it)?.delayS ?? zero, 0)),
        row(`street: ${direction} stops per trip`, (it) => spread(of(it)?.stopsPerTrip ?? zero, 1)),
        row(`street: ${direction} speed, km/h`, (it) =>
          fixed(kmhFromMps(of(it)?.speedMps.mean ?? Number.NaN), 1),
        ),
      ];
    }),
  ];
  return formatTable(["", ...plans.map((it) => it.name)], rows);
}

/** The second plan has less delay than the first, by the model and by the mean of the street's hours. */
export const checkLessDelay = (today: PlanResult, other: PlanResult): Check[] =>
  (
    [
      ["model", today.model.totalDelayVehHPerH, other.model.totalDelayVehHPerH],
      ["street", today.street.totalDelayVehHPerH.mean, other.street.totalDelayVehHPerH.mean],
    ] as const
  ).map(([judge, before, after]) => ({
    title: `${other.name}: less delay than ${today.name} by the ${judge}`,
    passed: after < before,
    detail: `${fixed(after, 1)} veh·h per h against ${fixed(before, 1)} (${fixed((100 * (after - before)) / before, 0)} %)`,
  }));

/** Where the model and an hour of street must differ. */
export function describeSaturation({ name, model }: PlanResult): string {
  const over = model.movements
    .filter((it) => it.degreeOfSaturation > 1)
    .sort((a, b) => b.degreeOfSaturation - a.degreeOfSaturation);
  const named = over.map((it) => `${it.intersectionId} ${it.movementId} ${fixed(it.degreeOfSaturation, 2)}`);
  return `${name}: the splits give too little to ${named.join(", ")} (degree of saturation). There the model (HCM d2 over T = 0.25 h from an empty street) and an hour of street (whose queues go on growing) differ by their nature.`;
}

/** What a machine needs of the plans: all but the single movements. */
export const toJson = (plans: readonly PlanResult[]) =>
  plans.map(({ model: { movements: _, ...model }, ...plan }) => ({ ...plan, model }));
