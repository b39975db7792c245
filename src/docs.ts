/**
 * The documents that the code writes: OpenAPI, the network file's and the device protocol's JSON Schema.
 * `npm run docs:generate` writes them, with `--check` it fails when the committed ones differ.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chooseRoute, readCorridor } from "./commands/corridor-files.ts";
import { buildDefaultRequest } from "./commands/route-options.ts";
import { drawSolved } from "./commands/solve.ts";
import { buildProtocolJsonSchema } from "./controllers/protocol-json-schema.ts";
import { buildOpenApi } from "./http/openapi.ts";
import { buildNetworkJsonSchema } from "./network/network-json-schema.ts";
import { solveRoute } from "./solver/route/solve-route.ts";

/** The compiled form lies in dist/src, two floors below the project. */
const inProject = (place: string): string => fileURLToPath(new URL(`../../${place}`, import.meta.url));
const toJson = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

const documents: Readonly<Record<string, () => string | Promise<string>>> = {
  "openapi.json": async () => toJson(await buildOpenApi()),
  "network.schema.json": () => toJson(buildNetworkJsonSchema()),
  "device-protocol.schema.json": () => toJson(buildProtocolJsonSchema()),
  "canal-street.svg": drawCanalStreet,
};

/** The README's picture: what `greenwave solve networks/canal-street --svg FILE` draws. */
function drawCanalStreet(): string {
  const corridor = readCorridor(inProject("networks/canal-street"), {});
  const route = chooseRoute(corridor.index, undefined);
  const answer = solveRoute(buildDefaultRequest(corridor, route));
  if (answer.kind === "infeasible") throw new Error(answer.reasons.join("; "));
  return drawSolved(corridor.index, route, answer);
}

const isCheck = process.argv.includes("--check");
let differing = 0;
for (const [name, build] of Object.entries(documents)) {
  const file = inProject(`docs/${name}`);
  const text = await build();
  const isSame = existsSync(file) && readFileSync(file, "utf8") === text;
  if (isSame) continue;
  differing += 1;
  if (isCheck) process.stderr.write(`docs/${name} is not what the code says: run npm run docs:generate\n`);
  else {
    writeFileSync(file, text);
    process.stdout.write(`docs/${name} written\n`);
  }
}
process.exitCode = isCheck && differing > 0 ? 1 : 0;
