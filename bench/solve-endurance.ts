/**
 * The service under lasting and under too much load: 10,000 what-if solves, each of another demand, with the memory of
 * the process early and late; then more questions at once than the queue holds, which are to be refused with a time to
 * try again, while those in the queue are answered.
 */
import { z } from "zod";
import type { Part } from "./part.ts";
import { readResidentMiB } from "./resident-memory.ts";
import { solve, startSolving } from "./solve-http.ts";
import { buildDemand, buildSolveWorkload, QUESTION, type SolveWorkload } from "./solve-workload.ts";

const SIGNALS = 10;
const SOLVES = 10_000;
const CONNECTIONS = 8;
/** Memory is compared after this part of the solves and after all, and may grow by that much. */
const EARLY = 0.2;
const GROWTH_GOAL = 0.1;
/** More than run and wait: the queue holds 64. */
const AT_ONCE = 120;

const ProblemSchema = z.object({ code: z.string() });

export const solveEndurance: Part = async ({ isShort, folder, print }) => {
  const workload = buildSolveWorkload(SIGNALS);
  const server = await startSolving(workload, folder);
  const solves = isShort ? 40 : SOLVES;
  const wrong: string[] = [];
  const early = Math.round(solves * EARLY);
  const first = await solve(server, workload, { first: 0, requests: early, connections: CONNECTIONS });
  const earlyMiB = await readResidentMiB(server.address);
  const rest = await solve(server, workload, {
    first: early,
    requests: solves - early,
    connections: CONNECTIONS,
  });
  const lateMiB = await readResidentMiB(server.address);
  wrong.push(...first.faults, ...rest.faults);
  const growth = lateMiB / earlyMiB - 1;
  print(
    `${solves} solves: resident ${earlyMiB.toFixed(0)} MiB after ${early}, ${lateMiB.toFixed(0)} MiB after all (${percent(growth)})`,
  );
  const overload = await overloadQueue(server, workload);
  wrong.push(...overload.wrong);
  print(
    `${AT_ONCE} questions at once: ${overload.solved} solved, ${overload.refused} refused with 503 and Retry-After, in ${overload.seconds} s`,
  );
  await server.stop("SIGTERM");
  return {
    figures: { solves, earlyMiB, lateMiB, growth, rest: rest.figures, overload },
    goals: [
      {
        name: `resident memory from ${early} to ${solves} solves`,
        wanted: `≤ +${GROWTH_GOAL * 100} %`,
        actual: percent(growth),
        isReached: growth <= GROWTH_GOAL,
      },
    ],
    wrong,
  };
};

/** Every question is either solved or refused as overloaded with Retry-After; anything else is wrong. */
async function overloadQueue(
  server: { readonly address: string; readonly tokens: Readonly<Record<string, string>> },
  { network, running }: SolveWorkload,
) {
  const wrong: string[] = [];
  let solved = 0;
  let refused = 0;
  const startedAtMs = performance.now();
  const ask = async (at: number): Promise<void> => {
    const response = await fetch(`${server.address}/api/v1/networks/${network.id}/solve`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${server.tokens["engineer"] ?? ""}`,
      },
      body: JSON.stringify({ ...QUESTION, flows: buildDemand(network, SOLVES + at), running }),
    });
    const text = await response.text();
    if (response.status === 200) {
      solved += 1;
      return;
    }
    const { code } = ProblemSchema.parse(JSON.parse(text));
    const isRefused = response.status === 503 && code === "overloaded";
    if (isRefused && response.headers.get("retry-after") !== null) refused += 1;
    else wrong.push(`status ${response.status}, ${code}, under overload`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => ask(at)));
  if (refused === 0) wrong.push(`none of ${AT_ONCE} questions at once was refused`);
  return { solved, refused, wrong, seconds: Math.round((performance.now() - startedAtMs) / 100) / 10 };
}

const percent = (ratio: number): string => `${ratio < 0 ? "−" : "+"}${Math.abs(100 * ratio).toFixed(1)} %`;
