/** The controllers' side of the service: their server, plan transactions and leases, tied to store, counts and plans. */
import { createPrivateKey } from "node:crypto";
import type { FastifyBaseLogger } from "fastify";
import type { Clock } from "./clock.ts";
import type { CountIngest } from "./control/ingest-counts.ts";
import type { NetworkRegistry } from "./control/network-registry.ts";
import type { MemberReport, PlanLifeCycle, PlanPublisher } from "./control/plan-life-cycle.ts";
import { type Lease, startLeaseRenewal } from "./control/renew-leases.ts";
import type { Store } from "./control/store.ts";
import { type CommitRecord, CommitRecordSchema } from "./controllers/commit-record.schema.ts";
import type { ControllerPresence } from "./controllers/controller-registry.ts";
import { ControllerServer, DEFAULT_LINK_LIMITS } from "./controllers/controller-server.ts";
import type { EventItem, Transition } from "./controllers/protocol.schema.ts";
import type { MemberOutcome } from "./controllers/publication.ts";
import { hashConfiguration, hashPlanContent, toPublicPem } from "./controllers/signing.ts";
import { DEFAULT_TRANSACTION_LIMITS, PlanTransactions } from "./controllers/transaction.ts";
import { createEventTranslator } from "./controllers/translate-events.ts";
import type { TokenBook } from "./http/auth.ts";
import type { ControllerView } from "./http/controller-routes.ts";
import type { SignalEvent } from "./measures/event-log.ts";
import { listSignalDetectors } from "./measures/network-detectors.ts";
import { buildNetworkIndex } from "./network/find.ts";

/** Rule 24: at most 20 % of a cycle, at most 5 cycles. */
const TRANSITION: Transition = { method: "shortWay", maxChangeRatio: 0.2, maxCycles: 5 };

/** Measures look back a fortnight at most. */
const SIGNAL_EVENTS_KEPT_MS = 14 * 86_400_000;
/** Clocks of controllers may be ahead of ours by this much. */
const FUTURE_TOLERANCE_MS = 60_000;

export interface ControllerSide {
  readonly server: ControllerServer;
  readonly publisher: PlanPublisher;
  readonly signingKeyPem: string;
  listControllers(): ControllerView[];
  /** Takes up decisions of earlier runs and starts to renew leases; before the first controller connects. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface ControllerSideOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly tokens: TokenBook;
  readonly networks: NetworkRegistry;
  readonly counts: CountIngest;
  /** Made later than this side, because plans publish through it. */
  readonly plans: () => PlanLifeCycle;
  /** PEM (PKCS #8, Ed25519). */
  readonly privateKeyPem: string;
  readonly leaseS: number;
  readonly publishLeadS: number;
  /** Factor on every wait for a controller's answer: above 1 where the clock is faster than the machine. */
  readonly patience: number;
  readonly logger: FastifyBaseLogger;
}

