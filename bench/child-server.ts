/** A server in a process of its own, so that the load generator does not share its event loop. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** What a server prints as its first line when it listens. */
const ReadySchema = z.object({
  address: z.string(),
  tokens: z.record(z.string(), z.string()).default({}),
});

export interface ChildServer {
  /** For example http://127.0.0.1:40123 */
  readonly address: string;
  /** By role. */
  readonly tokens: Readonly<Record<string, string>>;
  /** SIGTERM lets it finish; SIGKILL does not. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** Starts a compiled entry (dist/) with nothing but this environment. */
export async function startChildServer(
  entry: URL,
  environment: Readonly<Record<string, string>>,
): Promise<ChildServer> {
  const child = spawn(process.execPath, ["--enable-source-maps", fileURLToPath(entry)], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = exited.then(([code]) => {
    throw new Error(`${entry.pathname} ended with status ${code} before it listened`);
  });
  const [line]: Buffer[] = await Promise.race([once(child.stdout, "data"), ended]);
  ended.catch(() => undefined);
  return {
    ...ReadySchema.parse(JSON.parse(String(line))),
    async stop(signal) {
      child.kill(signal);
      await exited;
      process.removeListener("exit", kill);
    },
  };
}

/** The whole service; `networks` are files to load. */
export const startService = (of: {
  readonly folder: string;
  readonly networks: readonly string[];
  readonly workers: number;
}): Promise<ChildServer> =>
  startChildServer(new URL("../src/run-service.test-support.js", import.meta.url), {
    GREENWAVE_DATA: of.folder,
    GREENWAVE_PORT: "0",
    GREENWAVE_LOG_LEVEL: "silent",
    GREENWAVE_WORKERS: String(of.workers),
    GREENWAVE_NETWORKS: of.networks.join(","),
  });
