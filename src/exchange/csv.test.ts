import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCsv, toCsvCell } from "./csv.ts";

const textsOf = (text: string) => parseCsv(text).map((row) => row.cells.map((it) => it.text));

test("quotes hold commas, doubled quotes and line breaks", () => {
  expect(textsOf('a,"b,c","d ""e""","f\r\ng"\n')).toEqual([["a", "b,c", 'd "e"', "f\r\ng"]]);
});

test("byte order mark, CRLF, blank lines and rows of commas leave no trace", () => {
  expect(textsOf("\uFEFFa,b\r\n\r\n , ,\r\nc,d")).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
});

test("rows and cells know their line, also after a quoted line break", () => {
  const rows = parseCsv('a,"x\ny"\n\nb\n');
  expect(rows.map((it) => it.line)).toEqual([1, 4]);
});

test("a quote that never closes is an ordinary character", () => {
  expect(textsOf('a,"b\nc')).toEqual([["a", '"b'], ["c"]]);
});

test("what is written is read back, and every cell knows its place in the text", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "1", ",", '"', "\n", "\r", " ", "é") });
  fc.assert(
    fc.property(fc.array(fc.array(word, { minLength: 1, maxLength: 4 }), { maxLength: 5 }), (table) => {
      const text = table.map((row) => row.map(toCsvCell).join(",")).join("\n");
      const rows = parseCsv(text);
      const wanted = table
        .map((row) => row.map((it) => it.trim()))
        .filter((row) => row.some((it) => it !== ""));
      expect(rows.map((row) => row.cells.map((it) => it.text))).toEqual(wanted);
      for (const cell of rows.flatMap((it) => it.cells)) {
        expect(textsOf(text.slice(cell.start, cell.end))).toEqual(cell.text === "" ? [] : [[cell.text]]);
      }
    }),
    { seed: 7, numRuns: 200 },
  );
});
