/**
 * Leases: every controller that runs a published plan is told, again and again, that the plan is still wanted. When the
 * service dies nobody tells them, and each goes to its own plan at the end of its lease.
 */
import type { Clock } from "../clock.ts";

export interface Lease {
  readonly controllerId: string;
  /** Of the plan that it runs. */
  readonly planHash: string;
}

/** Renewals in one lease: two may be lost before it ends. */
const RENEWALS_PER_LEASE = 3;

/** Renews at once and then three times per lease; answers how to stop. */
export function startLeaseRenewal({
  clock,
  leaseS,
  listLeases,
  renew,
  onFailure,
}: {
  readonly clock: Clock;
  readonly leaseS: number;
  /** Controllers that run what they should. */
  readonly listLeases: () => Promise<readonly Lease[]>;
  readonly renew: (lease: Lease, validUntilMs: number) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}): () => void {
  let cancel: () => void = () => {};
  let isStopped = false;

  async function round(): Promise<void> {
    try {
      const leases = await listLeases();
      const validUntilMs = clock.nowMs() + leaseS * 1000;
      await Promise.all(leases.map((lease) => renew(lease, validUntilMs)));
    } catch (error) {
      onFailure(error);
    }
    if (!isStopped) cancel = clock.after((leaseS * 1000) / RENEWALS_PER_LEASE, () => void round());
  }

  void round();
  return () => {
    isStopped = true;
    cancel();
  };
}