export function connectControllers(options: ControllerSideOptions): ControllerSide {
  const { clock, store, tokens, networks, plans, logger, leaseS, publishLeadS } = options;
  const privateKey = createPrivateKey(options.privateKeyPem);
  const server = buildServer(options, privateKey);
  const transactions = new PlanTransactions({
    links: server,
    clock,
    limits: {
      prepareTimeoutMs: DEFAULT_TRANSACTION_LIMITS.prepareTimeoutMs * options.patience,
      commitTimeoutMs: DEFAULT_TRANSACTION_LIMITS.commitTimeoutMs * options.patience,
    },
    journal: { record: (decision) => plans().recordDecision(decision.txId, JSON.stringify(decision)) },
    reportActive({ txId, controllerId, remaining }) {
      logger.info({ txId, controllerId, remaining }, "controller runs the published plan");
      if (remaining > 0) return;
      plans()
        .settle(txId)
        .catch((err: unknown) => logger.error({ err, txId }, "cannot settle a publication"));
    },
  });
  const stopSaving = keepControllerStates(server, options);
  let stopRenewal = (): void => {};

  return {
    server,
    signingKeyPem: toPublicPem(privateKey),
    publisher: {
      async publish({ txId, plan, network }) {
        const activateAtMs = clock.nowMs() + publishLeadS * 1000;
        const outcome = await transactions.publish({
          txId,
          plan,
          network,
          activateAtMs,
          transition: TRANSITION,
        });
        const members = outcome.members.map(toMemberReport);
        return outcome.kind === "committed"
          ? { kind: outcome.kind, members }
          : { kind: outcome.kind, reason: outcome.reason, members };
      },
    },
    listControllers: () =>
      [...tokens.listControllers()].map(([controllerId, networkId]) =>
        toView(controllerId, networkId, server.findPresence(controllerId)),
      ),
    async start() {
      networks.onStored(() => server.recheckConfigurations());
      const validUntilMs = clock.nowMs() + leaseS * 1000;
      const decisions = await store.listStandingDecisions({});
      transactions.resume(decisions.map(({ decision }) => parseDecision(decision, validUntilMs)));
      stopRenewal = startLeaseRenewal({
        clock,
        leaseS,
        listLeases: () => listLeases(options, server),
        renew: async ({ controllerId, planHash }, validUntilMs) => {
          const outcome = await transactions.renew(controllerId, { hash: planHash, validUntilMs });
          if (outcome.kind === "refused") {
            logger.warn(
              { controllerId, reason: outcome.error.message },
              "controller refused to renew its lease",
            );
          }
        },
        onFailure: (err) => logger.error({ err }, "cannot renew leases"),
      });
    },
    async close() {
      stopRenewal();
      await server.close();
      await stopSaving();
    },
  };
}

/** A decision as it was recorded, with a lease that begins anew: the service is back and still wants the plan. */
function parseDecision(decision: string, validUntilMs: number): CommitRecord {
  const record = CommitRecordSchema.parse(JSON.parse(decision));
  return { ...record, orders: record.orders.map((order) => ({ ...order, validUntilMs })) };
}

function buildServer(
  { clock, store, tokens, networks, counts, patience, logger }: ControllerSideOptions,
  privateKey: ReturnType<typeof createPrivateKey>,
): ControllerServer {
  const translate = createTranslators(networks);
  return new ControllerServer({
    clock,
    limits: {
      heartbeatMs: DEFAULT_LINK_LIMITS.heartbeatMs * patience,
      registerTimeoutMs: DEFAULT_LINK_LIMITS.registerTimeoutMs * patience,
    },
    privateKey,
    authenticate: (controllerId, token) => {
      const principal = tokens.authenticate(token);
      return Promise.resolve(principal?.role === "controller" && principal.id === controllerId);
    },
    findConfigurationHash(controllerId) {
      const networkId = tokens.listControllers().get(controllerId);
      if (networkId === undefined) return undefined;
      const { network } = networks.get(networkId);
      const intersection = network.intersections.find((it) => it.id === controllerId);
      return intersection && hashConfiguration(intersection, network);
    },
    async takeEvents(controllerId, items) {
      const networkId = tokens.listControllers().get(controllerId);
      const records = items.flatMap(toCount);
      if (networkId !== undefined && records.length > 0) await counts.ingest(networkId, records);
      const keptFromMs = clock.nowMs() - SIGNAL_EVENTS_KEPT_MS;
      const within = { fromMs: keptFromMs, toMs: clock.nowMs() + FUTURE_TOLERANCE_MS };
      const events = networkId === undefined ? [] : translate({ networkId, controllerId, items, within });
      if (networkId !== undefined && events.length > 0) {
        await store.insertSignalEvents({ networkId, intersectionId: controllerId, events, keptFromMs });
      }
      for (const item of items) {
        if (item.type === "fault") logger.error({ controllerId, ...item }, "controller reports a fault");
        if (item.type === "fallback")
          logger.warn({ controllerId, ...item }, "controller went to its own plan");
      }
    },
    reportFailure: (controllerId, err) => logger.error({ err, controllerId }, "controller link failed"),
  });
}

