/** JSON that is small and still shows what changed: the document's keys, and the elements of its lists, one a line. */
import { z } from "zod";

export function formatJson(document: object): string {
  const lines = Object.entries(document).map(([key, value]) => {
    const text =
      Array.isArray(value) && value.length > 0
        ? `[\n    ${value.map((it) => JSON.stringify(it)).join(",\n    ")}\n  ]`
        : JSON.stringify(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** A value without the keys that hold what the schema fills in by default. */
export function omitDefaults(schema: z.core.$ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return omitDefaults(schema.def.innerType, value);
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((it) => omitDefaults(schema.element, it));
  }
  if (schema instanceof z.ZodObject && typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, member]) => {
        const own = schema.shape[key];
        if (own === undefined) return [[key, member]];
        if (own instanceof z.ZodDefault && JSON.stringify(own.def.defaultValue) === JSON.stringify(member)) {
          return [];
        }
        return [[key, omitDefaults(own, member)]];
      }),
    );
  }
  return value;
}
