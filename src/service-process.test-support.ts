/** The service as a child process that a test may kill: the sample network, a data folder that outlives it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { compiledUrl } from "./control/compiled-url.ts";
import { buildSampleNetwork } from "./network/sample-network.test-support.ts";

export interface ServiceProcess {
  readonly child: ChildProcess;
  readonly address: string;
  /** One for every role but that of a controller. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** `environment` adds to the settings of the process or overrides them. */
export async function startServiceProcess(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const networkFile = path.join(folder, "network.json");
  writeFileSync(networkFile, JSON.stringify(buildSampleNetwork()));
  const entry = fileURLToPath(compiledUrl("./run-service.test-support.ts", import.meta.url));
  const child = spawn(process.execPath, [entry], {
    env: {
      PATH: process.env["PATH"],
      GREENWAVE_DATA: dataFolderOf(folder),
      GREENWAVE_PORT: "0",
      GREENWAVE_LOG_LEVEL: "silent",
      GREENWAVE_WORKERS: "1",
      GREENWAVE_NETWORKS: networkFile,
      ...environment,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit").then(() => {
    throw new Error("the service ended before it listened");
  });
  const [line]: Buffer[] = await Promise.race([once(child.stdout, "data"), ended]);
  return { child, ...JSON.parse(String(line)) };
}

export const dataFolderOf = (folder: string): string => path.join(folder, "data");
