/** Where nodes lie and in which direction links leave and arrive; from their line in well-known text, else from their nodes. */
import type { GmnsRow, GmnsTables } from "./gmns-tables.ts";

export interface Point {
  readonly xM: number;
  readonly yM: number;
}

const METERS_PER_DEGREE = 111_320;

/** Coordinates in metres; degrees (all of them within ±180 and ±90) become metres east and north of the first node. */
export function createProjection(tables: GmnsTables): (x: number, y: number) => Point {
  const nodes = [...tables("node").values()].map((it) => [
    it.number("x_coord") ?? 0,
    it.number("y_coord") ?? 0,
  ]);
  const isDegrees = nodes.every(([x = 0, y = 0]) => Math.abs(x) <= 180 && Math.abs(y) <= 90);
  const [x0 = 0, y0 = 0] = nodes[0] ?? [];
  const eastM = isDegrees ? METERS_PER_DEGREE * Math.cos((y0 * Math.PI) / 180) : 1;
  const northM = isDegrees ? METERS_PER_DEGREE : 1;
  const round = (valueM: number): number => Math.round(valueM * 100) / 100;
  return (x, y) => ({ xM: round((x - x0) * eastM), yM: round((y - y0) * northM) });
}

/** The line of a link in the direction of travel, whichever way it is drawn. */
export function lineOf(
  link: GmnsRow,
  ends: { readonly from: Point; readonly to: Point },
  project: ReturnType<typeof createProjection>,
): Point[] {
  const numbers = /^\s*LINESTRING\s*\(([^()]*)\)\s*$/i.exec(link.text("geometry") ?? "")?.[1];
  const drawn = (numbers?.split(",") ?? []).flatMap((pair) => {
    const [x = Number.NaN, y = Number.NaN] = pair.trim().split(/\s+/).map(Number);
    return Number.isFinite(x) && Number.isFinite(y) ? [project(x, y)] : [];
  });
  const first = drawn[0];
  const last = drawn.at(-1);
  if (first === undefined || last === undefined || drawn.length < 2) return [ends.from, ends.to];
  const asDrawnM = distanceM(first, ends.from) + distanceM(last, ends.to);
  const reversedM = distanceM(first, ends.to) + distanceM(last, ends.from);
  return asDrawnM <= reversedM ? drawn : drawn.reverse();
}

export const distanceM = (a: Point, b: Point): number => Math.hypot(a.xM - b.xM, a.yM - b.yM);

/** Clockwise from north. */
export const bearingDeg = (a: Point, b: Point): number =>
  ((Math.atan2(b.xM - a.xM, b.yM - a.yM) * 180) / Math.PI + 360) % 360;
