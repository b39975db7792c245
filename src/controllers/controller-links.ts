/** What a plan transaction needs of the controllers: a port, in the service behind sockets (controller-server.ts). */
import type { ControllerListener } from "./controller-registry.ts";
import type { CallOutcome } from "./rpc-peer.ts";
import type { PlanCall } from "./session.ts";
import type { PlanMethod } from "./signing.ts";

export interface ControllerLinks {
  /** Asks; always answers, after `timeoutMs` at the latest. */
  call<M extends PlanMethod>(controllerId: string, request: PlanCall<M>): Promise<CallOutcome<M>>;
  /** Answers how to stop listening. */
  subscribe(listener: ControllerListener): () => void;
}
