/**
 * The stages of a signal program and the changes between them. A SUMO program is a row of states; most are a stage (who
 * has green), the others belong to a change: someone has yellow, nobody has green, or only those still have green who
 * had it before and keep it. Crossings that end before the vehicles beside them do not part a stage; a state in which only
 * people walk is a stage, too, and all but the last 3 s of what follows it is theirs.
 */
import type { SumoLogic } from "./sumo-net.ts";

/** A stage shorter than this could not hold a minimum green. */
export const LEAST_GREEN_S = 5;
/** Taken where a program shows no yellow. */
export const DEFAULT_YELLOW_S = 3;
/** What a network file takes: cycle, yellow, red clearance. */
const CYCLE_RANGE_S = [20, 300] as const;
const YELLOW_MAX_S = 10;
const RED_MAX_S = 20;

export interface Stage {
  /** From the start of the program's phase 0, s. */
  readonly startS: number;
  readonly greenS: number;
  readonly yellowS: number;
  readonly redClearanceS: number;
  /** Letter by link index; of a crossing the most that it gets during the stage. */
  readonly state: string;
  /** `minDur` of an actuated program. */
  readonly minDurS: number | undefined;
  /** No vehicle has green. */
  readonly walkOnly: boolean;
}

export type FoundStages =
  | StagePlan
  | { readonly kind: "none" /** Ends "Program x …". */; readonly why: string };

export interface StagePlan {
  readonly kind: "stages";
  readonly cycleS: number;
  readonly stages: readonly Stage[];
  /** The program never shows yellow: its changes are parted by our own rule. */
  readonly lacksYellow: boolean;
}

interface Piece {
  state: string;
  durationS: number;
  minDurS: number | undefined;
  readonly startS: number;
}

/** The stages of a program, or why it has none. `crossings` holds the link indices of crossings. */
export function findStages(logic: SumoLogic, crossings: ReadonlySet<number>): FoundStages {
  const pieces = mergeEqual(logic, crossings);
  const cycleS = tenths(pieces.reduce((sum, it) => sum + it.durationS, 0));
  if (cycleS < CYCLE_RANGE_S[0] || cycleS > CYCLE_RANGE_S[1]) {
    return none(`takes ${cycleS} s, outside ${CYCLE_RANGE_S.join("–")} s`);
  }
  const lacksYellow = !pieces.some((it) => /[yY]/.test(it.state));
  const isStage = pieces.map((it, at) => looksLikeStage(pieces, { at, state: it.state, crossings }));
  for (;;) {
    const stages = buildStages(pieces, { isStage, crossings });
    const shortest = stages
      .filter((it) => it.greenS < LEAST_GREEN_S - 1e-9)
      .sort((a, b) => a.greenS - b.greenS)[0];
    if (stages.length === 0) return none("has no stage that could hold a minimum green");
    if (shortest === undefined) return limitChanges({ kind: "stages", cycleS, stages, lacksYellow });
    isStage[pieces.findIndex((it) => it.startS === shortest.startS)] = false;
  }
}

const none = (why: string): FoundStages => ({ kind: "none", why });

/** Longer ones are no yellow and no clearance; a network file takes none either. */
function limitChanges(plan: StagePlan): FoundStages {
  const long = plan.stages.find((it) => it.yellowS > YELLOW_MAX_S || it.redClearanceS > RED_MAX_S);
  return long === undefined
    ? plan
    : none(
        `changes in ${long.yellowS} s of yellow and ${long.redClearanceS} s of red, which is no clearance`,
      );
}

const isGreen = (letter: string | undefined): boolean => letter === "G" || letter === "g";

/** States that follow each other and show vehicles the same are one; the last may go on in the first. */
function mergeEqual(logic: SumoLogic, crossings: ReadonlySet<number>): Piece[] {
  const pieces: Piece[] = [];
  let clockS = 0;
  for (const { state, durationS, minDurS } of logic.phases) {
    if (durationS <= 0) continue;
    const last = pieces.at(-1);
    if (last !== undefined && showSame(last.state, state, crossings)) {
      last.state = mergeState(last.state, state);
      last.durationS += durationS;
      last.minDurS = minDurS === undefined ? last.minDurS : (last.minDurS ?? 0) + minDurS;
    } else {
      pieces.push({
        state,
        durationS,
        minDurS: logic.type === "static" ? undefined : minDurS,
        startS: clockS,
      });
    }
    clockS += durationS;
  }
  const first = pieces[0];
  const last = pieces.at(-1);
  if (
    first !== undefined &&
    last !== undefined &&
    first !== last &&
    showSame(first.state, last.state, crossings)
  ) {
    last.state = mergeState(last.state, first.state);
    last.durationS += first.durationS;
    last.minDurS ??= first.minDurS;
    pieces.shift();
  }
  return pieces;
}

