import fc from "fast-check";
import { expect, test } from "vitest";
import { buildPublication } from "./corridor.test-support.ts";
import { buildRpcError } from "./rpc-peer.ts";
import { createWorld, type World } from "./transaction-world.test-support.ts";

/** What can go wrong at one controller during a publication. */
const faultArbitrary = fc.constantFrom(
  "none",
  "refusesPrepare",
  "ignoresPrepare",
  "lostBeforePrepare",
  "lostAfterPrepare",
  "lostBeforeCommit",
  "lostAfterCommit",
  "ignoresCommit",
  "restartsAfterPrepare",
);

test("whatever is lost or crashes, in the end all of a corridor or none of it has changed, once", async () => {
  const runs = process.env["GREENWAVE_FULL"] === "1" ? 2000 : 60;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ kind: faultArbitrary, awayMs: fc.constantFrom(0, 3000, 12_000, 50_000) }), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.constantFrom<"none" | "hangsBefore" | "hangsAfter" | "later">(
        "none",
        "hangsBefore",
        "hangsAfter",
        "later",
      ),
      async (faults, crash) => {
        const world = createWorld(faults.length);
        if (crash === "hangsBefore" || crash === "hangsAfter") world.journal = crash;
        for (const [i, fault] of faults.entries()) applyFault(world, i, fault);
        void world.publish(buildPublication(faults.length));
        await world.runTo(60_000);
        if (crash !== "none") world.crash(world.records);
        await world.runTo(120_000);
        const expected = world.records.length === 1 ? ["tx-1"] : [];
        expect(world.activations()).toEqual(Array(faults.length).fill(expected));
        expect(world.devices.every((it) => it.describe().pendingTxId === null)).toBe(true);
      },
    ),
    { seed: 20_261_122, numRuns: runs },
  );
});

/** The fault happens once; a controller that is lost by it is back after `awayMs`. */
function applyFault(world: World, position: number, fault: { kind: string; awayMs: number }): void {
  const device = world.device(position);
  device.override = ({ method }) => {
    const isHere = fault.kind.endsWith("Prepare") ? method === "plan.prepare" : method === "plan.commit";
    if (fault.kind === "none" || !isHere) return undefined;
    device.override = () => undefined;
    if (fault.kind.startsWith("refuses")) return { answer: { error: buildRpcError("planRejected") } };
    if (fault.kind.startsWith("restarts")) queueMicrotask(() => device.restart());
    if (fault.kind.startsWith("lost")) {
      world.links.disconnect(device);
      world.clock.after(fault.awayMs, () => world.links.connect(device));
    }
    const isHeard = fault.kind.startsWith("lostAfter") || fault.kind.startsWith("restarts");
    return isHeard ? undefined : { answer: undefined };
  };
}
