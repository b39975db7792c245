/** Entry of the pool's worker threads: the pure functions that would keep the event loop too long. */
import { createHash } from "node:crypto";
import type { Fault } from "../errors.ts";
import type { Network } from "../network/network.schema.ts";
import { parseNetwork } from "../network/parse-network.ts";
import { toCanonicalJson } from "../timing/canonical-json.ts";
import { serveTasks } from "./serve-tasks.ts";

/** A network document as text, judged. */
export type ReadNetwork =
  | { readonly kind: "ok"; readonly network: Network; readonly hash: string; readonly document: string }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

const tasks = {
  readNetwork({ text }: { readonly text: string }): ReadNetwork {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      return { kind: "invalid", faults: [{ path: "", message: `not JSON: ${(error as Error).message}` }] };
    }
    const parsed = parseNetwork(json);
    if (parsed.kind === "invalid") return parsed;
    const document = toCanonicalJson(parsed.network);
    return { ...parsed, document, hash: createHash("sha256").update(document).digest("hex") };
  },
};

export type SolveTasks = typeof tasks;

serveTasks(tasks);
