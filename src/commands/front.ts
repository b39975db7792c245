import type { Command } from "commander";
import type { FrontPoint, FrontSolved } from "../solver/route/front-request.ts";
import { solveFront } from "../solver/route/solve-front.ts";
import { chooseRoute, readCorridor } from "./corridor-files.ts";
import { describeNoPlan, fixed } from "./describe-measures.ts";
import { parseNumber, parseWhole } from "./parse-number.ts";
import { writePlan } from "./plan-files.ts";
import { addRouteOptions, type RouteOptions, toRequest } from "./route-options.ts";
import { EXIT, formatTable, note, print, printJson } from "./terminal.ts";

interface FrontOptions extends RouteOptions {
  readonly points: number;
  readonly floor?: number;
  readonly pick?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** `greenwave front`: plans from least delay to widest band, and what each gives up. */
export function addFront(program: Command, exit: (code: number) => void): void {
  addRouteOptions(
    program
      .command("front")
      .description("show the trade between a route's bands and everybody's delay: a plan at every step"),
  )
    .option("--points <count>", "how many plans, 2…50", parseWhole({ from: 2, to: 50 }), 10)
    .option(
      "--floor <seconds>",
      "least band of both directions, s: a protected route's",
      parseNumber({ above: 0 }),
    )
    .option("--pick <number>", "write this plan of the table with --out", parseWhole({ from: 1 }))
    .option("--out <file>", "write the picked plan (JSON; default: the one of least delay)")
    .option("--json", "print a machine-readable result")
    .action((where: string, options: FrontOptions) => {
      const corridor = readCorridor(where, options);
      const { band: _band, aim: _aim, ...question } = toRequest(corridor, options);
      const startedAt = performance.now();
      const answer = solveFront({
        ...question,
        points: options.points,
        ...(options.floor === undefined ? {} : { floorS: options.floor }),
      });
      const tookMs = performance.now() - startedAt;
      if (options.json) printJson(answer);
      else if (answer.kind === "infeasible") {
        print(describeNoPlan(answer.reasons));
      } else {
        const route = chooseRoute(corridor.index, options.route);
        print(`${corridor.index.network.name}, route ${route.name ?? route.id}`);
        print(describeFront(answer));
        note(
          `${answer.points.length} plans in ${fixed(tookMs, 0)} ms, ${answer.work.evaluations} evaluations`,
        );
      }
      const picked = answer.kind === "solved" ? answer.points[(options.pick ?? 1) - 1] : undefined;
      if (answer.kind === "solved" && picked === undefined) note(`there is no plan ${options.pick} to pick`);
      if (options.out !== undefined && picked !== undefined) {
        writePlan(options.out, corridor, {
          idSuffix: `front-${options.pick ?? 1}`,
          timingPlans: picked.timingPlans,
        });
      }
      exit(picked === undefined ? EXIT.negative : EXIT.ok);
    });
}

function describeFront({ points }: FrontSolved): string {
  const head = [
    "plan",
    "cycle, s",
    "band out/in, s",
    "delay, veh·h/h",
    "stops/h",
    "gives up",
    "1 s more band costs",
  ];
  return formatTable(
    head,
    points.map((it, at) => [
      at + 1,
      fixed(it.cycleS, 0),
      `${fixed(it.bandwidthS.outbound, 1)}/${fixed(it.bandwidthS.inbound, 1)}`,
      fixed(it.measures.totalDelayVehHPerH, 1),
      fixed(it.measures.totalStopsVph, 0),
      describeSacrifice(it),
      it.costPerBandS === undefined ? "–" : `${fixed(it.costPerBandS, 2)} veh·h/h`,
    ]),
  );
}

function describeSacrifice({ givesUp, cycleS }: FrontPoint): string {
  const delay = givesUp.delayVehHPerH > 0 ? [`${fixed(100 * givesUp.delayRatio, 1)} % more delay`] : [];
  const band = givesUp.bandRatio > 0 ? [`${fixed(givesUp.bandRatio * cycleS, 1)} s of band`] : [];
  const [payer] = givesUp.payers;
  const who = payer === undefined ? "" : `, most at ${payer.intersectionId} ${payer.movementId}`;
  return [...band, ...delay.map((it) => it + who)].join("; ") || "–";
}
