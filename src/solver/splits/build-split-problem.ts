/**
 * Builds the split problem of an intersection from its network and flows.
 *
 * Where everything is protected the problem's lines are exact. Permitted turns and turns on red are not linear: rate and
 * extra vehicles are taken from the discharge model (traffic/discharge.ts) at a reference plan of the wanted cycle. A
 * lane group that phases of two rings serve at once counts those of one ring only.
 *
 * Least splits hold minimum green and, where a crossing is on recall, its walk and clearance, each with yellow and red
 * clearance, rounded up to the controller's resolution. Actuated crossings are left out: what a call that does not fit
 * costs is told by price-calls.ts.
 */
import { known } from "../../errors.ts";
import { getLink, getPhase, getSequence, type NetworkIndex } from "../../network/find.ts";
import type { Intersection } from "../../network/network.schema.ts";
import { buildMovementGreens } from "../../timing/phase-times.ts";
import {
  buildDischarges,
  capacityOfDischargesVph,
  saturationFlowOfGroupVph,
} from "../../traffic/discharge.ts";
import { END_GAIN_S, SNEAKERS_VEH } from "../../traffic/discharge-windows.ts";
import { buildLaneGroups, type LaneGroup } from "../../traffic/lane-group.ts";
import { SECONDS_PER_HOUR } from "../../units.ts";
import { roundSplits } from "./round-splits.ts";
import type { SplitPhase, SplitProblem, SplitStream } from "./split-problem.ts";
import { sweepSplits } from "./sweep-splits.ts";

/** Permitted turns before the discharge model has been asked: this part of their saturation flow. */
const PERMITTED_GUESS = 0.5;

/** The problem for one sequence. */
export function buildSplitProblem(input: {
  readonly index: NetworkIndex;
  readonly intersection: Intersection;
  /** veh/h by movement. */
  readonly flows: ReadonlyMap<string, number>;
  /** Queues that stand at the start, vehicles by movement; absent: none. Only `throughput` takes account of them. */
  readonly initialQueues?: ReadonlyMap<string, number>;
  readonly sequenceId: string;
  readonly referenceCycleS: number;
}): SplitProblem {
  const { intersection, sequenceId } = input;
  const { resolutionS } = intersection.controller;
  const referenceCycleS = Math.round(input.referenceCycleS / resolutionS) * resolutionS;
  const { phases, cells } = layOutPhases(intersection, sequenceId);
  const guesses = buildLaneGroups(input)
    .filter((it) => it.flowVph > 0)
    .flatMap((group) => guessStream(group, intersection, phases, cells))
    .map((guess) => ({ ...guess, stream: { ...guess.stream, ...queueOf(input.index, guess.group) } }));
  const guess = {
    intersectionId: intersection.id,
    sequenceId,
    resolutionS,
    phases,
    cells,
    streams: guesses.map((it) => it.stream),
  };
  if (guesses.every((it) => it.isExact)) return guess;
  const draft = sweepSplits({
    problem: guess,
    cycleS: referenceCycleS,
    targetDegreeOfSaturation: 0.9,
    slack: "equal",
  });
  if (draft.kind === "infeasible") return guess;
  const splits = roundSplits({ problem: guess, cycleS: referenceCycleS, splitsS: draft.splitsS });
  const greens = buildMovementGreens(intersection, {
    intersectionId: intersection.id,
    cycleS: referenceCycleS,
    sequenceId,
    splits,
    offsetS: 0,
    offsetReference: { phase: known(splits[0], "split").phase, point: "beginGreen" },
  });
  const streams = guesses.map(({ stream, group, isExact }) => {
    if (isExact) return stream;
    const discharges = buildDischarges({ group, greens, cycleS: referenceCycleS });
    const servedVeh =
      (capacityOfDischargesVph(discharges, referenceCycleS) * referenceCycleS) / SECONDS_PER_HOUR;
    const greenS = stream.phases.reduce((sum, it) => sum + known(splits[it], "split").splitS, -stream.lostS);
    return fitStream({ stream, group, servedVeh, greenS, cycleS: referenceCycleS });
  });
  return { ...guess, streams };
}

/** A full link stands in the junction behind it, where there is one; a full bay before the lanes beside it. */
const queueOf = (
  index: NetworkIndex,
  { linkId, initialQueueVeh, storageVeh, isBay }: LaneGroup,
): Required<Pick<SplitStream, "initialQueueVeh" | "storage">> => ({
  initialQueueVeh,
  storage: { storageVeh, blocksJunction: !isBay && getLink(index, linkId).from !== undefined },
});

/**
 * The line through the reference: at the protected rate with what is left over as extra, or flatter without extra. Of
 * the extra, sneakers leave once per cycle; the rest finds gaps all the time.
 */
function fitStream(input: {
  readonly stream: SplitStream;
  readonly group: LaneGroup;
  readonly servedVeh: number;
  readonly greenS: number;
  readonly cycleS: number;
}): SplitStream {
  const { stream, group, servedVeh, greenS, cycleS } = input;
  const protectedVps = saturationFlowOfGroupVph(group) / SECONDS_PER_HOUR;
  const extraVeh = servedVeh - protectedVps * greenS;
  if (extraVeh < 0 && greenS > 0) return { ...stream, rateVps: servedVeh / greenS };
  const sneakersVeh = group.members.some((it) => it.conflicts.length > 0) ? SNEAKERS_VEH * group.lanes : 0;
  const perCycleVeh = Math.min(sneakersVeh, Math.max(0, extraVeh));
  return {
    ...stream,
    rateVps: protectedVps,
    extraVeh: perCycleVeh,
    extraVps: (Math.max(0, extraVeh) - perCycleVeh) / cycleS,
  };
}

