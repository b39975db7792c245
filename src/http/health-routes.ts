/** For those who run the service: is it alive, can it work, what does it count, how is it called. No token needed. */
import { z } from "zod";
import type { Api } from "./api.ts";
import { describeApp } from "./describe-app.ts";
import type { Metrics } from "./metrics.ts";

export function registerHealthRoutes(
  app: Api,
  deps: { readonly metrics: Metrics; readonly listObstacles: () => string[] },
): void {
  app.route({
    method: "GET",
    url: "/healthz",
    schema: {
      summary: "The process is alive",
      tags: ["health"],
      security: [],
      response: { 200: z.strictObject({ status: z.literal("ok") }) },
    },
    handler: () => ({ status: "ok" as const }),
  });
  const readiness = z.strictObject({
    status: z.enum(["ready", "notReady"]),
    obstacles: z.array(z.string()),
  });
  app.route({
    method: "GET",
    url: "/readyz",
    schema: {
      summary: "The service can take work",
      tags: ["health"],
      security: [],
      response: { 200: readiness, 503: readiness },
    },
    handler: async (_request, reply) => {
      const obstacles = deps.listObstacles();
      const ready = obstacles.length === 0;
      return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "notReady", obstacles });
    },
  });
  app.route({
    method: "GET",
    url: "/metrics",
    schema: {
      summary: "Metrics for Prometheus",
      tags: ["health"],
      security: [],
      response: { 200: z.string() },
    },
    handler: async (_request, reply) => {
      const { registry } = deps.metrics;
      return reply
        .type(registry.contentType)
        .serializer(String)
        .send(await registry.metrics());
    },
  });
  app.route({
    method: "GET",
    url: "/openapi.json",
    schema: { hide: true },
    handler: async (_request, reply) => reply.type("application/json").send(JSON.stringify(describeApp(app))),
  });
}
