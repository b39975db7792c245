/**
 * Crossings from Walk and Don't Walk. UTDF names the phase that serves pedestrians, not the leg that they cross: by the
 * usual practice they walk beside the phase's through traffic, on its kerb side, across the leg that lies there. Where
 * that leg is missing or taken, the other side is tried; a walk for which no leg is free is left out and reported.
 * The length is not in the file either: it is what the flashing don't walk clears at the file's walking speed.
 */
import { deriveConflicts, type IntersectionShape } from "../network/derive-conflicts.ts";
import type { Crossing } from "../network/network.schema.ts";
import { METERS_PER_FOOT } from "../units.ts";
import { findNumber, toPlace } from "./utdf-file.ts";
import { angleBetweenDeg, wrapDeg } from "./utdf-geometry.ts";
import type { SignalMovement } from "./utdf-movements.ts";
import type { RingPhase, SignalRings } from "./utdf-rings.ts";
import type { UtdfSource } from "./utdf-source.ts";

export interface SignalCrossing {
  readonly crossing: Crossing;
  readonly phase: number;
  readonly legDeg: number;
}

export interface Surroundings {
  readonly signal: SignalRings;
  readonly movements: readonly SignalMovement[];
  readonly shape: Omit<IntersectionShape, "crossings">;
}

/** MUTCD 2009, section 4E.06: 3.5 ft/s. */
const DEFAULT_WALKING_SPEED_FTPS = 3.5;
const MAX_CROSSING_M = 80;
/** 12 ft, the width of a lane where nothing is known. */
const LANE_WIDTH_M = 3.6;
/** A leg counts as lying on one side when it is within this of the right angle. */
const SIDE_TOLERANCE_DEG = 60;
const PEDESTRIAN_RECALLS = [2, 3, 4];
const PRETIMED = 0;

export function listCrossings(source: UtdfSource, node: string, around: Surroundings): SignalCrossing[] {
  const found: SignalCrossing[] = [];
  for (const phase of around.signal.rings.flat(2)) {
    if (phase.walkS <= 0 || phase.isPlaceholder) continue;
    const legDeg = findFreeLegDeg(phase, around, found);
    if (legDeg === undefined) {
      noteNoLeg(source, node, phase);
      continue;
    }
    found.push({
      crossing: toCrossing(source, node, { phase, legDeg, around }),
      phase: phase.number,
      legDeg,
    });
  }
  return found;
}

/** The phases that can be green together with a phase, itself among them. */
export function listConcurrent({ rings }: SignalRings, number: number): number[] {
  const ring = rings.findIndex((groups) => groups.flat().some((it) => it.number === number));
  const group = (rings[ring] ?? []).findIndex((phases) => phases.some((it) => it.number === number));
  const beside = rings.flatMap((groups, at) =>
    at === ring ? [] : (groups[group] ?? []).map((it) => it.number),
  );
  return [number, ...beside];
}

function findFreeLegDeg(
  phase: RingPhase,
  around: Surroundings,
  found: readonly SignalCrossing[],
): number | undefined {
  const { shape } = around;
  const main = findMainMovement(phase, around.movements);
  const entry = shape.entries.find((it) => it.approachId === main?.movement.approachId);
  if (main === undefined || entry === undefined) return undefined;
  const kerbDeg = shape.drivingSide === "right" ? 90 : -90;
  const legs = listLegsDeg(shape).filter(
    (legDeg) =>
      angleBetweenDeg(legDeg, entry.headingDeg + 180) > 1 && !found.some((it) => it.legDeg === legDeg),
  );
  for (const sideDeg of [kerbDeg, -kerbDeg]) {
    const nearest = legs
      .map((legDeg) => ({ legDeg, offDeg: angleBetweenDeg(legDeg, entry.headingDeg + sideDeg) }))
      .sort((a, b) => a.offDeg - b.offDeg)[0];
    if (nearest === undefined || nearest.offDeg > SIDE_TOLERANCE_DEG) continue;
    if (isFree(phase, nearest.legDeg, around)) return nearest.legDeg;
  }
  return undefined;
}

function findMainMovement(
  phase: RingPhase,
  movements: readonly SignalMovement[],
): SignalMovement | undefined {
  const own = movements.filter((it) => it.protectedPhases.includes(phase.number));
  const served = own.length > 0 ? own : movements.filter((it) => it.permittedPhases.includes(phase.number));
  return served.find((it) => it.movement.turn === "through") ?? served[0];
}