function layOutPhases(intersection: Intersection, sequenceId: string) {
  const phases: SplitPhase[] = [];
  const cells: number[][][] = [];
  for (const [ring, groups] of getSequence(intersection, sequenceId).rings.entries()) {
    for (const [barrierGroup, numbers] of groups.entries()) {
      const cell: number[] = [];
      for (const number of numbers) {
        cell.push(phases.length);
        phases.push(buildPhase(intersection, number));
      }
      cells[barrierGroup] ??= [];
      known(cells[barrierGroup], "barrier group")[ring] = cell;
    }
  }
  return { phases, cells };
}

function buildPhase(intersection: Intersection, number: number): SplitPhase {
  const phase = getPhase(intersection, number);
  const { resolutionS } = intersection.controller;
  const changeS = phase.yellowS + phase.redClearanceS;
  const splitToHold = (greenS: number) => Math.ceil((greenS + changeS) / resolutionS - 1e-6) * resolutionS;
  const greenMinSplitS = splitToHold(phase.minGreenS);
  let needS = phase.minGreenS;
  let heldBy: SplitPhase["heldBy"];
  for (const { id, service, walkS, clearanceS } of intersection.crossings) {
    if (service !== "recall" || !phase.crossings.includes(id) || walkS + clearanceS <= needS) continue;
    needS = walkS + clearanceS;
    heldBy = { crossingId: id, minSplitS: greenMinSplitS };
  }
  return {
    phase: number,
    minSplitS: splitToHold(needS),
    ...(heldBy === undefined ? {} : { heldBy }),
    maxSplitS:
      phase.maxGreenS === undefined
        ? Number.POSITIVE_INFINITY
        : Math.floor((Math.max(needS, phase.maxGreenS) + changeS) / resolutionS + 1e-6) * resolutionS,
    isCoordinated: intersection.coordinatedPhases.includes(number),
  };
}

interface Guess {
  readonly stream: SplitStream;
  readonly group: LaneGroup;
  /** Protected only, with the same greens for all members: linear without a reference. */
  readonly isExact: boolean;
}

/** A stream served by its busiest member's phases: the protected ones, else the permitted; none: not signal-controlled. */
function guessStream(
  group: LaneGroup,
  intersection: Intersection,
  phases: readonly SplitPhase[],
  cells: SplitProblem["cells"],
): Guess[] {
  const present = group.members.filter((it) => it.share > 0);
  const lead = present.reduce((most, it) => (it.share > most.share ? it : most));
  const { greensOf } = lead;
  if (greensOf === undefined) return [];
  const serving = (kind: "protectedMovements" | "permittedMovements", movementId: string) =>
    [...phases.keys()].filter((it) =>
      getPhase(intersection, known(phases[it], "phase").phase)[kind].includes(movementId),
    );
  const protectedPhases = serving("protectedMovements", greensOf);
  const isProtected = protectedPhases.length > 0;
  const served = inOneRing(isProtected ? protectedPhases : serving("permittedMovements", greensOf), cells);
  if (served.length === 0) return [];
  const saturationVps = saturationFlowOfGroupVph(group) / SECONDS_PER_HOUR;
  const lossPerRunS = lead.movement.startupLostTimeS - END_GAIN_S;
  const stream = {
    movementIds: present.map((it) => it.movement.id),
    flowVps: group.flowVph / SECONDS_PER_HOUR,
    rateVps: isProtected ? saturationVps : PERMITTED_GUESS * saturationVps,
    extraVeh: 0,
    extraVps: 0,
    lostS: lostTimeS({ intersection, phases, cells, served, lossPerRunS }),
    phases: served,
  };
  const isExact = present.every(
    ({ movement, greensOf: of }) =>
      of !== undefined &&
      serving("permittedMovements", of).length === 0 &&
      serving("protectedMovements", of).every((it) => served.includes(it)) &&
      serving("protectedMovements", of).length === served.length &&
      !(movement.rightTurnOnRed && group.members.length === 1),
  );
  return [{ stream, group, isExact }];
}

/** In each barrier group only the phases of the first ring that serves it there: two rings run at the same time. */
function inOneRing(served: readonly number[], cells: SplitProblem["cells"]): number[] {
  return cells.flatMap((rings) => {
    const ring = rings.find((cell) => cell.some((it) => served.includes(it)));
    return ring?.filter((it) => served.includes(it)) ?? [];
  });
}

/** Each run of adjacent phases loses one change and one start; between its phases green runs on. */
function lostTimeS(input: {
  readonly intersection: Intersection;
  readonly phases: readonly SplitPhase[];
  readonly cells: SplitProblem["cells"];
  readonly served: readonly number[];
  readonly lossPerRunS: number;
}): number {
  const { intersection, phases, cells, served, lossPerRunS } = input;
  const rings = Array.from({ length: Math.max(...cells.map((it) => it.length)) }, (_, ring) =>
    cells.flatMap((it) => it[ring] ?? []),
  );
  let lostS = 0;
  for (const ring of rings) {
    for (const [place, position] of ring.entries()) {
      const next = ring[(place + 1) % ring.length];
      if (!served.includes(position) || (next !== undefined && ring.length > 1 && served.includes(next)))
        continue;
      const { yellowS, redClearanceS } = getPhase(intersection, known(phases[position], "phase").phase);
      lostS += yellowS + redClearanceS + lossPerRunS;
    }
  }
  return lostS;
}
