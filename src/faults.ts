/** What a schema found wrong, as faults with paths. */
import type { Fault } from "./errors.ts";

/** The part of a zod issue that is read here. */
export interface SchemaIssue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

/** One fault per unknown key, so that each has a path of its own. */
export function toFaults(issues: readonly SchemaIssue[]): Fault[] {
  return issues.flatMap(({ code, path, message, keys }) =>
    code === "unrecognized_keys" && keys !== undefined
      ? keys.map((key) => ({ path: [...path, key].map(String).join("."), message: "unknown key" }))
      : [{ path: path.map(String).join("."), message }],
  );
}
