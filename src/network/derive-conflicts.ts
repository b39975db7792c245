/**
 * Which movements and crossings of an intersection conflict, from where traffic enters and leaves.
 *
 * The intersection is a circle. Every leg has a point where traffic enters and a point where it leaves, side by side;
 * driving on the right, the entry lies counter-clockwise of the exit when seen from above, driving on the left
 * clockwise. Two movements conflict when their chords cross, or when they leave by the same link (a merge). Movements
 * from the same approach diverge and do not conflict. A crossing conflicts with every movement whose entry or exit it
 * spans.
 *
 * A left turn and the through movement that it yields to conflict here too: who yields is the plan's choice
 * (permitted movements), not geometry's.
 * Limits: one conflict area, no channelized turns; legs at least 20° apart.
 */
import { known } from "../errors.ts";

/** Entry and exit of a leg stand this far on either side of the leg's axis, degrees. */
const HALF_LEG_DEG = 10;

export interface IntersectionShape {
  readonly drivingSide: "right" | "left";
  /** Approaches with the direction of travel on them, clockwise from north. */
  readonly entries: readonly { readonly approachId: string; readonly headingDeg: number }[];
  /** Links that leave, with the direction of travel on them. */
  readonly exits: readonly { readonly linkId: string; readonly headingDeg: number }[];
  readonly movements: readonly {
    readonly id: string;
    readonly approachId: string;
    readonly toLinkId: string;
  }[];
  readonly crossings: readonly CrossingPlace[];
}

export interface CrossingPlace {
  readonly id: string;
  /** The leg that it crosses: its direction seen from the middle of the intersection, clockwise from north. */
  readonly legDeg: number;
  /** A half of a two-stage crossing spans the lanes that enter or those that exit; `leg` is both. */
  readonly spans: "leg" | "entry" | "exit";
}

/** Pairs of identities, each pair once, in the order of movements and then crossings. */
export function deriveConflicts(shape: IntersectionShape): [string, string][] {
  const chords = shape.movements.map((movement) => toChord(shape, movement));
  const pairs: [string, string][] = [];
  for (const [index, first] of chords.entries()) {
    for (const second of chords.slice(index + 1)) {
      if (first.approachId === second.approachId) continue;
      if (first.toLinkId === second.toLinkId || cross(first, second)) pairs.push([first.id, second.id]);
    }
  }
  for (const crossing of shape.crossings) {
    for (const chord of chords) {
      if (spansChord(crossing, chord)) pairs.push([chord.id, crossing.id]);
    }
  }
  return pairs;
}

interface Chord {
  readonly id: string;
  readonly approachId: string;
  readonly toLinkId: string;
  readonly entryLegDeg: number;
  readonly exitLegDeg: number;
  /** Positions on the circle, clockwise from north. */
  readonly entryDeg: number;
  readonly exitDeg: number;
}

function toChord(shape: IntersectionShape, movement: IntersectionShape["movements"][number]): Chord {
  const entry = known(
    shape.entries.find((it) => it.approachId === movement.approachId),
    `heading of approach ${movement.approachId}`,
  );
  const exit = known(
    shape.exits.find((it) => it.linkId === movement.toLinkId),
    `heading of exit link ${movement.toLinkId}`,
  );
  const entryLegDeg = wrapDeg(entry.headingDeg + 180);
  const exitLegDeg = wrapDeg(exit.headingDeg);
  const side = shape.drivingSide === "right" ? HALF_LEG_DEG : -HALF_LEG_DEG;
  return {
    ...movement,
    entryLegDeg,
    exitLegDeg,
    entryDeg: wrapDeg(entryLegDeg - side),
    exitDeg: wrapDeg(exitLegDeg + side),
  };
}

/** Chords cross when exactly one end of the second lies on the arc between the ends of the first. */
function cross(first: Chord, second: Chord): boolean {
  return isBetween(second.entryDeg, first) !== isBetween(second.exitDeg, first);
}

function isBetween(pointDeg: number, chord: Chord): boolean {
  const low = Math.min(chord.entryDeg, chord.exitDeg);
  const high = Math.max(chord.entryDeg, chord.exitDeg);
  return pointDeg > low && pointDeg < high;
}

function spansChord(crossing: CrossingPlace, chord: Chord): boolean {
  const overEntry = angleBetweenDeg(crossing.legDeg, chord.entryLegDeg) <= HALF_LEG_DEG;
  const overExit = angleBetweenDeg(crossing.legDeg, chord.exitLegDeg) <= HALF_LEG_DEG;
  return (overEntry && crossing.spans !== "exit") || (overExit && crossing.spans !== "entry");
}

const wrapDeg = (angleDeg: number): number => ((angleDeg % 360) + 360) % 360;

function angleBetweenDeg(firstDeg: number, secondDeg: number): number {
  const difference = wrapDeg(firstDeg - secondDeg);
  return Math.min(difference, 360 - difference);
}
