/**
 * A network file from outside: its structure and values first (zod), then everything that refers to something else.
 * References can only be followed where the structure is sound, so a file with faults of the first kind shows those of
 * the second kind once the first are mended; within each kind every fault is reported at once.
 */
import type { Fault } from "../errors.ts";
import { toFaults } from "../faults.ts";
import { checkReferences } from "./check-references.ts";
import { type Network, NetworkSchema } from "./network.schema.ts";

export type ParsedNetwork =
  | { readonly kind: "ok"; readonly network: Network }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

export function parseNetwork(json: unknown): ParsedNetwork {
  const parsed = NetworkSchema.safeParse(json);
  if (!parsed.success) return { kind: "invalid", faults: toFaults(parsed.error.issues) };
  const faults = checkReferences(parsed.data);
  return faults.length === 0 ? { kind: "ok", network: parsed.data } : { kind: "invalid", faults };
}
