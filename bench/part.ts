/** What every part of the benchmark is given and hands back. */

export interface PartInput {
  /** Short: few repetitions, to see that the answers are right; its times say little. */
  readonly isShort: boolean;
  /** A folder of its own on the disk of the project, for data; gone afterwards. */
  readonly folder: string;
  readonly print: (line: string) => void;
}

/** A figure that the project wants to reach; missing it is told and is no failure. */
export interface Goal {
  readonly name: string;
  readonly wanted: string;
  readonly actual: string;
  readonly isReached: boolean;
}

export interface PartReport {
  /** JSON; units at the ends of the names. */
  readonly figures: object;
  readonly goals: readonly Goal[];
  /** Answers that were wrong or missing, in sentences; any of them fails the benchmark. */
  readonly wrong: readonly string[];
}

export type Part = (input: PartInput) => Promise<PartReport>;
