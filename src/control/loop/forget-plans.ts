/** Plans of small steps come by the thousand: the newest stay, and those that something names. */
import type { Store } from "../store.ts";
import { LOOP_ACTOR, type LoopSettings, type LoopState, type Override } from "./loop.schema.ts";

/** Some days of steps on a large network. */
const NEWEST = 1000;

export async function forgetPlans(
  store: Store,
  of: {
    readonly networkId: string;
    readonly settings: LoopSettings;
    readonly state: LoopState;
    readonly overrides: readonly Override[];
  },
): Promise<void> {
  const { networkId, settings, state, overrides } = of;
  const record = await store.findSchedule({ networkId });
  const keptIds = [
    ...(record?.schedule.dayTypes ?? []).flatMap((it) => it.entries.map(({ planId }) => planId)),
    ...overrides.flatMap((it) => it.planId ?? []),
    ...state.watches.flatMap((it) => it.planIds),
    settings.evaluate?.offPlanId ?? "",
  ];
  await store.forgetPlans({ networkId, createdBy: LOOP_ACTOR, newest: NEWEST, keptIds });
}
