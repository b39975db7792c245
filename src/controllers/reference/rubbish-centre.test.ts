/** A controller whose centre sends rubbish: it closes the link, comes back, and its lamps never notice. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { breachesOf, commit, goOn, order, setStage, until } from "./controller-stage.test-support.ts";

const LONGEST_BACK_OFF_S = 60;

const frames = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.uint8Array({ maxLength: 60 }).map((it) => Buffer.from(it)),
  fc.json(),
  fc
    .record({
      id: fc.oneof(fc.integer(), fc.constant(null), fc.string()),
      method: fc.constantFrom(
        "plan.prepare",
        "plan.commit",
        "plan.renew",
        "plan.release",
        "alive",
        "register",
      ),
      params: fc.oneof(
        fc.jsonValue(),
        fc.constant({ ...order(), epoch: 1, signature: `${"A".repeat(86)}==` }),
        fc.constant({ txId: "tx-1", epoch: -1, signature: "" }),
      ),
    })
    .map((it) => JSON.stringify({ jsonrpc: "2.0", ...it })),
);

test("whatever the centre sends, no lamp breaks a rule and the controller takes a plan afterwards", async () => {
  const stage = await setStage();
  const registrations = () => stage.notes.filter((it) => it.kind === "registered").length;
  const losses = () => stage.notes.filter((it) => it.kind === "lost").length;
  const isThere = () => registrations() > losses();
  await fc.assert(
    fc.asyncProperty(fc.array(frames, { minLength: 1, maxLength: 5 }), async (sent) => {
      for (const frame of sent) stage.centre.send(frame);
      await goOn(stage, 7);
      for (let tries = 0; !isThere() && tries < 10; tries++) await goOn(stage, LONGEST_BACK_OFF_S);
      await until(isThere);
    }),
    { seed: 20261122, numRuns: process.env["GREENWAVE_FULL"] === "1" ? 500 : 15 },
  );
  expect(stage.controller.runningPlanHash).toBeNull();
  expect(losses()).toBeGreaterThan(5);
  expect(stage.notes.filter((it) => it.kind === "failed")).toEqual([]);
  const activateAtMs = stage.clock.nowMs() + 10_000;
  const plan = order({ activateAtMs, validUntilMs: activateAtMs + 3_600_000 });
  expect((await stage.centre.ask("plan.prepare", plan)).error).toBeUndefined();
  expect((await stage.centre.ask("plan.commit", commit)).error).toBeUndefined();
  await goOn(stage, 300);
  await until(() => stage.centre.items.some((it) => it.type === "planActive"));
  expect(breachesOf(stage)).toEqual([]);
});
