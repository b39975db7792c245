/** Numbers on the command line, for commander's options. */
import { InvalidArgumentError } from "commander";

interface Range {
  /** The least that is allowed. */
  readonly from?: number;
  /** Or what it must be greater than. */
  readonly above?: number;
  readonly to?: number;
}

export const parseNumber = (range: Range): ((text: string) => number) => parseWith("a number", range);

export const parseWhole = (range: Range): ((text: string) => number) => parseWith("a whole number", range);

function parseWith(what: "a number" | "a whole number", range: Range): (text: string) => number {
  const { from = Number.NEGATIVE_INFINITY, above = Number.NEGATIVE_INFINITY, to } = range;
  const fits = what === "a number" ? Number.isFinite : Number.isInteger;
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (fits(value) && value >= from && value > above && value <= (to ?? Number.POSITIVE_INFINITY))
      return value;
    throw new InvalidArgumentError(`wanted ${what}${describe(range)}`);
  };
}

function describe({ from, above, to }: Range): string {
  if (from !== undefined) return to === undefined ? `, ${from} or more` : ` from ${from} to ${to}`;
  return to === undefined ? ` above ${above}` : ` above ${above} and up to ${to}`;
}
