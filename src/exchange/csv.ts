/**
 * Comma-separated text as spreadsheets write it (RFC 4180): quotes, doubled quotes, line breaks inside quotes, LF or CRLF,
 * a byte order mark. Every cell keeps its place in the text, so that single cells can be replaced and all else stays.
 * A quote that never closes is an ordinary character: untidy files are read, not refused.
 */

export interface CsvCell {
  /** Line on which the cell begins, from 1. */
  readonly line: number;
  /** The value without quotes and outer blanks. */
  readonly text: string;
  /** The raw cell is `text.slice(start, end)` of the whole document. */
  readonly start: number;
  readonly end: number;
}

export interface CsvRow {
  readonly line: number;
  readonly cells: readonly CsvCell[];
}

const QUOTED_CELL = /[ \t]*"((?:[^"]|"")*)"[ \t]*(?=,|\r|\n|$)/y;

/** The rows that hold anything; blank lines and rows of empty cells are left out. */
export function parseCsv(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let position = text.startsWith("\uFEFF") ? 1 : 0;
  let line = 1;
  while (position < text.length) {
    const cells: CsvCell[] = [];
    const first = line;
    for (;;) {
      const cell = readCell(text, position, line);
      cells.push(cell);
      line += countLineFeeds(text, position, cell.end);
      position = cell.end;
      if (text[position] !== ",") break;
      position += 1;
    }
    if (text[position] === "\r") position += 1;
    if (text[position] === "\n") position += 1;
    line += 1;
    if (cells.some((it) => it.text !== "")) rows.push({ line: first, cells });
  }
  return rows;
}

/** A value as a cell: quoted only where it must be. */
export function toCsvCell(value: string): string {
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function readCell(text: string, start: number, line: number): CsvCell {
  QUOTED_CELL.lastIndex = start;
  const match = QUOTED_CELL.exec(text);
  if (match !== null) {
    return { line, text: (match[1] ?? "").replaceAll('""', '"').trim(), start, end: QUOTED_CELL.lastIndex };
  }
  let end = start;
  while (end < text.length && !",\r\n".includes(text.charAt(end))) end += 1;
  return { line, text: text.slice(start, end).trim(), start, end };
}

function countLineFeeds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += 1) if (text[at] === "\n") count += 1;
  return count;
}
