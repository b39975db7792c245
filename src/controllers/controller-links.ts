/** What a plan transaction needs of the controllers: a port, in the service behind sockets (controller-server.ts). */
import type { ControllerListener } from "./controller-registry.ts";
import type { CallOutcome } from "./rpc-peer.ts";
import type { PlanMethod, PlanOrder } from "./signing.ts";

export interface ControllerLinks {
  /** Asks; always answers, after `timeoutMs` at the latest. */
  call<M extends PlanMethod>(controllerId: string, request: PlanCall<M>): Promise<CallOutcome<M>>;
  /** Answers how to stop listening. */
  subscribe(listener: ControllerListener): () => void;
}

export interface PlanCall<M extends PlanMethod> {
  readonly method: M;
  readonly order: PlanOrder<M>;
  readonly timeoutMs: number;
}
