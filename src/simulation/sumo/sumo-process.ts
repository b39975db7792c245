/**
 * The `sumo` program as a child process: found on the path, killed with us, and its last words kept for the message when
 * it fails. Debian's build needs SUMO_HOME to read files without the network.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { AppError, known } from "../../errors.ts";
import { TraciClient } from "./traci-client.ts";

const PROGRAM = "sumo";
const DEBIAN_HOME = "/usr/share/sumo";
/** Large nets take long to load before the port opens, ms. */
const OPEN_LIMIT_MS = 300_000;
const RETRY_MS = 20;
/** How much of what it says is kept, characters. */
const LAST_WORDS = 4000;

/** A run that is moved from here, step by step. */
export interface SumoSession {
  readonly client: TraciClient;
  /** Ends the run and waits until its outputs are written. */
  finish(): Promise<void>;
  /** Ends the process at once. */
  kill(): void;
}

/** Runs to its end by itself. Rejects with `unavailable` when the program is absent or fails. */
export async function runSumo(args: readonly string[]): Promise<void> {
  const running = launch(args);
  const failure = await running.ended;
  if (failure !== undefined) throw new AppError("unavailable", failure);
}

/** Starts a run that waits for steps. Rejects with `unavailable` when the port never opens. */
export async function startSumo(
  args: readonly string[],
  { openLimitMs = OPEN_LIMIT_MS }: { readonly openLimitMs?: number } = {},
): Promise<SumoSession> {
  const port = await findFreePort();
  const running = launch([...args, "--remote-port", String(port), "--num-clients", "1"]);
  try {
    const client = await connectTo(running, port, openLimitMs);
    // The port is open before the net is read: the first answer says that the run is ready.
    await client.getVersion();
    return {
      client,
      async finish() {
        await client.close();
        const failure = await running.ended;
        if (failure !== undefined) throw new AppError("unavailable", failure);
      },
      kill: running.kill,
    };
  } catch (error) {
    running.kill();
    throw error;
  }
}

interface Running {
  /** Undefined: it ended well; else what went wrong. */
  readonly ended: Promise<string | undefined>;
  readonly hasEnded: () => boolean;
  readonly kill: () => void;
}

function launch(args: readonly string[]): Running {
  const { SUMO_HOME = existsSync(DEBIAN_HOME) ? DEBIAN_HOME : undefined } = process.env;
  const child = spawn(PROGRAM, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...(SUMO_HOME === undefined ? {} : { SUMO_HOME }) },
  });
  let hasEnded = false;
  const ended = follow(child).then((failure) => {
    hasEnded = true;
    process.off("exit", kill);
    return failure;
  });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  return { ended, hasEnded: () => hasEnded, kill };
}

function follow(child: ChildProcess): Promise<string | undefined> {
  let words = "";
  known(child.stderr ?? undefined, "standard error of SUMO").on("data", (chunk: Buffer) => {
    words = (words + chunk.toString("utf8")).slice(-LAST_WORDS);
  });
  return new Promise((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === "ENOENT"
          ? "the program `sumo` is not on the path; Eclipse SUMO 1.15 or newer is needed (Debian: apt-get install sumo)"
          : `sumo cannot be started: ${error.message}`,
      ),
    );
    child.once("close", (code, signal) =>
      resolve(code === 0 ? undefined : `sumo ended with ${signal ?? `code ${code}`}: ${words.trim()}`),
    );
  });
}

async function connectTo(running: Running, port: number, openLimitMs: number): Promise<TraciClient> {
  const deadlineMs = performance.now() + openLimitMs;
  for (;;) {
    try {
      return await TraciClient.connect(port, running.ended);
    } catch (error) {
      if (running.hasEnded()) {
        throw new AppError("unavailable", (await running.ended) ?? "sumo ended before its port opened");
      }
      if (performance.now() > deadlineMs) throw error;
    }
    await wait(RETRY_MS);
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null
          ? resolve(address.port)
          : reject(new AppError("unavailable", "no free port")),
      );
    });
  });
}
