/** Networks in and out, whole documents only. */
import { z } from "zod";
import type { NetworkRegistry } from "../control/network-registry.ts";
import { NetworkVersionSchema } from "../control/records.schema.ts";
import { AppError } from "../errors.ts";
import { type Network, NetworkSchema } from "../network/network.schema.ts";
import { type Api, documentedAs, NetworkParamsSchema, PROBLEMS, principalOf } from "./api.ts";

const MAX_NETWORK_BYTES = 64 * 1024 * 1024;

/** The same schema, for values that nobody may change. */
const NetworkAnswerSchema: z.ZodType<Network> = NetworkSchema;

export function registerNetworkRoutes(api: Api, { networks }: { readonly networks: NetworkRegistry }): void {
  // A worker reads the document: a district has megabytes of it.
  api.removeContentTypeParser("application/json");
  api.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) =>
    done(null, body),
  );
  api.route({
    method: "GET",
    url: "/networks",
    config: { access: "anyRole" },
    schema: {
      summary: "List the networks in their newest version",
      tags: ["networks"],
      response: { 200: z.strictObject({ networks: z.array(NetworkVersionSchema) }), ...PROBLEMS },
    },
    handler: () => ({ networks: networks.list().map((it) => it.version) }),
  });
  api.route({
    method: "GET",
    url: "/networks/:networkId",
    config: { access: "anyRole" },
    schema: {
      summary: "Get a network in its newest version",
      tags: ["networks"],
      params: NetworkParamsSchema,
      response: { 200: NetworkAnswerSchema, ...PROBLEMS },
    },
    handler: async (request, reply) => {
      const { version, network, shared } = networks.get(request.params.networkId);
      // Already judged when it came in: sent as it is.
      return reply
        .header("etag", `"${version.hash}"`)
        .type("application/json; charset=utf-8")
        .serializer(() => Buffer.from(shared.bytes).toString("utf8"))
        .send(network);
    },
  });
  api.route({
    method: "PUT",
    url: "/networks/:networkId",
    bodyLimit: MAX_NETWORK_BYTES,
    config: { access: ["engineer"] },
    schema: {
      summary: "Keep a network; the same content again changes nothing",
      tags: ["networks"],
      params: NetworkParamsSchema,
      // Text on the way in: a worker parses and judges it.
      body: z.unknown().meta(documentedAs(NetworkSchema)),
      response: { 200: NetworkVersionSchema, ...PROBLEMS },
    },
    handler: async (request) => {
      const outcome = await networks.put({
        expectedId: request.params.networkId,
        text: String(request.body),
        actorId: principalOf(request).id,
      });
      if (outcome.kind === "stored") return outcome.version;
      const { faults } = outcome;
      throw new AppError("invalidInput", `the network has ${faults.length} faults`, { faults });
    },
  });
}
