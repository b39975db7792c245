/**
 * Streets of a city that never was, laid from a seed: two families of lines that bend and cross, cut into roads that
 * begin and end at each other, and minor signals on the long stretches between crossings.
 *
 * Distances between lines are log-normal, and so are the parts into which minor signals divide a stretch; parts are
 * drawn again until every distance between signals lies within `SPACING_M`.
 */
import { assert, known } from "../errors.ts";
import type { Bound } from "../network/intersection-spec.ts";
import type { SeededRandom } from "../network/seeded-random.ts";
import { type Axis, placeCrossings, type RoadWindow, type StreetsSpec } from "./place-crossings.ts";

/** From west to east or from south to north; `signals` in that order. */
export interface Road {
  readonly id: string;
  readonly axis: Axis;
  readonly lanes: number;
  readonly speedLimitMps: number;
  readonly signals: readonly Signal[];
}

export interface Signal {
  readonly id: string;
  readonly kind: "crossing" | "minor";
  readonly xM: number;
  readonly yM: number;
  /** By the direction in which traffic arrives over the leg. */
  readonly legs: ReadonlyMap<Bound, Leg>;
}

export interface Leg {
  readonly lanes: number;
  readonly speedLimitMps: number;
  /** Absent: a minor street. */
  readonly roadId?: string;
  /** Absent: the leg leads out of the network. */
  readonly neighborId?: string;
  readonly lengthM: number;
}

const SPACING_M = { least: 120, most: 900 } as const;

/** The bounds of traffic that arrives over the leg behind (west or south) and over the leg ahead (east or north). */
export const BOUNDS_ALONG: Readonly<Record<Axis, { readonly behind: Bound; readonly ahead: Bound }>> = {
  EW: { behind: "EB", ahead: "WB" },
  NS: { behind: "NB", ahead: "SB" },
};

type Draft = Omit<Signal, "legs"> & { readonly legs: Map<Bound, Leg> };

interface Stretch {
  readonly window: RoadWindow;
  readonly street: StreetKind;
  readonly from: Draft;
  readonly to: Draft;
  readonly lengthM: number;
}

interface StreetKind {
  readonly lanes: number;
  readonly speedLimitMps: number;
}

/** Spread of the logarithm of the parts. */
const PART_SIGMA = 0.45;
const END_LEAST_M = 60;
const KMH = 1 / 3.6;
/** Roads of two, three and four lanes each way; minor streets of one and two. */
const ROAD_KINDS: readonly StreetKind[] = [
  { lanes: 2, speedLimitMps: 50 * KMH },
  { lanes: 2, speedLimitMps: 50 * KMH },
  { lanes: 3, speedLimitMps: 50 * KMH },
  { lanes: 3, speedLimitMps: 60 * KMH },
  { lanes: 4, speedLimitMps: 60 * KMH },
];
const MINOR_KINDS: readonly StreetKind[] = [
  { lanes: 1, speedLimitMps: 40 * KMH },
  { lanes: 1, speedLimitMps: 40 * KMH },
  { lanes: 2, speedLimitMps: 40 * KMH },
];

export function layStreets(spec: StreetsSpec, random: SeededRandom): { roads: Road[]; signals: Signal[] } {
  const { windows, crossings } = placeCrossings(spec, random);
  const drafts = new Map<string, Draft>();
  for (const [at, [key, { xM, yM }]] of [...crossings].entries()) {
    drafts.set(key, { id: `c${at + 1}`, kind: "crossing", xM, yM, legs: new Map() });
  }
  const streets = new Map(windows.map((it) => [it.id, drawKind(ROAD_KINDS, random)]));
  const stretches = windows.flatMap((window) => {
    const street = known(streets.get(window.id), window.id);
    return listStretches({ window, street, drafts, random });
  });
  const counts = shareMinors(stretches, spec.signals - drafts.size, random);
  const minors: Draft[] = [];
  for (const [at, stretch] of stretches.entries()) {
    minors.push(
      ...joinStretch(stretch, { count: known(counts[at], "count"), next: minors.length + 1, random }),
    );
  }
  for (const window of windows) addEnds(window, { drafts, streets, random });
  const signals = [...drafts.values(), ...minors];
  if (spec.roadsM !== undefined) fitEnds(signals, spec.roadsM);
  return { roads: windows.map((it) => listRoad(it, { drafts, signals, streets })), signals };
}

