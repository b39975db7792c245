/** Links to stub controllers without sockets: in order, at once, and lost on demand. */
import type { Clock } from "../clock.ts";
import type { ControllerLinks } from "./controller-links.ts";
import type { ControllerListener } from "./controller-registry.ts";
import type { EventItem } from "./protocol.schema.ts";
import { CentreRequestSchema, CONTROLLER_RESULTS } from "./protocol.schema.ts";
import type { CallOutcome } from "./rpc-peer.ts";
import type { PlanCall } from "./session.ts";
import type { PlanMethod } from "./signing.ts";
import type { StubDevice } from "./stub-controller.test-support.ts";

export class FakeLinks implements ControllerLinks {
  /** `controller method`, in the order of sending. */
  readonly sent: string[] = [];
  private readonly clock: Clock;
  private readonly online = new Map<string, StubDevice>();
  private readonly listeners = new Set<ControllerListener>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  connect(device: StubDevice): void {
    this.online.set(device.id, device);
    device.report = (item: EventItem) => {
      if (!this.online.has(device.id)) return;
      for (const listener of this.listeners) listener.reported?.(device.id, item);
    };
    for (const listener of this.listeners) listener.registered?.(device.id, device.describe());
  }

  disconnect(device: StubDevice): void {
    this.online.delete(device.id);
  }

  subscribe(listener: ControllerListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async call<M extends PlanMethod>(controllerId: string, request: PlanCall<M>): Promise<CallOutcome<M>> {
    const { method, order, timeoutMs } = request;
    const device = this.online.get(controllerId);
    if (device === undefined) return { kind: "offline" };
    this.sent.push(`${controllerId} ${method}`);
    const params = { ...order, epoch: 1, signature: `${"A".repeat(86)}==` };
    const answer = device.answer(CentreRequestSchema.parse({ jsonrpc: "2.0", id: 1, method, params }));
    await Promise.resolve();
    if (!this.online.has(controllerId)) return { kind: "offline" };
    if (answer === undefined) {
      return new Promise((resolve) => {
        this.clock.after(timeoutMs, () => resolve({ kind: "timedOut" }));
      });
    }
    if ("error" in answer) return { kind: "refused", error: answer.error };
    return { kind: "answered", result: CONTROLLER_RESULTS[method].parse(answer.result) };
  }
}
