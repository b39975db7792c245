/** What is assumed where a network file is silent: the sentences that `greenwave check` prints. */
import { buildNetworkIndex } from "./find.ts";
import type { Intersection, Network, Route } from "./network.schema.ts";

/** The file's own assumptions first, then one sentence for each default that was taken somewhere. */
export function listAssumptions(network: Network): string[] {
  const { intersections, links } = network;
  const approaches = intersections.flatMap((it) => it.approaches);
  const crossings = intersections.flatMap((it) => it.crossings);
  return [
    ...network.provenance.assumptions,
    ...counted(
      links.filter((it) => it.to !== undefined && it.storageVeh === undefined).length,
      "links give no storage: lanes × length ÷ 7.6 m is taken",
    ),
    ...counted(
      approaches.filter((it) => it.speed85Mps === undefined).length,
      "approaches give no 85th percentile speed: the posted speed plus the profile's allowance is taken",
    ),
    ...counted(
      approaches.filter((it) => it.clearanceDistanceM === undefined).length,
      "approaches give no clearance distance: their red clearance cannot be compared with the kinematic one",
    ),
    ...counted(
      intersections.reduce((sum, it) => sum + countUnmeasuredPermitted(it), 0),
      "permitted movements give no measured saturation flow: it is estimated from opposing flow and critical gap",
    ),
    ...counted(
      crossings.filter((it) => it.clearanceSpeedMps === undefined).length,
      "crossings give no clearance speed: the profile's is taken",
    ),
    ...counted(
      intersections.reduce((sum, it) => sum + it.conflicts.length * 2 - it.intergreens.length, 0),
      "ordered conflict pairs give no intergreen: yellow and red clearance of the phase that ends are taken",
    ),
    ...listRouteAssumptions(network),
    ...(network.detectors.length === 0 ? ["There are no detectors, so flows cannot be measured"] : []),
  ];
}

const counted = (count: number, sentence: string): string[] => (count === 0 ? [] : [`${count} ${sentence}`]);

function countUnmeasuredPermitted({ movements, phases }: Intersection): number {
  const permitted = new Set(phases.flatMap((it) => it.permittedMovements));
  return movements.filter((it) => permitted.has(it.id) && it.permittedSaturationFlowVph === undefined).length;
}

function listRouteAssumptions(network: Network): string[] {
  const index = buildNetworkIndex(network);
  return [...index.routes.values()].flatMap((route) => {
    const directions = [route.outbound, ...(route.inbound ? [route.inbound] : [])];
    const silent = directions.some((it) => it.progressionSpeedMps === undefined);
    return [
      ...(silent ? [`Route ${route.id} gives no progression speed: each link's limit is taken`] : []),
      ...(visitsInReverse(route)
        ? []
        : [`Route ${route.id} does not visit the same intersections inbound as outbound`]),
    ];
  });
}

function visitsInReverse({ outbound, inbound }: Route): boolean {
  if (inbound === undefined) return true;
  const there = outbound.stops.map((it) => it.intersectionId);
  const back = inbound.stops.map((it) => it.intersectionId).reverse();
  return there.length === back.length && there.every((id, at) => id === back[at]);
}
