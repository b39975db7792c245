/** A spreadsheet to fill in, for corridors that are in no other tool. */
import { COLUMNS } from "./corridor-columns.ts";
import { toCsvCell } from "./csv.ts";

/** Comment lines that say what each column is and in which unit, the header, and two example rows. */
export function buildCsvTemplate(): string {
  const columns = COLUMNS.map((it) => ({ ...it, header: Object.keys(it.headers)[0] ?? it.name }));
  const comments = [
    "One row per intersection along the arterial, from west to east: eastbound is outbound.",
    "Lines that begin with # are comments; columns may stand in any order and may be left out unless needed.",
    "id: Identity of the intersection, letters, digits and . _ : - only (needed)",
    "name: Name for people",
    ...columns.map((it) => `${it.header}: ${it.explanation}${it.needed === true ? " (needed)" : ""}`),
  ];
  const row = (id: string, name: string, example: 0 | 1): string =>
    [id, name, ...columns.map((it) => it.examples[example])].map(toCsvCell).join(",");
  return [
    ...comments.map((it) => toCsvCell(`# ${it}`)),
    ["id", "name", ...columns.map((it) => it.header)].join(","),
    row("first", "First Street", 0),
    row("second", "Second Street", 1),
    "",
  ].join("\n");
}