const drawKind = (kinds: readonly StreetKind[], random: SeededRandom): StreetKind =>
  known(kinds[random.integer(0, kinds.length - 1)], "street kind");

function listStretches(parts: {
  window: RoadWindow;
  street: StreetKind;
  drafts: ReadonlyMap<string, Draft>;
  random: SeededRandom;
}): Stretch[] {
  const { window, street, drafts, random } = parts;
  const ends = window.crossings.map((key) => known(drafts.get(key), `crossing ${key}`));
  return ends.slice(1).map((to, at) => {
    const from = known(ends[at], "crossing before");
    const straightM = Math.hypot(to.xM - from.xM, to.yM - from.yM);
    const bentM = straightM * (1 + 0.04 * random.uniform());
    return { window, street, from, to, lengthM: Math.max(SPACING_M.least, bentM) };
  });
}

/** How many minor signals each stretch gets: those it cannot do without, then one more where the parts are longest. */
function shareMinors(stretches: readonly Stretch[], minors: number, random: SeededRandom): number[] {
  const counts = stretches.map((it) => Math.ceil(it.lengthM / (0.95 * SPACING_M.most)) - 1);
  for (let left = minors - counts.reduce((sum, it) => sum + it, 0); left > 0; left--) {
    let best = -1;
    let bestM = 0;
    for (const [at, { lengthM }] of stretches.entries()) {
      const count = known(counts[at], "count");
      if (lengthM / (count + 2) < 1.25 * SPACING_M.least) continue;
      const drawnM = (lengthM / (count + 1)) * Math.exp(random.normal(0, PART_SIGMA));
      if (drawnM > bestM) [best, bestM] = [at, drawnM];
    }
    assert(best >= 0, `no stretch is long enough for ${left} more signals`);
    counts[best] = known(counts[best], "count") + 1;
  }
  return counts;
}

/** Sets minor signals between two crossings and joins them all. */
function joinStretch(
  stretch: Stretch,
  minors: { count: number; next: number; random: SeededRandom },
): Draft[] {
  const { from, to, window, street } = stretch;
  const lengthsM = divide(stretch.lengthM, minors.count + 1, minors.random);
  const placed: Draft[] = [];
  let walkedM = 0;
  for (const lengthM of lengthsM.slice(0, -1)) {
    walkedM += lengthM;
    const share = walkedM / stretch.lengthM;
    placed.push({
      id: `m${minors.next + placed.length}`,
      kind: "minor",
      xM: Math.round(from.xM + share * (to.xM - from.xM)),
      yM: Math.round(from.yM + share * (to.yM - from.yM)),
      legs: drawMinorLegs(window.axis, minors.random),
    });
  }
  const chain = [from, ...placed, to];
  const { behind, ahead } = BOUNDS_ALONG[window.axis];
  for (const [at, lengthM] of lengthsM.entries()) {
    const here = known(chain[at], "signal");
    const there = known(chain[at + 1], "next signal");
    const leg = { ...street, roadId: window.id, lengthM };
    here.legs.set(ahead, { ...leg, neighborId: there.id });
    there.legs.set(behind, { ...leg, neighborId: here.id });
  }
  return placed;
}

