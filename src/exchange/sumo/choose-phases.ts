/**
 * Where the phases of a signal come from: the stages of the program that runs, or the foe matrix.
 *
 * By itself (`auto`) the importer keeps what the city runs, except where that is no fit base for a plan: there is no
 * program with stages, a movement that some program serves never has green in it, or its stages split the greens: most
 * movements get theirs in two or more pieces a cycle, so that every vehicle stream starts, and loses its starting time,
 * again and again.
 */
import type { Note } from "../import-report.ts";
import type { SignalMovement } from "./build-movements.ts";
import type { FoundStages, StagePlan } from "./find-stages.ts";
import type { SumoLogic } from "./sumo-net.ts";
import type { PhaseSource } from "./sumo-street.ts";

/** Greens per cycle and movement from which on a program counts as split. */
const SPLIT_GREENS = 1.5;

export type ChosenPhases =
  | { readonly from: "shipped"; readonly stagePlan: StagePlan }
  | { readonly from: "conflicts" };

export function choosePhases(given: {
  readonly tlId: string;
  readonly wanted: PhaseSource;
  readonly current: SumoLogic | undefined;
  readonly found: FoundStages | undefined;
  readonly movements: readonly SignalMovement[];
  /** Link indices of crossings. */
  readonly crossings: ReadonlySet<number>;
  readonly programs: readonly SumoLogic[];
  readonly note: Note;
}): ChosenPhases {
  const { tlId, wanted, current, found, note } = given;
  const tell = (sentence: string): void =>
    note({ severity: "assumption", node: tlId, where: whereOf(current), sentence });
  if (found === undefined || found.kind === "none") {
    const what =
      found === undefined ? "No program with green is shipped" : `Program ${current?.programId} ${found.why}`;
    tell(`${what}: phases are made from the foe matrix.`);
    return { from: "conflicts" };
  }
  if (wanted === "conflicts") {
    tell("Phases are made from the foe matrix, as was asked for.");
    return { from: "conflicts" };
  }
  const unfit = wanted === "shipped" ? undefined : findUnfitness(given, found);
  if (unfit !== undefined) {
    tell(`Program ${current?.programId} ${unfit}: phases are made from the foe matrix.`);
    return { from: "conflicts" };
  }
  tell(
    `The ${found.stages.length} stages of program ${current?.programId} are the phases, in one ring${
      wanted === "auto" ? ": they form a clean sequence" : ", as was asked for"
    }.`,
  );
  return { from: "shipped", stagePlan: found };
}

const whereOf = (logic: SumoLogic | undefined): string =>
  logic === undefined ? "tlLogic" : `tlLogic ${logic.programId}, ${logic.file}, line ${logic.line}`;

function findUnfitness(
  {
    movements,
    crossings,
    programs,
  }: {
    readonly movements: readonly SignalMovement[];
    readonly crossings: ReadonlySet<number>;
    readonly programs: readonly SumoLogic[];
  },
  stagePlan: StagePlan,
): string | undefined {
  const unserved = movements.filter(
    (it) => !stagePlan.stages.some(({ state }) => isGreen(state, it)) && isEverGreen(programs, it),
  );
  if (unserved.length > 0) {
    return `never serves ${unserved.map((it) => it.movement.id).join(", ")} in a stage`;
  }
  const walks = [...crossings].map((linkIndex) => ({ links: [{ linkIndex }] }));
  if (
    walks.some((it) => isEverGreen(programs, it) && !stagePlan.stages.some(({ state }) => isGreen(state, it)))
  ) {
    return "lets people walk in no stage that could hold a minimum green";
  }
  const greens = movements.map((it) => countGreens(stagePlan, it)).filter((count) => count > 0);
  const mean = greens.reduce((sum, it) => sum + it, 0) / Math.max(1, greens.length);
  return mean < SPLIT_GREENS
    ? undefined
    : `gives each movement ${mean.toFixed(1)} greens a cycle on average, in ${stagePlan.stages.length} stages`;
}

/** Separate greens in a cycle; none for a movement that is always or never green. */
function countGreens({ stages }: StagePlan, movement: SignalMovement): number {
  const green = stages.map(({ state }) => isGreen(state, movement));
  return green.filter((it, at) => it && green[(at + green.length - 1) % green.length] === false).length;
}

/** Has what stands at these links green in a state? All links of a movement have one lamp. */
export const isGreen = (
  state: string,
  { links }: { readonly links: readonly { readonly linkIndex: number }[] },
): boolean => /[Gg]/.test(state.charAt(links[0]?.linkIndex ?? -1));

const isEverGreen = (programs: readonly SumoLogic[], stream: Parameters<typeof isGreen>[1]): boolean =>
  programs.some(({ phases }) => phases.some(({ state }) => isGreen(state, stream)));
