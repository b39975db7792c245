/**
 * A network file from outside: its structure and values first (zod), then everything that refers to something else.
 * References can only be followed where the structure is sound, so a file with faults of the first kind shows those of
 * the second kind once the first are mended; within each kind every fault is reported at once.
 */
import type { Fault } from "../errors.ts";
import { checkReferences } from "./check-references.ts";
import { type Network, NetworkSchema } from "./network.schema.ts";

export type ParsedNetwork =
  | { readonly kind: "ok"; readonly network: Network }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

export function parseNetwork(json: unknown): ParsedNetwork {
  const parsed = NetworkSchema.safeParse(json);
  if (!parsed.success) return { kind: "invalid", faults: parsed.error.issues.flatMap(toFaults) };
  const faults = checkReferences(parsed.data);
  return faults.length === 0 ? { kind: "ok", network: parsed.data } : { kind: "invalid", faults };
}

/** One fault per unknown key, so that each has a path of its own. */
function toFaults(issue: {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}): Fault[] {
  const keys = issue.code === "unrecognized_keys" ? issue.keys : undefined;
  if (keys === undefined) return [{ path: issue.path.map(String).join("."), message: issue.message }];
  return keys.map((key) => ({ path: [...issue.path, key].map(String).join("."), message: "unknown key" }));
}
