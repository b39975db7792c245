/**
 * The documents that the code writes: OpenAPI, the network file's and the device protocol's JSON Schema.
 * `npm run docs:generate` writes them, with `--check` it fails when the committed ones differ.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildProtocolJsonSchema } from "./controllers/protocol-json-schema.ts";
import { buildOpenApi } from "./http/openapi.ts";
import { buildNetworkJsonSchema } from "./network/network-json-schema.ts";

const documents: Readonly<Record<string, () => unknown>> = {
  "openapi.json": buildOpenApi,
  "network.schema.json": buildNetworkJsonSchema,
  "device-protocol.schema.json": buildProtocolJsonSchema,
};

const isCheck = process.argv.includes("--check");
let differing = 0;
for (const [name, build] of Object.entries(documents)) {
  // The compiled form lies in dist/src, two floors below the project.
  const file = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
  const text = `${JSON.stringify(await build(), null, 2)}\n`;
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
