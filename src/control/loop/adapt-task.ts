/**
 * A tick's work in a worker: counts → flows → what to change, for the part of the network whose turn it is, or for all of
 * it when a plan change is looked for. Pure: everything comes with the task.
 */
import type { Count } from "../../demand/count.schema.ts";
import { estimateFlows } from "../../demand/estimate-flows.ts";
import { type DetectorLevels, judgeCounts } from "../../demand/judge-counts.ts";
import type { NetworkIndex } from "../../network/find.ts";
import type { Network } from "../../network/network.schema.ts";
import { adaptNetwork } from "../../solver/adapt/adapt-network.ts";
import type { Adaptation, AdaptRequest } from "../../solver/adapt/adapt-request.ts";
import { chooseScope } from "../../solver/adapt/parts.ts";
import { type CountColumns, type DetectorNumber, selectRows, toCounts } from "../count-columns.ts";

export interface AdaptTask {
  readonly columns: CountColumns;
  readonly detectors: readonly DetectorNumber[];
  /** The counts lie in it, epoch ms. */
  readonly window: { readonly fromMs: number; readonly toMs: number };
  /** What the watch says of the network's detectors, in their order; absent: all are believed as they count. */
  readonly levels?: DetectorLevels | undefined;
  /** What detectors see from here on is told for the guard, epoch ms. */
  readonly measuredFromMs: number;
  readonly turn: number;
  readonly request: Omit<AdaptRequest, "index" | "flows" | "scope">;
}

export interface AdaptAnswer {
  readonly adaptation: Adaptation;
  /** The intersections that it was about. */
  readonly intersectionIds: readonly string[];
  /** By intersection: for how long a vehicle occupies a detector of its approaches, s; absent where none tells. */
  readonly measuredS: Readonly<Record<string, number>>;
}

export function adaptByCounts(index: NetworkIndex, task: AdaptTask): AdaptAnswer {
  const { window, request, turn, levels } = task;
  const ids = request.running.map((it) => it.intersectionId);
  const scope = request.planChange === undefined ? chooseScope(index, ids, turn) : { own: ids, all: ids };
  const part = cutOut(index.network, new Set(scope.all));
  const detectorIds = new Set(part.detectors.map((it) => it.id));
  const detectors = task.detectors.filter((it) => detectorIds.has(it.detectorId));
  const seen = toCounts(selectRows(task.columns, detectors), detectors);
  const positions = new Map(
    index.network.detectors.flatMap(({ id }, at) => (detectorIds.has(id) ? [[id, at] as const] : [])),
  );
  const counts = levels === undefined ? seen : judgeCounts(seen, { positions, levels, window });
  const flows = estimateFlows({ index: { ...index, network: part }, counts, window, prior: [] });
  const isFaulty = (id: string): boolean => levels?.ownConfidence[positions.get(id) ?? -1] === 0;
  const sound = seen.filter((it) => !isFaulty(it.detectorId));
  return {
    adaptation: adaptNetwork({ ...request, index, scope, flows }),
    intersectionIds: scope.own,
    measuredS: measureOccupancy(part, sound, task.measuredFromMs),
  };
}

/** These intersections, and the detectors on the links that lead to and from them. */
function cutOut(network: Network, ids: ReadonlySet<string>): Network {
  const intersections = network.intersections.filter((it) => ids.has(it.id));
  const links = new Set(
    intersections.flatMap((it) => [
      ...it.approaches.map(({ linkId }) => linkId),
      ...it.movements.map(({ toLinkId }) => toLinkId),
    ]),
  );
  return { ...network, intersections, detectors: network.detectors.filter((it) => links.has(it.linkId)) };
}

function measureOccupancy(
  { intersections, detectors }: Network,
  counts: readonly Count[],
  fromMs: number,
): Record<string, number> {
  const ofLink = new Map(
    intersections.flatMap(({ id, approaches }) => approaches.map((it) => [it.linkId, id] as const)),
  );
  const ofDetector = new Map(
    detectors.flatMap(({ id, linkId, type }) => {
      const intersectionId = type === "exit" ? undefined : ofLink.get(linkId);
      return intersectionId === undefined ? [] : [[id, intersectionId] as const];
    }),
  );
  const sums = new Map<string, { occupiedS: number; vehicles: number }>();
  for (const { detectorId, startAtMs, durationS, countVeh, occupancy } of counts) {
    const intersectionId = ofDetector.get(detectorId);
    if (occupancy === undefined || intersectionId === undefined || startAtMs < fromMs) continue;
    const sum = sums.get(intersectionId) ?? { occupiedS: 0, vehicles: 0 };
    sum.occupiedS += occupancy * durationS;
    sum.vehicles += countVeh;
    sums.set(intersectionId, sum);
  }
  const counted = [...sums].filter(([, { vehicles }]) => vehicles > 0);
  return Object.fromEntries(counted.map(([id, it]) => [id, it.occupiedS / it.vehicles]));
}
