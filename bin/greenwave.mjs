#!/usr/bin/env node
import { existsSync } from "node:fs";

const entry = new URL("../dist/src/cli.js", import.meta.url);
if (!existsSync(entry)) {
  process.stderr.write("greenwave: not built yet; run `npm run build` once\n");
  process.exit(1);
}
const { main } = await import(entry.href);
process.exitCode = await main(process.argv.slice(2));
