import path from "node:path";
import type { Command } from "commander";
import { startController } from "../controllers/reference/run-controller.ts";
import { AppError } from "../errors.ts";
import { untilInterrupted } from "./serve.ts";
import { EXIT, note, readNetwork, readPlan, readText } from "./terminal.ts";

interface ControllerCommandOptions {
  readonly url: string;
  readonly id: string;
  readonly tokenFile: string;
  readonly centreKeyFile: string;
  readonly network: string;
  readonly plan?: string;
  readonly state?: string;
}

/** `greenwave controller`: the reference controller of one intersection, until it is interrupted. */
export function addController(program: Command, exit: (code: number) => void): void {
  program
    .command("controller")
    .description("run the reference controller of one intersection; ends when interrupted")
    .requiredOption("--url <url>", "the service: ws:, wss:, http: or https:")
    .requiredOption("--id <id>", "intersection, which names its controller too")
    .requiredOption("--token-file <file>", "file with the controller's own token; - reads standard input")
    .requiredOption("--centre-key-file <file>", "file with the service's public signing key (PEM, Ed25519)")
    .requiredOption("--network <file>", "network file; the controller trusts its own copy alone")
    .option("--plan <file>", "plan to run without the service (default: plan.json beside the network)")
    .option("--state <file>", "where the plan that it is bound to survives a restart")
    .action(async (options: ControllerCommandOptions) => {
      const { id } = options;
      const controller = startController({
        id,
        url: options.url,
        network: readNetwork(options.network),
        fallbackPlan: findTimingPlan(options),
        token: readText(options.tokenFile).trim(),
        centreKeyPem: readText(options.centreKeyFile),
        ...(options.state === undefined ? {} : { statePath: options.state }),
        onNote: ({ kind, detail }) => note(`controller ${id}: ${kind}: ${detail}`),
      });
      await untilInterrupted();
      controller.stop();
      exit(EXIT.ok);
    });
}

function findTimingPlan({ id, network, plan }: ControllerCommandOptions) {
  const file = plan ?? path.join(path.dirname(network), "plan.json");
  const found = readPlan(file).timingPlans.find((it) => it.intersectionId === id);
  if (found !== undefined) return found;
  throw new AppError("invalidInput", `${file} holds no plan for intersection ${id}`);
}