/** One translator per intersection, made anew for a new version of its network. */
function createTranslators(
  networks: NetworkRegistry,
): (of: {
  readonly networkId: string;
  readonly controllerId: string;
  readonly items: readonly EventItem[];
  readonly within: { readonly fromMs: number; readonly toMs: number };
}) => SignalEvent[] {
  const translators = new Map<string, ReturnType<typeof createEventTranslator>>();
  networks.onStored(() => translators.clear());
  return ({ networkId, controllerId, items, within }) => {
    const key = `${networkId}/${controllerId}`;
    let translate = translators.get(key);
    if (translate === undefined) {
      const index = buildNetworkIndex(networks.get(networkId).network);
      const intersection = index.intersections.get(controllerId);
      if (intersection === undefined) return [];
      translate = createEventTranslator(intersection, listSignalDetectors(index, intersection));
      translators.set(key, translate);
    }
    return translate(items, within);
  };
}

function toCount(item: EventItem): object[] {
  if (item.type !== "count") return [];
  const { type: _, late: __, ...count } = item;
  return [count];
}

/** Each controller's last known state, for after a restart; written when it changes, in the order of the changes. */
function keepControllerStates(
  server: ControllerServer,
  { store, logger, clock }: ControllerSideOptions,
): () => Promise<void> {
  const last = new Map<string, string>();
  let written = Promise.resolve();
  const unsubscribe = server.subscribe({
    presenceChanged({ controllerId, state, runningPlanHash }) {
      const text = JSON.stringify({ state, runningPlanHash });
      if (last.get(controllerId) === text) return;
      last.set(controllerId, text);
      logger.info({ controllerId, state, runningPlanHash }, "controller state");
      written = written
        .then(() => store.saveControllerState({ controllerId, atMs: clock.nowMs(), state: text }))
        .catch((err: unknown) => logger.error({ err, controllerId }, "cannot keep a controller's state"));
    },
  });
  return () => {
    unsubscribe();
    return written;
  };
}

/** Controllers that run a timing plan of a plan that is published or active. */
async function listLeases(
  { store, networks }: ControllerSideOptions,
  server: ControllerServer,
): Promise<Lease[]> {
  const leases: Lease[] = [];
  for (const { network } of networks.list()) {
    const { timeZero, timeZone } = network;
    const wanted = (
      await Promise.all(
        (["active", "published"] as const).map((state) =>
          store.listPlans({ networkId: network.id, state, limit: 1000 }),
        ),
      )
    ).flat();
    for (const { plan } of wanted) {
      for (const it of plan.timingPlans) {
        const timingPlan = { ...it, splits: [...it.splits] };
        const planHash = hashPlanContent({ timingPlan, timeZero, timeZone, fallback: plan.fallback });
        const controllerId = it.intersectionId;
        if (server.findPresence(controllerId)?.runningPlanHash === planHash) {
          leases.push({ controllerId, planHash });
        }
      }
    }
  }
  return leases;
}

function toMemberReport({ controllerId, status, error }: MemberOutcome): MemberReport {
  if (error === undefined) return { controllerId, status };
  const findings = error.data.findings?.map((it) => it.sentence) ?? [];
  const message = [error.message, ...findings].join("; ");
  return { controllerId, status, message, isPlanRejected: error.data.reason === "planRejected" };
}

function toView(
  controllerId: string,
  networkId: string,
  presence: ControllerPresence | undefined,
): ControllerView {
  return {
    controllerId,
    networkId,
    state: presence?.state ?? "offline",
    runningPlanHash: presence?.runningPlanHash ?? null,
    clockOffsetMs: presence?.clockOffsetMs ?? null,
    lastHeardAtMs: presence?.lastHeardAtMs ?? null,
  };
}
