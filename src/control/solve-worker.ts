/** Entry of the pool's worker threads: the pure functions that would keep the event loop too long. */
import { createHash } from "node:crypto";
import type { MovementFlow } from "../demand/demand.schema.ts";
import { estimateFlows } from "../demand/estimate-flows.ts";
import type { Fault } from "../errors.ts";
import type { Network } from "../network/network.schema.ts";
import { parseNetwork } from "../network/parse-network.ts";
import { type ExplainRequest, explainPlan } from "../solver/explain/explain-plan.ts";
import { createHighsEngine } from "../solver/lp/highs.ts";
import type { LpEngine } from "../solver/lp/lp-engine.ts";
import type { NetworkRequest } from "../solver/network/network-request.ts";
import { solveNetwork } from "../solver/network/solve-network.ts";
import type { PlanBandsRequest } from "../solver/plan-bands/plan-bands-request.ts";
import { solvePlanBands } from "../solver/plan-bands/solve-plan-bands.ts";
import type { FrontRequest } from "../solver/route/front-request.ts";
import type { RobustRequest } from "../solver/route/robust-request.ts";
import type { RouteRequest } from "../solver/route/route-request.ts";
import { solveFront } from "../solver/route/solve-front.ts";
import { solveRobust } from "../solver/route/solve-robust.ts";
import { solveRoute } from "../solver/route/solve-route.ts";
import { toCanonicalJson } from "../timing/canonical-json.ts";
import { type CountColumns, type DetectorNumber, toCounts } from "./count-columns.ts";
import { type AdaptAnswer, type AdaptTask, adaptByCounts } from "./loop/adapt-task.ts";
import { serveTasks } from "./serve-tasks.ts";
import { createNetworkReader, type SharedNetwork } from "./shared-network.ts";

/** A network document as text, judged. */
export type ReadNetwork =
  | { readonly kind: "ok"; readonly network: Network; readonly hash: string; readonly document: string }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

export interface FlowTask {
  readonly network: SharedNetwork;
  readonly columns: CountColumns;
  readonly detectors: readonly DetectorNumber[];
  /** The counts lie in it, epoch ms. */
  readonly window: { readonly fromMs: number; readonly toMs: number };
}

/** The answer as it is sent: a worker writes it, so that the event loop need not. */
export interface WrittenAnswer {
  readonly kind: "solved" | "infeasible" | "explained";
  /** The answer as JSON. */
  readonly text: string;
}

export interface SolveTask<Request> {
  readonly network: SharedNetwork;
  readonly request: Omit<Request, "index">;
}

/** What runs today is what is explained. */
type AskedOfPlan = Omit<ExplainRequest, "timingPlans"> & { readonly running: ExplainRequest["timingPlans"] };

const readShared = createNetworkReader();

/** Loaded when the first question needs it. */
let engine: LpEngine | undefined;

const write = (answer: Pick<WrittenAnswer, "kind">): WrittenAnswer => ({
  kind: answer.kind,
  text: JSON.stringify(answer),
});

const tasks = {
  readNetwork({ text }: { readonly text: string }): ReadNetwork {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      return { kind: "invalid", faults: [{ path: "", message: `not JSON: ${(error as Error).message}` }] };
    }
    const parsed = parseNetwork(json);
    if (parsed.kind === "invalid") return parsed;
    const document = toCanonicalJson(parsed.network);
    return { ...parsed, document, hash: createHash("sha256").update(document).digest("hex") };
  },
  estimateFlows({ network, columns, detectors, window }: FlowTask): MovementFlow[] {
    const counts = toCounts(columns, detectors);
    return estimateFlows({ index: readShared(network), counts, window, prior: [] });
  },
  solveRoute: ({ network, request }: SolveTask<RouteRequest>): WrittenAnswer =>
    write(solveRoute({ ...request, index: readShared(network) })),
  solveFront: ({ network, request }: SolveTask<FrontRequest>): WrittenAnswer =>
    write(solveFront({ ...request, index: readShared(network) })),
  solveRobust: ({ network, request }: SolveTask<RobustRequest>): WrittenAnswer =>
    write(solveRobust({ ...request, index: readShared(network) })),
  solveNetwork: ({ network, request }: SolveTask<NetworkRequest>): WrittenAnswer =>
    write(solveNetwork({ ...request, index: readShared(network) })),
  async solvePlanBands({ network, request }: SolveTask<PlanBandsRequest>): Promise<WrittenAnswer> {
    engine ??= await createHighsEngine();
    return write(solvePlanBands({ ...request, index: readShared(network) }, engine));
  },
  adapt: ({ network, ...task }: AdaptTask & { readonly network: SharedNetwork }): AdaptAnswer =>
    adaptByCounts(readShared(network), task),
  explainPlan({ network, request }: SolveTask<AskedOfPlan>): WrittenAnswer {
    const { running, ...asked } = request;
    const explanation = explainPlan({ ...asked, timingPlans: running, index: readShared(network) });
    return write({ kind: "explained", ...explanation });
  },
};

export type SolveTasks = typeof tasks;

serveTasks(tasks);
