/**
 * The snapshot that a tick decides by: what runs, what was counted, and which intersections are not to be touched and
 * why. Read once; what changes afterwards is found again before anything is published.
 */
import type { DetectorLevels } from "../../demand/judge-counts.ts";
import { known } from "../../errors.ts";
import type { CoordinationPlan } from "../../timing/plan.schema.ts";
import type { CountColumns, DetectorNumber } from "../count-columns.ts";
import type { StoredNetwork } from "../network-registry.ts";
import type { PlanRecord } from "../records.schema.ts";
import type { Store } from "../store.ts";
import type { DetectorKeeper } from "./detector-keeper.ts";
import { LOOP_ACTOR, type LoopSettings, type LoopState, type Override } from "./loop.schema.ts";
import type { LoopDeps } from "./loop-deps.ts";
import type { RecentCounts } from "./recent-counts.ts";

/** Nothing to adapt, but a plan may be put there. */
export const RUNS_FREE = "it runs free";

export interface Snapshot {
  readonly atMs: number;
  readonly network: StoredNetwork;
  /** `undefined` before the first plan is published. */
  readonly running: CoordinationPlan | undefined;
  /** By intersection, why nothing may change there. */
  readonly held: ReadonlyMap<string, string>;
  /** Left alone after a change that did not do well, or that the gate did not let pass. */
  readonly cooling: ReadonlySet<string>;
  readonly window: { readonly fromMs: number; readonly toMs: number };
  /** What the watch over the detectors says; `undefined`: nothing yet. */
  readonly levels: DetectorLevels | undefined;
  readonly columns: CountColumns;
  readonly detectors: readonly DetectorNumber[];
}

export async function freezeSnapshot(
  { clock, store, networks, listControllers }: LoopDeps,
  of: {
    readonly networkId: string;
    readonly settings: LoopSettings;
    readonly settingsSetAtMs: number;
    readonly state: LoopState;
    readonly overrides: readonly Override[];
    readonly counts: RecentCounts;
    readonly keeper: DetectorKeeper;
  },
): Promise<Snapshot> {
  const { networkId, settings, settingsSetAtMs } = of;
  const atMs = clock.nowMs();
  const network = networks.get(networkId);
  const window = { fromMs: atMs - settings.windowS * 1000, toMs: atMs };
  const [running, counts, published, active] = await Promise.all([
    store.findRunningPlan({ networkId }),
    of.counts.readWindow(window, network.version.hash),
    store.listPlans({ networkId, state: "published", limit: 1000 }),
    store.listPlans({ networkId, state: "active", limit: 1000 }),
    of.keeper.keepUp(),
  ]);
  const levels = of.keeper.findLevels();
  const held = new Map<string, string>();
  const hold = (ids: readonly string[], why: string): void => {
    for (const id of ids) if (!held.has(id)) held.set(id, why);
  };
  const all = network.network.intersections.map((it) => it.id);
  for (const it of of.overrides) hold(it.intersectionIds ?? all, `${it.kind} ${it.id} of ${it.personId}`);
  for (const { plan } of published) hold(idsOf(plan), `plan ${plan.id} is on its way`);
  const fresh = Math.max(settingsSetAtMs, atMs - settings.personStayS * 1000);
  for (const [id, record] of newestOf(active)) {
    const isFresh = record.createdBy !== LOOP_ACTOR && record.changedAtMs > fresh;
    if (isFresh) hold([id], `plan ${record.plan.id} of ${record.createdBy} is new`);
  }
  for (const it of running?.timingPlans ?? []) {
    if (it.actuation?.mode === "free") hold([it.intersectionId], RUNS_FREE);
  }
  const states = new Map(listControllers().map((it) => [it.controllerId, it.state]));
  for (const id of all) {
    const state = states.get(id) ?? "offline";
    if (state !== "inControl") hold([id], `its controller is ${state}`);
  }
  const cooling = of.state.coolDowns.filter((it) => it.untilMs > atMs).flatMap((it) => it.intersectionIds);
  return { atMs, network, running, held, cooling: new Set(cooling), window, levels, ...counts };
}

/** The plan that each intersection runs. */
export async function listRunningRecords(store: Store, networkId: string): Promise<Map<string, PlanRecord>> {
  return newestOf(await store.listPlans({ networkId, state: "active", limit: 1000 }));
}

const idsOf = (plan: CoordinationPlan): string[] => plan.timingPlans.map((it) => it.intersectionId);

function newestOf(active: readonly PlanRecord[]): Map<string, PlanRecord> {
  const newest = new Map<string, PlanRecord>();
  for (const record of active) {
    for (const id of idsOf(record.plan)) {
      const other = newest.get(id);
      if (other === undefined || other.plan.revision < record.plan.revision) newest.set(id, record);
    }
  }
  return newest;
}

/** The running timing plans of these intersections. */
export function pickRunning(running: CoordinationPlan, ids: readonly string[]) {
  const plans = new Map(running.timingPlans.map((it) => [it.intersectionId, it]));
  return ids.map((it) => known(plans.get(it), `running plan of ${it}`));
}
