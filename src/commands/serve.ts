import type { Command } from "commander";
import { type Config, listConfigOptions, parseConfig } from "../config.ts";
import { AppError } from "../errors.ts";
import { startService } from "../main.ts";
import { EXIT, note, print } from "./terminal.ts";

/** `greenwave serve`: the service, until it is interrupted. */
export function addServe(program: Command, exit: (code: number) => void): void {
  const command = program
    .command("serve")
    .description("run the service: HTTP, counts, solves, plans and the controllers' link, on one port")
    .option("--init-admin", "issue an administrator's token, print it once on standard output and go on");
  for (const { flag, environment, description } of listConfigOptions()) {
    command.option(`${flag} <value>`, `${description} (${environment})`);
  }
  command.action(async ({ initAdmin, ...flags }: { initAdmin?: boolean } & Record<string, unknown>) => {
    const service = await startService(readConfig(flags));
    note(`greenwave listens on ${service.address}; ${service.address}/docs describes it`);
    if (initAdmin === true) {
      print(await service.issueFirstAdminToken());
    }
    await untilInterrupted();
    await service.close();
    exit(EXIT.ok);
  });
}

function readConfig(flags: Readonly<Record<string, unknown>>): Config {
  const parsed = parseConfig({ environment: process.env, flags });
  if (parsed.kind === "ok") return parsed.config;
  throw new AppError("invalidInput", "the configuration has faults", { faults: parsed.faults });
}

export const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
