/** A centre and its stub controllers on a clock that stands still, for tests of transactions. */
import { createManualClock } from "../clock.ts";
import { known } from "../errors.ts";
import type { ActiveReport } from "./commit-delivery.ts";
import type { CommitRecord } from "./commit-record.schema.ts";
import { listMembers, SAMPLE_NOW_MS } from "./corridor.test-support.ts";
import { FakeLinks } from "./fake-links.test-support.ts";
import type { Publication } from "./publication.ts";
import { StubDevice } from "./stub-controller.test-support.ts";
import { PlanTransactions } from "./transaction.ts";

export type World = ReturnType<typeof createWorld>;

/** All controllers are there. */
export function createWorld(size: number) {
  const clock = createManualClock(SAMPLE_NOW_MS);
  const devices = listMembers(size).map((id) => new StubDevice(id, clock));
  const records: CommitRecord[] = [];
  const reports: ActiveReport[] = [];
  const start = () => {
    const links = new FakeLinks(clock);
    const transactions = new PlanTransactions({
      links,
      clock,
      journal: {
        record: async (it) => {
          if (world.journal === "fails") throw new Error("disk full");
          if (world.journal !== "hangsBefore") records.push(it);
          if (world.journal !== "works") await new Promise(() => {});
        },
      },
      reportActive: (it) => reports.push(it),
    });
    return { links, transactions };
  };
  const world = {
    clock,
    devices,
    records,
    reports,
    journal: "works" as "works" | "fails" | "hangsBefore" | "hangsAfter",
    ...start(),
    device: (position: number) => known(devices[position], `device ${position}`),
    publish: (publication: Publication) => world.transactions.publish(publication),
    activations: () => devices.map((it) => it.activations),
    /** Goes on to `afterMs` since the start, the last two minutes second by second with all that follows done. */
    runTo: async (afterMs: number) => {
      const endMs = SAMPLE_NOW_MS + afterMs;
      await turn();
      while (clock.nowMs() < endMs) {
        clock.advanceTo(Math.min(endMs, Math.max(clock.nowMs() + 1000, endMs - 120_000)));
        await turn();
      }
    },
    /** The centre ends and starts again with the records that it finds; all controllers connect. */
    crash: (found: readonly CommitRecord[]) => {
      for (const device of devices) world.links.disconnect(device);
      Object.assign(world, start());
      world.transactions.resume(found);
      for (const device of devices) world.links.connect(device);
    },
  };
  for (const device of devices) world.links.connect(device);
  return world;
}

/** Lets all that waits on resolved promises run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
