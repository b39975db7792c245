/** The command line. Each word has a file in `commands/`; this one only puts them together. */
import { Command, CommanderError } from "commander";
import { addBands } from "./commands/bands.ts";
import { addCheck } from "./commands/check.ts";
import { addController } from "./commands/controller.ts";
import { addDemo } from "./commands/demo.ts";
import { addEvaluate } from "./commands/evaluate.ts";
import { addExport, addImport, addTemplate } from "./commands/exchange.ts";
import { addExplain } from "./commands/explain.ts";
import { addFront } from "./commands/front.ts";
import { addMeasures } from "./commands/measures.ts";
import { addOptimize } from "./commands/optimize.ts";
import { addRobust } from "./commands/robust.ts";
import { addSchedule } from "./commands/schedule.ts";
import { addSegment } from "./commands/segment.ts";
import { addServe } from "./commands/serve.ts";
import { addSolve } from "./commands/solve.ts";
import { addSumo } from "./commands/sumo.ts";
import { EXIT, reportFailure } from "./commands/terminal.ts";

const EPILOGUE = `
Units: seconds, meters, meters per second, vehicles per hour, unless an option says otherwise.
Exit codes: 0 done; 1 done, and the answer is no (infeasible, blocked, not all controllers run the plan);
2 wrong usage or input; 3 something outside failed (a port, a file, a service).`;

const WORDS = [
  addDemo,
  addServe,
  addCheck,
  addTemplate,
  addImport,
  addExport,
  addSolve,
  addFront,
  addRobust,
  addOptimize,
  addBands,
  addEvaluate,
  addExplain,
  addSegment,
  addSchedule,
  addMeasures,
  addController,
  addSumo,
];

/** Runs one command; answers its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  const exit = (value: number): void => {
    code = value;
  };
  const program = new Command("greenwave")
    .description(
      "Signal timing for streets: detector counts in, provably best green waves out, safe plans on controllers",
    )
    .addHelpText("after", EPILOGUE)
    .showHelpAfterError("(greenwave --help lists the commands)")
    .exitOverride();
  for (const add of WORDS) add(program, exit);
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return reportFailure(error);
  }
}
