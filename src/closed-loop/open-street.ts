/** A street of SUMO as a service knows it: its net imported anew, with the loops that are to be counted at. */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { AppError, messageOf } from "../errors.ts";
import { importSumo, type SumoSignal } from "../exchange/sumo/sumo-street.ts";
import { buildNetworkIndex, type NetworkIndex } from "../network/find.ts";
import type { Loop } from "../simulation/sumo/loops.ts";
import type { SumoScenario } from "../simulation/sumo/scenario.ts";
import { fromTenths, toTenths } from "../timing/cycle.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import { ZERO_S } from "./simulated-day.ts";
import { buildStartingPlan } from "./starting-plan.ts";

export interface OpenStreet {
  readonly scenario: SumoScenario;
  readonly index: NetworkIndex;
  /** By intersection. */
  readonly signals: ReadonlyMap<string, SumoSignal>;
  readonly loops: readonly Loop[];
  /** Of every signal: what its program says, or a plain one where that is no plan of the network's phases. */
  /** One per signal; a plain one where the program as shipped is none. */
  readonly todaysPlans: readonly TimingPlan[];
  /** Those of them that are the programs as shipped. */
  readonly shippedPlans: readonly TimingPlan[];
}

/** Rejects with `notFound` when a file is missing and with `invalidInput` when it is no street. */
export async function openStreet(scenario: SumoScenario): Promise<OpenStreet> {
  const [netXml = "", ...additionalXml] = await Promise.all(
    [scenario.netFile, ...scenario.shippedFiles].map(readXml),
  );
  const imported = importSumo({ netXml, additionalXml, id: scenario.name, name: scenario.name });
  if (imported.kind === "refused") {
    throw new AppError("invalidInput", `${scenario.netFile} cannot be imported`, { faults: imported.faults });
  }
  const { network, street, todaysPlans } = imported;
  const shippedPlans = todaysPlans.map(toSimulatedDay);
  return {
    scenario,
    index: buildNetworkIndex(network),
    signals: new Map(street.signals.map((it) => [it.intersectionId, it])),
    loops: street.detectors,
    todaysPlans: network.intersections.map((intersection) => {
      const own = shippedPlans.find((it) => it.intersectionId === intersection.id);
      return own ?? buildStartingPlan(intersection);
    }),
    shippedPlans,
  };
}

/** The import counts offsets from second 0 of the simulation; here that is an instant of its own. */
function toSimulatedDay(plan: TimingPlan): TimingPlan {
  const cycle = toTenths(plan.cycleS);
  return { ...plan, offsetS: fromTenths((toTenths(plan.offsetS) + toTenths(ZERO_S)) % cycle) };
}

/** The text of a file, which may be packed: gzip is known by its first two bytes. */
export async function readXml(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new AppError("notFound", `cannot read ${file}`, { cause });
  });
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString("utf8");
  try {
    return gunzipSync(bytes).toString("utf8");
  } catch (cause) {
    throw new AppError("invalidInput", `${file} cannot be unpacked: ${messageOf(cause)}`, { cause });
  }
}
