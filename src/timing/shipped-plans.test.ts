import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { parseNetwork } from "../network/parse-network.ts";
import { judgeLamps } from "./lamp-judge.test-support.ts";
import { CoordinationPlanSchema } from "./plan.schema.ts";
import { predictTransition } from "./predict-transition.ts";
import { advance, DEFAULT_TRANSITION, startSequencer } from "./sequencer.ts";
import { buildTimeBase } from "./time-zero.ts";

const folder = new URL("../../networks/", import.meta.url);
const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), "utf8"));
const ids = readdirSync(folder).filter((id) => existsSync(new URL(`${id}/plan.json`, folder)));
/** Of a large network, this many intersections speak for the rest. */
const JUDGED = process.env["GREENWAVE_FULL"] === "1" ? Number.POSITIVE_INFINITY : 30;

test.each(ids)("the plan that is shipped with %s runs in step and breaks nothing", (id) => {
  const parsed = parseNetwork(read(`${id}/network.json`));
  if (parsed.kind !== "ok") throw new Error("shipped network is invalid");
  const { intersections } = parsed.network;
  const { timingPlans } = CoordinationPlanSchema.parse(read(`${id}/plan.json`));
  const stride = Math.ceil(timingPlans.length / JUDGED);
  for (const plan of timingPlans.filter((_, index) => index % stride === 0)) {
    const intersection = known(
      intersections.find((it) => it.id === plan.intersectionId),
      "intersection",
    );
    const timeBase = buildTimeBase(parsed.network);
    const started = startSequencer({ intersection, plan, timeBase, atDs: 17_900_000_000 });
    const request = { plan, timeBase, activateAtDs: 0, transition: DEFAULT_TRANSITION };
    expect(predictTransition(started, request)).toMatchObject({ kind: "reached" });
    const { sequencer, changes } = advance(started, started.nowDs + 12_000);
    expect(sequencer.fault).toBeUndefined();
    expect(judgeLamps({ intersection, changes, endDs: sequencer.nowDs })).toEqual([]);
  }
});
