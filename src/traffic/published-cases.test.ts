import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findDeterministicQueue } from "./deterministic-queue.ts";
import {
  incrementalDelayS,
  initialQueueDelayS,
  uniformDelayS,
  upstreamFilteringFactor,
} from "./hcm-delay.ts";
import { dispersePlatoon } from "./platoon-dispersion.ts";
import { findWebsterCycleS, listWebsterGreensS } from "./webster.ts";

interface Case {
  readonly id: string;
  readonly oracle: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expect: readonly { readonly path: string; readonly value: number; readonly tol: number }[];
}

const file = new URL("../../../shared/cases/cases.json", import.meta.url);
const cases: Case[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];

const adapters: Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => unknown>> = {
  hcm: answerDelay,
  webster: answerWebster,
  queue: (input) => (input["mode"] === "robertson" ? answerDispersion(input) : answerQueue(input)),
};

if (cases.length === 0) test.skip("published cases: shared/ does not lie beside the project");

test.each(cases.filter((it) => it.oracle in adapters))(
  "published case $id is met within its tolerance",
  ({ oracle, input, expect: expected }) => {
    const answer = adapters[oracle]?.(input);
    for (const { path, value, tol } of expected) {
      const actual = valueAt(answer, path);
      expect(Math.abs(actual - value), `${path}: ${actual} against ${value}`).toBeLessThanOrEqual(
        tol + 1e-12,
      );
    }
  },
);

/** Each movement's own value goes before the intersection's; `s` is of all its lanes, `g_over_C` may stand for `g`. */
function answerDelay(input: Readonly<Record<string, unknown>>) {
  const movements = toRecords(input["movements"] ?? [input]).map((it) => {
    const given = (name: string): unknown => it[name] ?? input[name];
    const numberOf = (name: string, otherwise: number): number => toNumber(given(name) ?? otherwise);
    const periodH = numberOf("T", 0.25);
    const cycleS = numberOf("cycle", numberOf("C", Number.NaN));
    const effectiveGreenS = numberOf("g", numberOf("g_over_C", Number.NaN) * cycleS);
    const capacityVph = numberOf("c", (numberOf("s", Number.NaN) * effectiveGreenS) / cycleS);
    const flowVph = numberOf("v", numberOf("X", Number.NaN) * capacityVph);
    const degreeOfSaturation = numberOf("X", flowVph / capacityVph);
    const filteringFactor =
      given("x_u") === undefined ? numberOf("I", 1) : upstreamFilteringFactor(toNumber(given("x_u")));
    const d1 = uniformDelayS({ cycleS, effectiveGreenS, degreeOfSaturation });
    const incrementalFactor = numberOf("k", 0.5);
    const stream = { degreeOfSaturation, capacityVph, periodH, filteringFactor, incrementalFactor };
    const d2 = incrementalDelayS(stream);
    const d3 = initialQueueDelayS({ initialQueueVeh: numberOf("Qb", 0), flowVph, capacityVph, periodH });
    const d = d1 * numberOf("PF", 1) + d2 + d3;
    const X = degreeOfSaturation;
    return {
      name: it["name"],
      approach: it["approach"],
      flowVph,
      c: capacityVph,
      I: filteringFactor,
      d1,
      d2,
      d3,
      d,
      X,
    };
  });
  const meanOf = (chosen: typeof movements) =>
    chosen.reduce((sum, it) => sum + it.flowVph * it.d, 0) / chosen.reduce((sum, it) => sum + it.flowVph, 0);
  const approaches = Object.fromEntries(
    movements.map((it) => [String(it.approach), meanOf(movements.filter((m) => m.approach === it.approach))]),
  );
  return { ...movements[0], movements, approaches, intersection: meanOf(movements) };
}

function answerWebster(input: Readonly<Record<string, unknown>>) {
  const criticalFlowRatios = toRecords(input["stages"]).map((it) =>
    toNumber(it["y"] ?? toNumber(it["flow"]) / toNumber(it["sat"])),
  );
  const cycleLostTimeS = toNumber(input["lost_total"]);
  const webster_cycle = findWebsterCycleS({ criticalFlowRatios, cycleLostTimeS }) ?? Number.NaN;
  const cycleS = toNumber(input["cycle"] ?? webster_cycle);
  return {
    webster_cycle,
    effective_greens: listWebsterGreensS({ criticalFlowRatios, cycleLostTimeS, cycleS }),
  };
}

function answerQueue(input: Readonly<Record<string, unknown>>) {
  const queue = findDeterministicQueue({
    flowVph: toNumber(input["arrival"]),
    saturationFlowVph: toNumber(input["sat"]),
    redS: toNumber(input["red"]),
    greenS: toNumber(input["green"]),
  });
  return {
    proportion_cycle_with_queue: queue?.queuedRatio,
    proportion_stopped: queue?.stopRatio,
    time_to_clear: queue?.clearanceS,
    max_queue: queue?.longestQueueVeh,
    total_delay: queue?.cycleDelayVehS,
    average_delay: queue?.meanDelayS,
    max_delay: queue?.longestDelayS,
  };
}

function answerDispersion(input: Readonly<Record<string, unknown>>) {
  const flows = dispersePlatoon({
    flows: (input["flows"] as unknown[]).map(toNumber),
    lagSteps: toNumber(input["lag"]),
    smoothing: toNumber(input["F"]),
    steps: toNumber(input["steps"]),
  });
  return { flows, total: flows.reduce((sum, it) => sum + it, 0) };
}

/** Numbers of a case may be text, also as a fraction ("352/15"). */
function toNumber(value: unknown): number {
  const [numerator, denominator = "1"] = String(value).split("/");
  return Number(numerator) / Number(denominator);
}

const toRecords = (value: unknown) => value as readonly Readonly<Record<string, unknown>>[];

function valueAt(answer: unknown, path: string): number {
  let value = answer;
  for (const key of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[key];
  return Number(value);
}