function listLegsDeg(shape: Surroundings["shape"]): number[] {
  const legs = shape.entries.map((it) => wrapDeg(it.headingDeg + 180));
  for (const { headingDeg } of shape.exits) {
    if (!legs.some((it) => angleBetweenDeg(it, headingDeg) < 1)) legs.push(headingDeg);
  }
  return legs;
}

/** Free when nothing that must not yield to pedestrians has right of way over the leg beside the phase. */
function isFree(phase: RingPhase, legDeg: number, { signal, movements, shape }: Surroundings): boolean {
  const crossing = { id: "crossing", legDeg, spans: "leg" as const };
  const conflicts = deriveConflicts({ ...shape, crossings: [crossing] }).filter(
    ([, id]) => id === crossing.id,
  );
  const concurrent = listConcurrent(signal, phase.number);
  return !movements.some(
    (it) =>
      it.movement.turn !== shape.drivingSide &&
      it.protectedPhases.some((number) => concurrent.includes(number)) &&
      conflicts.some(([id]) => id === it.movement.id),
  );
}

function toCrossing(
  source: UtdfSource,
  node: string,
  {
    phase,
    legDeg,
    around,
  }: { readonly phase: RingPhase; readonly legDeg: number; readonly around: Surroundings },
): Crossing {
  const speedMps = findWalkingSpeedMps(source);
  const lengthM = Math.min(MAX_CROSSING_M, Math.max(1, Math.floor(phase.dontWalkS * speedMps * 100) / 100));
  const approach = around.shape.entries.find((it) => angleBetweenDeg(it.headingDeg + 180, legDeg) < 1);
  const isPretimed = findNumber(source.file.timeplans.get(node), "Control Type") === PRETIMED;
  const recalled = isPretimed || PEDESTRIAN_RECALLS.includes(phase.recallCode);
  source.note({
    severity: "assumption",
    node,
    where: toPlace("Phases", "DontWalk", source.file.phases.get(node)),
    sentence: `The crossing of phase ${phase.number} at node ${node} is taken to be ${lengthM} m, what ${phase.dontWalkS} s clear at ${speedMps.toFixed(2)} m/s, and to lie across ${
      approach === undefined ? `the leg at ${legDeg.toFixed(0)}°` : `approach ${approach.approachId}`
    }; pedestrians are ${recalled ? "served every cycle" : "served on demand"}.`,
  });
  noteTooShort(source, node, { phase, lengthM, approachId: approach?.approachId });
  return {
    id: `ped-${phase.number}`,
    mode: "pedestrian",
    ...(approach === undefined ? {} : { approachId: approach.approachId }),
    lengthM,
    walkS: phase.walkS,
    clearanceS: phase.dontWalkS,
    service: recalled ? "recall" : "actuated",
  };
}

function findWalkingSpeedMps(source: UtdfSource): number {
  const given = findNumber(source.file.settings, "PedSpeed");
  const speedMps = given === undefined ? undefined : given * source.unitM;
  return speedMps !== undefined && speedMps >= 0.5 && speedMps <= 6
    ? speedMps
    : DEFAULT_WALKING_SPEED_FTPS * METERS_PER_FOOT;
}

/** The don't walk of many files is Synchro's default and clears less than the lanes that lie there. */
function noteTooShort(
  source: UtdfSource,
  node: string,
  of: { readonly phase: RingPhase; readonly lengthM: number; readonly approachId: string | undefined },
): void {
  const lanes = findNumber(source.file.links.get(node), "Lanes", of.approachId ?? "") ?? 0;
  if (lanes * LANE_WIDTH_M <= of.lengthM) return;
  source.note({
    severity: "warning",
    node,
    where: toPlace("Phases", "DontWalk", source.file.phases.get(node)),
    sentence: `The ${of.phase.dontWalkS} s don't walk of phase ${of.phase.number} at node ${node} clear ${of.lengthM} m, but the ${lanes} lanes of approach ${of.approachId} alone are about ${(lanes * LANE_WIDTH_M).toFixed(1)} m wide.`,
  });
}

function noteNoLeg(source: UtdfSource, node: string, phase: RingPhase): void {
  source.note({
    severity: "omitted",
    node,
    where: toPlace("Phases", "Walk", source.file.phases.get(node)),
    sentence: `Phase ${phase.number} of node ${node} has ${phase.walkS} s walk and ${phase.dontWalkS} s don't walk, but no leg is free beside its traffic: the crossing is left out.`,
  });
}
