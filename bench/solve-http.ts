/**
 * What-if solves over HTTP against a real service in a process of its own, and beside it what a bare Fastify shows whose
 * thread is busy as long: the same bodies, the same connections, the same processor time, and nothing else to do.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { known } from "../src/errors.ts";
import { SolveAnswerSchema } from "../src/http/solve-answer.schema.ts";
import { type ChildServer, startChildServer, startService } from "./child-server.ts";
import type { Goal, Part, PartInput } from "./part.ts";
import { describeConnections, type LoadFigures, sendLoad } from "./send-load.ts";
import {
  buildDemand,
  buildSolveWorkload,
  isVerified,
  QUESTION,
  type SolveWorkload,
} from "./solve-workload.ts";
import { describeSpread } from "./summarize.ts";
import { listWrong } from "./verify-answer.ts";

const SIGNALS = [10, 34];
const EVENT_LOOP_GOAL_MS = 20;
/** Enough seconds of the peer for a p99 of 10 ms ticks, and one for each connection at least. */
const PEER_REQUESTS = 64;
/** As the service chooses by itself: one thread is left to the event loop. */
const WORKERS = Math.max(1, availableParallelism() - 1);
/** Every solved answer begins with this; an infeasible one does not. */
const SOLVED = '{"kind":"solved"';

export const solveHttp: Part = async (input) => {
  const arterials = [];
  for (const signals of SIGNALS) arterials.push(await measureArterial(input, signals));
  const goals = arterials.flatMap(({ signals, runs }) =>
    runs.map(({ service }): Goal => {
      const { p99Ms } = service.eventLoopDelay;
      return {
        name: `event-loop delay, ${signals} signals, ${describeConnections(service)}, p99`,
        wanted: `≤ ${EVENT_LOOP_GOAL_MS} ms`,
        actual: `${p99Ms} ms`,
        isReached: p99Ms <= EVENT_LOOP_GOAL_MS,
      };
    }),
  );
  return {
    figures: { runs: arterials.flatMap((it) => it.runs) },
    goals,
    wrong: arterials.flatMap((it) => it.wrong),
  };
};

async function measureArterial({ isShort, folder, print }: PartInput, signals: number) {
  const workload = buildSolveWorkload(signals);
  const [warmUps, requests] = isShort ? [2, 8] : [20, 200];
  const server = await startSolving(workload, folder);
  await solve(server, workload, { first: -warmUps, requests: warmUps, connections: 1 });
  const services: LoadFigures[] = [];
  const wrong: string[] = [];
  for (const connections of isShort ? [8] : [1, 8, 64]) {
    const first = services.length * requests;
    const { figures, faults } = await solve(server, workload, { first, requests, connections });
    services.push(figures);
    wrong.push(...faults.map((it) => `${signals} signals over HTTP, ${it}`));
  }
  await server.stop("SIGTERM");
  const bares = await measureBare(workload, services);
  const runs = services.map((service, at) => {
    const bare = known(bares[at], "figures of the peer");
    const solvesPerS = Math.round((requests / service.seconds) * 10) / 10;
    const ratio = (service.eventLoopDelay.p99Ms / bare.eventLoopDelay.p99Ms).toFixed(2);
    print(
      `${signals} signals, ${describeConnections(service)}: ${solvesPerS} solves/s, ${describeSpread(service.latency)}`,
    );
    print(
      `  event-loop delay p99 ${service.eventLoopDelay.p99Ms} ms, of a bare Fastify ${bare.eventLoopDelay.p99Ms} ms: ratio ${ratio}; failed ${service.failures}`,
    );
    return { signals, solvesPerS, service, bare };
  });
  return { signals, runs, wrong };
}

export function startSolving({ network }: SolveWorkload, folder: string): Promise<ChildServer> {
  const file = path.join(folder, `${network.id}.json`);
  writeFileSync(file, JSON.stringify(network));
  return startService({ folder: path.join(folder, network.id), networks: [file], workers: WORKERS });
}

export async function solve(
  server: ChildServer,
  workload: SolveWorkload,
  { first, requests, connections }: { first: number; requests: number; connections: number },
): Promise<{ figures: LoadFigures; faults: string[] }> {
  const { network, running } = workload;
  const demands = Array.from({ length: requests }, (_, at) => buildDemand(network, first + at));
  const faults: string[] = [];
  const kept: { at: number; answer: string }[] = [];
  const figures = await sendLoad({
    address: server.address,
    path: `/api/v1/networks/${network.id}/solve`,
    token: server.tokens["engineer"] ?? "",
    bodies: demands.map((flows) => Buffer.from(JSON.stringify({ ...QUESTION, flows, running }))),
    connections,
    onAnswer(at, answer) {
      if (isVerified(at)) kept.push({ at, answer });
      else if (!answer.startsWith(SOLVED)) faults.push(`demand ${first + at}: ${answer.slice(0, 200)}`);
    },
  });
  if (figures.failures > 0) faults.push(`${figures.failures} requests were not answered`);
  for (const { at, answer } of kept) {
    const parsed = SolveAnswerSchema.parse(JSON.parse(answer));
    const found = listWrong(workload, known(demands[at], "demand"), parsed);
    faults.push(...found.map((it) => `demand ${first + at}: ${it}`));
  }
  return { figures, faults };
}

/** The same loads on the peer; its thread is busy as long per request as the service needed per solve when never idle. */
async function measureBare(
  { network, running }: SolveWorkload,
  services: readonly LoadFigures[],
): Promise<LoadFigures[]> {
  const busyMs = Math.min(...services.map((it) => (it.seconds * 1000) / it.requests));
  const bare = await startChildServer(new URL("./bare-fastify.js", import.meta.url), {
    BENCH_BUSY_MS: String(busyMs),
  });
  const body = Buffer.from(JSON.stringify({ ...QUESTION, flows: buildDemand(network, 0), running }));
  const figures: LoadFigures[] = [];
  for (const { connections, requests } of services) {
    const bodies = Array.from({ length: Math.min(requests, PEER_REQUESTS) }, () => body);
    figures.push(await sendLoad({ address: bare.address, path: "/solve", bodies, connections }));
  }
  await bare.stop("SIGTERM");
  return figures;
}
