/**
 * Detectors of a standard intersection: one over each lane group at the stop line, one over all lanes upstream, and one
 * on each link that leaves. Lanes count from the kerb: right, through, left, then the left-turn bay.
 */
import { known } from "../errors.ts";
import type { Detector, Intersection, Link, Movement } from "./network.schema.ts";

const ADVANCE_SETBACK_M = 60;
const EXIT_AFTER_M = 20;
const FROM_KERB: readonly Movement["turn"][] = ["right", "through", "left", "uTurn"];

export function buildDetectors(intersection: Intersection, links: ReadonlyMap<string, Link>): Detector[] {
  const exits = new Set(intersection.movements.map((it) => it.toLinkId));
  return [
    ...intersection.approaches.flatMap((approach): Detector[] => {
      const link = known(links.get(approach.linkId), `link ${approach.linkId}`);
      const own = intersection.movements.filter((it) => it.approachId === approach.id);
      const at = `${intersection.id}.${approach.id}`;
      return [
        ...buildStopLine(own, `${at}.stop`, link.id),
        {
          id: `${at}.advance`,
          linkId: link.id,
          lanes: countUp(1, link.lanes),
          setbackM: Math.min(ADVANCE_SETBACK_M, Math.floor(link.lengthM / 2)),
          type: "advance",
        },
      ];
    }),
    ...[...exits].map((linkId): Detector => {
      const link = known(links.get(linkId), `link ${linkId}`);
      return {
        id: `${linkId}.exit`,
        linkId,
        lanes: countUp(1, link.lanes),
        setbackM: Math.max(0, link.lengthM - EXIT_AFTER_M),
        type: "exit",
      };
    }),
  ];
}

function buildStopLine(movements: readonly Movement[], idStart: string, linkId: string): Detector[] {
  const owners = movements
    .filter((it) => it.lanes > 0)
    .sort((a, b) => FROM_KERB.indexOf(a.turn) - FROM_KERB.indexOf(b.turn));
  let next = 1;
  return owners.map((owner) => {
    const lanes = countUp(next, owner.lanes);
    next += owner.lanes;
    const sharing = movements.filter((it) => it.sharesLanesOf === owner.id);
    return {
      id: `${idStart}.${owner.turn}`,
      linkId,
      lanes,
      setbackM: 0,
      type: "stopLine",
      movementIds: [owner, ...sharing].map((it) => it.id),
    };
  });
}

const countUp = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => from + at);
