/** The network file's JSON Schema, for docs/network.schema.json: what an author may write, so defaults are optional. */
import { z } from "zod";
import { NetworkSchema } from "./network.schema.ts";

export function buildNetworkJsonSchema(): unknown {
  return z.toJSONSchema(NetworkSchema, { io: "input" });
}
