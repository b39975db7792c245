import type { Command } from "commander";
import { listAssumptions } from "../network/list-assumptions.ts";
import { EXIT, print, printJson, readNetwork } from "./terminal.ts";

/** `greenwave check FILE`: every fault of a network file, or what it holds and what is assumed. */
export function addCheck(program: Command, exit: (code: number) => void): void {
  program
    .command("check")
    .description(
      "check a network file: every fault at once with its path, or what it holds and the assumptions made",
    )
    .argument("<file>", "network file (JSON); - reads standard input")
    .option("--json", "print a machine-readable result")
    .action((file: string, options: { json?: boolean }) => {
      const network = readNetwork(file);
      const assumptions = listAssumptions(network);
      const holds = {
        intersections: network.intersections.length,
        links: network.links.length,
        lengthKm: Math.round(network.links.reduce((sum, it) => sum + it.lengthM, 0) / 100) / 10,
        detectors: network.detectors.length,
        routes: network.routes.length,
        eventLanes: network.eventLanes.length,
      };
      if (options.json) printJson({ kind: "ok", id: network.id, ...holds, assumptions });
      else {
        print(`${network.name} (${network.id}), ${network.jurisdiction}, ${network.timeZone}: no fault`);
        for (const [what, count] of Object.entries(holds)) print(`  ${what.padEnd(14)} ${count}`);
        print(assumptions.length === 0 ? "No assumptions." : `Assumptions (${assumptions.length}):`);
        for (const sentence of assumptions) print(`  - ${sentence}`);
      }
      exit(EXIT.ok);
    });
}
