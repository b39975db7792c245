/** Starts a reference controller with the defaults of a real one: the command line and worker threads begin here. */
import { type Clock, systemClock } from "../../clock.ts";
import { AppError } from "../../errors.ts";
import type { Network } from "../../network/network.schema.ts";
import type { IndicationChange } from "../../timing/indications.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { buildSites } from "../../timing/site.ts";
import { validateTimingPlan } from "../../timing/validate-timing-plan.ts";
import { parsePublicKey } from "../signing.ts";
import { type BackOff, DEFAULT_BACK_OFF } from "./back-off.ts";
import { type ControllerNote, ReferenceController } from "./controller.ts";
import { NO_PLANS, readPlanState, writePlanState } from "./state-file.ts";

/** The name under which coordination plans know the controller's own plan. */
const FALLBACK_NAME = "local";
/** Lamps that are later than this would be seen to be: two tenths, ms. */
const STALL_MS = 200;
const COUNT_PERIOD_S = 60;
const COUNT_GRACE_S = 5;

export interface StartControllerOptions {
  /** Of the intersection, which names the controller too. */
  readonly id: string;
  readonly network: Network;
  /** What runs without the centre. */
  readonly fallbackPlan: TimingPlan;
  /** Of the centre: `ws:`, `wss:`, `http:` or `https:`; the path is added. */
  readonly url: string;
  readonly token: string;
  /** The centre's public key, PEM. */
  readonly centreKeyPem: string;
  /** Where the plans that it is bound to survive a restart; absent: it begins with the fallback plan. */
  readonly statePath?: string;
  readonly clock?: Clock;
  readonly backOff?: BackOff;
  readonly stallMs?: number;
  readonly countGraceS?: number;
  readonly onIndications?: (changes: readonly IndicationChange[]) => void;
  readonly onNote?: (note: ControllerNote) => void;
}

/** Lamps run and the link is tried from here on, until `stop`. Throws `notFound` and `invalidInput`. */
export function startController(options: StartControllerOptions): ReferenceController {
  const { id, network, fallbackPlan, statePath } = options;
  checkFallback(options);
  return new ReferenceController({
    id,
    network,
    fallback: { name: FALLBACK_NAME, plan: fallbackPlan },
    url: options.url.replace(/^http/, "ws"),
    token: options.token,
    centreKey: parsePublicKey(options.centreKeyPem),
    clock: options.clock ?? systemClock,
    backOff: options.backOff ?? DEFAULT_BACK_OFF,
    random: Math.random,
    stallMs: options.stallMs ?? STALL_MS,
    countPeriodS: COUNT_PERIOD_S,
    countGraceS: options.countGraceS ?? COUNT_GRACE_S,
    state: statePath === undefined ? NO_PLANS : readPlanState(statePath),
    save: (state) => {
      if (statePath !== undefined) writePlanState(statePath, state);
    },
    onIndications: options.onIndications ?? (() => {}),
    onNote: options.onNote ?? (() => {}),
  });
}

/** The plan that runs when nobody is there to ask has to be safe before the first lamp is lit. */
function checkFallback({ id, network, fallbackPlan }: StartControllerOptions): void {
  const site = buildSites(network).get(id);
  if (site === undefined) throw new AppError("notFound", `network ${network.id} has no intersection ${id}`);
  if (fallbackPlan.intersectionId !== id) {
    throw new AppError("invalidInput", `the fallback plan is for ${fallbackPlan.intersectionId}, not ${id}`);
  }
  const blocks = validateTimingPlan({ site, timingPlan: fallbackPlan, origin: "imported" }).filter(
    (it) => it.severity === "BLOCK",
  );
  if (blocks.length === 0) return;
  throw new AppError("invalidInput", `the fallback plan of ${id} is not safe`, {
    faults: blocks.map((it) => ({ path: it.path, message: `rule ${it.ruleId}: ${it.sentence}` })),
  });
}
