/** What an import had to assume, repair, leave out or doubt: one sentence each, with the place in the file. */

export interface ReportItem {
  /** Assumption: the file is silent. Warning: implausible, taken as it stands. Repair: changed. Omitted: not taken. */
  readonly severity: "assumption" | "warning" | "repair" | "omitted";
  /** The intersection that it concerns; absent: the file as a whole. */
  readonly node?: string;
  /** Section, record and line of the file, for example `Phases MaxGreen, line 2370`. */
  readonly where: string;
  readonly sentence: string;
}

export type ImportReport = readonly ReportItem[];

/** Adds one item; the same item twice is one item. */
export type Note = (item: ReportItem) => void;

export interface ReportWriter {
  readonly note: Note;
  readonly list: () => ImportReport;
}

export function createReportWriter(): ReportWriter {
  const items = new Map<string, ReportItem>();
  return {
    note: (item) => {
      items.set(JSON.stringify([item.severity, item.node, item.where, item.sentence]), item);
    },
    list: () => [...items.values()],
  };
}
