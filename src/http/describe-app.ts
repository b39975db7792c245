/** What an app says of itself in OpenAPI. */
import type { FastifyInstance } from "fastify";

/** The app's document with those components only that its routes refer to: other schemas of the program are not its. */
export function describeApp(app: FastifyInstance): unknown {
  const { components = {}, ...document } = structuredClone(app.swagger()) as OpenApiDocument;
  for (const { requestBody } of Object.values(document.paths).flatMap((it) => Object.values(it))) {
    // The same schema stands for every media type of a route, but CSV is text.
    if (requestBody?.content["text/csv"]) requestBody.content["text/csv"] = { schema: { type: "string" } };
  }
  const schemas = components.schemas ?? {};
  const used = new Set<string>();
  const follow = (value: unknown): void => {
    for (const name of listReferences(value)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(schemas[name]);
    }
  };
  follow(document);
  const kept = Object.entries(schemas).filter(([name]) => used.has(name));
  kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...document, components: { ...components, schemas: Object.fromEntries(kept) } };
}

interface OpenApiDocument {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly requestBody?: { content: Record<string, object> } }>>>
  >;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

const listReferences = (value: unknown): string[] =>
  [...(JSON.stringify(value) ?? "").matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((it) => it[1] ?? "");
