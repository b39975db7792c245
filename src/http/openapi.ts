/** The description of the whole HTTP interface, made from the routes' own schemas. */
import { type AppDeps, buildApp } from "./app.ts";
import { describeApp } from "./describe-app.ts";

/** The document that docs/openapi.json holds; routes are listed, none is called, so they need nothing to work on. */
export async function buildOpenApi(): Promise<unknown> {
  const app = await buildApp({} as AppDeps);
  await app.ready();
  return describeApp(app);
}