/** Whole metres in log-normal parts, each within the limits. */
function divide(lengthM: number, parts: number, random: SeededRandom): number[] {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const weights = Array.from({ length: parts }, () => Math.exp(random.normal(0, PART_SIGMA)));
    const total = weights.reduce((sum, it) => sum + it, 0);
    const lengthsM = weights.map((it) => Math.round((lengthM * it) / total));
    if (lengthsM.every((it) => it >= SPACING_M.least && it <= SPACING_M.most)) return lengthsM;
  }
  throw new Error(`assertion failed: ${lengthM} m cannot be divided into ${parts} parts`);
}

/** A minor street crosses, or joins from one side. */
function drawMinorLegs(axis: Axis, random: SeededRandom): Map<Bound, Leg> {
  const { behind, ahead } = BOUNDS_ALONG[axis === "EW" ? "NS" : "EW"];
  const kind = drawKind(MINOR_KINDS, random);
  const sides = random.uniform() < 0.6 ? [behind, ahead] : [random.uniform() < 0.5 ? behind : ahead];
  return new Map(sides.map((bound) => [bound, { ...kind, lengthM: random.integer(130, 260) }]));
}

/**
 * Where a narrow road ends and the road across goes on, it mostly ends in a T; everywhere else it leads out of the
 * network, so that no crossing has fewer than three legs.
 */
function addEnds(
  window: RoadWindow,
  parts: {
    drafts: ReadonlyMap<string, Draft>;
    streets: ReadonlyMap<string, StreetKind>;
    random: SeededRandom;
  },
): void {
  const across = BOUNDS_ALONG[window.axis === "EW" ? "NS" : "EW"];
  const { behind, ahead } = BOUNDS_ALONG[window.axis];
  for (const [key, bound] of [
    [window.crossings[0], behind],
    [window.crossings.at(-1), ahead],
  ] as const) {
    const { legs } = known(parts.drafts.get(known(key, "end")), "end crossing");
    if (legs.has(bound)) continue;
    const goesOn = legs.has(across.behind) && legs.has(across.ahead);
    const street = known(parts.streets.get(window.id), window.id);
    if (goesOn && street.lanes <= 2 && parts.random.uniform() < 0.4) continue;
    legs.set(bound, { ...street, roadId: window.id, lengthM: parts.random.integer(150, 320) });
  }
}

/** Lengthens or shortens the ends of all roads alike, to a total length within a metre an end. */
function fitEnds(signals: readonly Draft[], roadsM: number): void {
  const onRoads = signals.flatMap(({ legs }) =>
    [...legs].flatMap(([bound, leg]) => (leg.roadId === undefined ? [] : [{ legs, bound, leg }])),
  );
  const ends = onRoads.filter(({ leg }) => leg.neighborId === undefined);
  const totalM = onRoads.reduce(
    (sum, { leg }) => sum + leg.lengthM / (leg.neighborId === undefined ? 1 : 2),
    0,
  );
  const addedM = Math.round((roadsM - totalM) / ends.length);
  for (const { legs, bound, leg } of ends) {
    const lengthM = leg.lengthM + addedM;
    assert(lengthM >= END_LEAST_M, `a road's end would be ${lengthM} m long`);
    legs.set(bound, { ...leg, lengthM });
  }
}

function listRoad(
  window: RoadWindow,
  parts: {
    drafts: ReadonlyMap<string, Draft>;
    signals: readonly Draft[];
    streets: ReadonlyMap<string, StreetKind>;
  },
): Road {
  const byId = new Map(parts.signals.map((it) => [it.id, it]));
  const last = known(parts.drafts.get(known(window.crossings.at(-1), "end")), "end crossing");
  const signals: Signal[] = [known(parts.drafts.get(known(window.crossings[0], "start")), "start crossing")];
  while (signals.at(-1) !== last) {
    const leg = known(signals.at(-1)?.legs.get(BOUNDS_ALONG[window.axis].ahead), `leg along ${window.id}`);
    signals.push(known(byId.get(known(leg.neighborId, "neighbor")), "next signal"));
  }
  return { id: window.id, axis: window.axis, ...known(parts.streets.get(window.id), window.id), signals };
}
