/**
 * Detectors of one signal's approaches. Where the Lanes section gives positions they are taken; elsewhere one stop-line
 * detector per lane group and one advance detector per approach are placed, so that an imported corridor can be counted.
 * Exit detectors are not part of UTDF: one is placed on every link that leaves the signal.
 * Lanes are numbered from the kerb: turns toward it first, then through, then the turns away from it.
 */
import type { Detector, Link } from "../network/network.schema.ts";
import { findNumber, toPlace } from "./utdf-file.ts";
import type { SignalMovement } from "./utdf-movements.ts";
import type { UtdfSource } from "./utdf-source.ts";

/** Beyond this a detector of the file counts as an advance detector, m. */
const STOP_LINE_M = 12;
const PLACED_ADVANCE_M = 30;
const PLACED_EXIT_M = 20;
const MAX_POSITIONS = 5;

export function listDetectors(
  source: UtdfSource,
  node: string,
  around: { readonly movements: readonly SignalMovement[]; readonly exits: readonly Link[] },
): Detector[] {
  const approaches = new Set(around.movements.map((it) => it.approach));
  const detectors = [...approaches].flatMap((approach) =>
    listOnApproach(source, node, {
      link: approach.link,
      movements: around.movements.filter((it) => it.approach === approach),
    }),
  );
  const exits = around.exits.map((link) => ({
    id: `${link.id}-exit`,
    linkId: link.id,
    lanes: Array.from({ length: link.lanes }, (_, at) => at + 1),
    setbackM: Math.max(0, link.lengthM - PLACED_EXIT_M),
    type: "exit" as const,
  }));
  source.note({
    severity: "assumption",
    node,
    where: "Lanes",
    sentence: `Node ${node}: ${exits.length} exit detectors are placed ${PLACED_EXIT_M} m behind the intersection; the file has none.`,
  });
  return [...detectors, ...exits];
}

/** Lane numbers of each lane group of an approach, from the kerb. */
function numberLanes(
  movements: readonly SignalMovement[],
  drivingSide: "right" | "left",
): Map<string, number[]> {
  const order = (it: SignalMovement): number =>
    it.movement.turn === drivingSide ? 0 : it.movement.turn === "through" ? 1 : 2;
  const numbers = new Map<string, number[]>();
  let next = 1;
  for (const it of [...movements].sort((a, b) => order(a) - order(b))) {
    if (it.movement.lanes === 0) continue;
    const first = next;
    numbers.set(
      it.movement.id,
      Array.from({ length: it.movement.lanes }, (_, at) => first + at),
    );
    next += it.movement.lanes;
  }
  return numbers;
}

function listOnApproach(
  source: UtdfSource,
  node: string,
  of: { readonly link: Link; readonly movements: readonly SignalMovement[] },
): Detector[] {
  const numbers = numberLanes(of.movements, source.drivingSide);
  const detectors: Detector[] = [];
  let hasAdvance = false;
  const placed: string[] = [];
  for (const [id, allLanes] of numbers) {
    const lanes = allLanes.filter((it) => it <= 10);
    if (lanes.length === 0) continue;
    const positions = readPositions(source, node, id);
    const sharing = of.movements.filter((it) => it.movement.id === id || it.movement.sharesLanesOf === id);
    const atLineM = positions.find((it) => it <= STOP_LINE_M);
    if (atLineM === undefined) placed.push(id);
    detectors.push({
      id: `${node}-${id}-stop`,
      linkId: of.link.id,
      lanes,
      setbackM: Math.min(atLineM ?? 0, of.link.lengthM),
      type: "stopLine",
      movementIds: sharing.map((it) => it.movement.id),
    });
    for (const setbackM of positions.filter((it) => it > STOP_LINE_M && it <= of.link.lengthM)) {
      hasAdvance = true;
      detectors.push({
        id: `${node}-${id}-advance-${Math.round(setbackM)}`,
        linkId: of.link.id,
        lanes,
        setbackM,
        type: "advance",
      });
    }
  }
  if (!hasAdvance) detectors.push(...placeAdvance(node, of.link, numbers));
  if (placed.length > 0 || !hasAdvance) notePlaced(source, node, { link: of.link, placed, hasAdvance });
  return detectors;
}

/** Distances to the stop line in the file: `DetectPos1…5`, as far as `numDetects` says they are used. */
function readPositions(source: UtdfSource, node: string, id: string): number[] {
  const records = source.file.lanes.get(node);
  const used = Math.min(MAX_POSITIONS, Math.max(0, findNumber(records, "numDetects", id) ?? 0));
  const positions: number[] = [];
  for (let at = 1; at <= used; at += 1) {
    const position = findNumber(records, `DetectPos${at}`, id);
    if (position !== undefined && position >= 0) positions.push(position * source.unitM);
  }
  return positions;
}

function placeAdvance(node: string, link: Link, numbers: ReadonlyMap<string, readonly number[]>): Detector[] {
  const lanes = [...numbers.values()].flat().filter((it) => it <= link.lanes);
  if (lanes.length === 0 || link.lengthM < PLACED_ADVANCE_M) return [];
  const id = `${node}-${link.id}-advance`;
  return [{ id, linkId: link.id, lanes, setbackM: PLACED_ADVANCE_M, type: "advance" }];
}

function notePlaced(
  source: UtdfSource,
  node: string,
  of: { readonly link: Link; readonly placed: readonly string[]; readonly hasAdvance: boolean },
): void {
  const parts = [
    ...(of.placed.length === 0 ? [] : [`a stop-line detector for ${of.placed.join(", ")}`]),
    ...(of.hasAdvance || of.link.lengthM < PLACED_ADVANCE_M
      ? []
      : [`an advance detector at ${PLACED_ADVANCE_M} m`]),
  ];
  if (parts.length === 0) return;
  source.note({
    severity: "assumption",
    node,
    where: toPlace("Lanes", "numDetects", source.file.lanes.get(node)),
    sentence: `Link ${of.link.id}: ${parts.join(" and ")} ${parts.length === 1 ? "is" : "are"} placed; the file has none.`,
  });
}