/** The same to vehicles; where none has green, the end of walking tells a stage from what follows it. */
const showSame = (a: string, b: string, crossings: ReadonlySet<number>): boolean =>
  vehicles(a, crossings) === vehicles(b, crossings) && isWalkOnly(a, crossings) === isWalkOnly(b, crossings);

const vehicles = (state: string, crossings: ReadonlySet<number>): string =>
  [...state].map((letter, at) => (crossings.has(at) ? "-" : letter)).join("");

const mergeState = (a: string, b: string): string =>
  [...a].map((letter, at) => (isGreen(letter) ? letter : isGreen(b[at]) ? b.charAt(at) : letter)).join("");

function looksLikeStage(
  pieces: readonly Piece[],
  {
    at,
    state,
    crossings,
  }: { readonly at: number; readonly state: string; readonly crossings: ReadonlySet<number> },
): boolean {
  const greens = listGreens(state, crossings);
  if (/[yY]/.test(vehicles(state, crossings))) return false;
  if (greens.length === 0) return isWalkOnly(state, crossings);
  const before = pieces[(at + pieces.length - 1) % pieces.length]?.state ?? "";
  const after = pieces[(at + 1) % pieces.length]?.state ?? "";
  const keeps = greens.every((it) => isGreen(before[it]) && isGreen(after[it]));
  const isLess = (other: string): boolean => listGreens(other, crossings).length > greens.length;
  const followsYellow = /[yY]/.test(before);
  return !(keeps && isLess(after) && (followsYellow || isLess(before)));
}

/** Only people on foot have green. */
const isWalkOnly = (state: string, crossings: ReadonlySet<number>): boolean =>
  listGreens(state, crossings).length === 0 && [...crossings].some((it) => isGreen(state[it]));

const listGreens = (state: string, crossings: ReadonlySet<number>): number[] =>
  [...state].flatMap((letter, at) => (isGreen(letter) && !crossings.has(at) ? [at] : []));

function buildStages(
  pieces: readonly Piece[],
  { isStage, crossings }: { readonly isStage: readonly boolean[]; readonly crossings: ReadonlySet<number> },
): Stage[] {
  const starts = pieces.flatMap((_, at) => (isStage[at] === true ? [at] : []));
  return starts.flatMap((at, order): Stage[] => {
    const piece = pieces[at];
    const next = starts[(order + 1) % starts.length] ?? at;
    if (piece === undefined) return [];
    const change: Piece[] = [];
    for (let step = (at + 1) % pieces.length; step !== next; step = (step + 1) % pieces.length) {
      const between = pieces[step];
      if (between !== undefined) change.push(between);
    }
    const changeS = change.reduce((sum, it) => sum + it.durationS, 0);
    const shownS = longestYellowS(change);
    const yellowS = tenths(shownS > 0 ? shownS : DEFAULT_YELLOW_S);
    const walkOnly = isWalkOnly(piece.state, crossings);
    const redClearanceS = walkOnly ? 0 : tenths(Math.max(0, changeS - yellowS));
    return [
      {
        startS: piece.startS,
        state: piece.state,
        minDurS: piece.minDurS,
        walkOnly,
        yellowS,
        redClearanceS,
        greenS: tenths(piece.durationS + changeS - yellowS - redClearanceS),
      },
    ];
  });
}

/** The longest time that any one link shows yellow in a change. */
function longestYellowS(change: readonly Piece[]): number {
  let longestS = 0;
  for (let at = 0; at < (change[0]?.state.length ?? 0); at += 1) {
    const ownS = change.reduce((sum, it) => sum + (/[yY]/.test(it.state.charAt(at)) ? it.durationS : 0), 0);
    longestS = Math.max(longestS, ownS);
  }
  return longestS;
}

const tenths = (timeS: number): number => Math.round(timeS * 10) / 10;
