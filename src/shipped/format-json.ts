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

/** A document without the keys that hold what the schema fills in by default. */
export function omitDefaults(schema: z.ZodObject, document: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(document).flatMap(([key, member]) => {
      const own = schema.shape[key];
      return own === undefined || holdsDefault(own, member) ? [] : [[key, omitInside(own, member)]];
    }),
  );
}

const holdsDefault = (schema: z.core.$ZodType, value: unknown): boolean =>
  schema instanceof z.ZodDefault && JSON.stringify(schema.def.defaultValue) === JSON.stringify(value);

function omitInside(schema: z.core.$ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) {
    return omitInside(schema.def.innerType, value);
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((it) => omitInside(schema.element, it));
  }
  if (schema instanceof z.ZodObject && typeof value === "object" && value !== null) {
    return omitDefaults(schema, value);
  }
  return value;
}
