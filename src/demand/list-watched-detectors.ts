/** How the detectors of a network lie to each other: what the watch compares them by. */
import type { NetworkIndex } from "../network/find.ts";
import type { Detector } from "../network/network.schema.ts";
import type { WatchedDetector } from "./detector-watch.ts";

/**
 * One place is the intersection to which a detector's link leads (or from which it comes, at an exit). One area is the
 * first route over that intersection; all intersections on no route are one more. Lanes side by side are comparable
 * upstream of the turns only: advance and exit detectors of one link at one distance.
 */
export function listWatchedDetectors({ network, links }: NetworkIndex): WatchedDetector[] {
  const areas = new Map<string, string>();
  for (const route of network.routes) {
    for (const { intersectionId } of [...route.outbound.stops, ...(route.inbound?.stops ?? [])]) {
      if (!areas.has(intersectionId)) areas.set(intersectionId, `route ${route.id}`);
    }
  }
  return network.detectors.map((detector) => {
    const link = links.get(detector.linkId);
    const siteId =
      (detector.type === "exit" ? (link?.from ?? link?.to) : (link?.to ?? link?.from)) ?? link?.id;
    return {
      detectorId: detector.id,
      lanes: detector.lanes.length,
      siteId: siteId ?? detector.linkId,
      areaId: areas.get(siteId ?? "") ?? "elsewhere",
      ...(detector.type === "stopLine" ? {} : { besideId: placeOf(detector) }),
    };
  });
}

const placeOf = ({ linkId, type, setbackM }: Detector): string => `${linkId} ${type} ${Math.round(setbackM)}`;
