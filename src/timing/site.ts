/**
 * All that one controller needs to know of the network to judge a plan of its own: its intersection, the links that
 * arrive there and their detectors. Plain data, so that it can be sent to a controller and kept there.
 */
import { known } from "../errors.ts";
import type {
  Detector,
  Intersection,
  Jurisdiction,
  Link,
  Movement,
  Network,
} from "../network/network.schema.ts";

export interface Site {
  readonly intersection: Intersection;
  /** The links of its approaches. */
  readonly links: readonly Link[];
  /** The detectors on those links. */
  readonly detectors: readonly Detector[];
  readonly jurisdiction: Jurisdiction;
  readonly drivingSide: Network["drivingSide"];
  /** Imported configuration may breach rules 2–4; a breach is then a warning and inherited. */
  readonly imported: boolean;
  /** Where the intersection stands, for findings: `network.intersections.3`. */
  readonly path: string;
}

/** The sites of a network by intersection. */
export function buildSites(network: Network): Map<string, Site> {
  const links = new Map(network.links.map((it) => [it.id, it]));
  const detectors = new Map<string, Detector[]>();
  for (const detector of network.detectors) {
    const own = detectors.get(detector.linkId);
    if (own === undefined) detectors.set(detector.linkId, [detector]);
    else own.push(detector);
  }
  return new Map(
    network.intersections.map((intersection, at) => [
      intersection.id,
      {
        intersection,
        links: intersection.approaches.map((it) => known(links.get(it.linkId), `link ${it.linkId}`)),
        detectors: intersection.approaches.flatMap((it) => detectors.get(it.linkId) ?? []),
        jurisdiction: network.jurisdiction,
        drivingSide: network.drivingSide,
        imported: network.provenance.kind === "imported",
        path: `network.intersections.${at}`,
      },
    ]),
  );
}

/** The link on which a movement arrives. */
export function getArrivalLink(site: Site, movement: Movement): Link {
  const approach = known(
    site.intersection.approaches.find((it) => it.id === movement.approachId),
    `approach ${movement.approachId}`,
  );
  return known(
    site.links.find((it) => it.id === approach.linkId),
    `link ${approach.linkId}`,
  );
}
