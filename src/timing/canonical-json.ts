/**
 * One text for one value: JSON with sorted keys and no white space, the form that plans are hashed and signed in.
 * Follows RFC 8785 (keys in UTF-16 order, numbers and strings as ECMAScript writes them). Absent properties
 * (`undefined`) are left out, so a value and what JSON makes of it have the same text.
 */
import { assert } from "../errors.ts";

/** The canonical text of plain data; stops at what JSON cannot say (functions, NaN, infinities). */
export function toCanonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toCanonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value)
      .filter(([, content]) => content !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, content]) => `${JSON.stringify(key)}:${toCanonicalJson(content)}`);
    return `{${pairs.join(",")}}`;
  }
  assert(typeof value !== "number" || Number.isFinite(value), `${value} has no JSON`);
  const text: string | undefined = JSON.stringify(value);
  assert(text !== undefined, `a ${typeof value} has no JSON`);
  return text;
}
