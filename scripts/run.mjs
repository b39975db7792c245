// The first thing that every npm script runs: on Node built-ins alone, it installs what is missing,
// compiles what is stale and then starts the command. So `npm test` works in a fresh clone.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const marker = path.join(root, "node_modules", ".greenwave-lock");
const bin = (name) => path.join(root, "node_modules", ".bin", name);

/** Runs a command to its end; ends this process with its status when it fails. */
function must(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (result.error) fail(`cannot start ${command}: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

function fail(message) {
  process.stderr.write(`greenwave: ${message}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Node ${process.versions.node} is too old: 20.19 or newer is needed`);
  }
}

/** Installs the locked packages when they are missing or the lock file has changed since. */
function install() {
  const wanted = createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return;
  process.stderr.write("greenwave: installing packages (once) …\n");
  const result = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (result.status !== 0) fail("npm ci failed; its messages stand above");
  writeFileSync(marker, wanted);
}

export function build() {
  must(bin("tsc"), ["-p", "tsconfig.build.json"]);
}

/** The project's own words; every other word is a command of node_modules/.bin. */
const commands = {
  build: () => build(),
  greenwave: (args) => {
    build();
    must(process.execPath, ["--enable-source-maps", "bin/greenwave.mjs", ...args]);
  },
  bench: (args) => {
    build();
    must(process.execPath, ["--enable-source-maps", "dist/bench/main.js", ...args]);
  },
  study: (args) => {
    build();
    must(process.execPath, ["--enable-source-maps", "dist/bench/corridor-study.js", ...args]);
  },
  docs: (args) => {
    build();
    must(process.execPath, ["--enable-source-maps", "dist/src/docs.js", ...args]);
  },
  verify: () => {
    must(bin("biome"), ["check", "--error-on-warnings", "."]);
    must(bin("tsc"), ["--noEmit"]);
    must(bin("vitest"), ["run"]);
    build();
  },
  "verify:full": (args) => {
    build();
    must(process.execPath, ["--enable-source-maps", "dist/bench/verify-full.js", ...args]);
  },
  verification: (args) => {
    build();
    must(process.execPath, ["--enable-source-maps", "dist/bench/cases/write-verification.js", ...args]);
  },
};

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [name, ...args] = process.argv.slice(2);
  if (!name) fail("usage: node scripts/run.mjs COMMAND [ARGUMENTS]");
  checkNode();
  install();
  const own = commands[name];
  if (own) own(args);
  else must(bin(name), args);
}
