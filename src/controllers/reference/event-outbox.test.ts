import { expect, test } from "vitest";
import type { EventItem } from "../protocol.schema.ts";
import { EVENT_WINDOW } from "../protocol-codes.ts";
import { EventOutbox, QUEUE_ITEMS } from "./event-outbox.ts";

const lamp = (atMs: number): EventItem => ({ type: "intervalChange", atMs, phase: 2, interval: "green" });
const count = (startAtMs: number): EventItem => ({
  type: "count",
  detectorId: "d",
  startAtMs,
  durationS: 60,
  countVeh: 1,
});

test("batches are numbered without gaps, and no more than the window are on their way", () => {
  const outbox = new EventOutbox();
  outbox.open(0);
  const sent = Array.from({ length: EVENT_WINDOW + 3 }, (_, atMs) => {
    outbox.add(lamp(atMs));
    return outbox.takeSendable();
  }).flat();
  expect(sent.map((it) => it.seq)).toEqual(Array.from({ length: EVENT_WINDOW }, (_, index) => index + 1));
  outbox.acknowledge(EVENT_WINDOW);
  expect(outbox.takeSendable()).toMatchObject([
    { seq: EVENT_WINDOW + 1, items: [{ atMs: 8 }, { atMs: 9 }, { atMs: 10 }] },
  ]);
});

test("after a reconnect what the centre does not hold goes out again as it was, what came between is late", () => {
  const outbox = new EventOutbox();
  outbox.open(0);
  for (const atMs of [1, 2]) {
    outbox.add(lamp(atMs));
    outbox.takeSendable();
  }
  outbox.close();
  outbox.add(lamp(3));
  expect(outbox.takeSendable()).toEqual([]);
  outbox.open(1);
  expect(outbox.takeSendable()).toEqual([
    { seq: 2, items: [lamp(2)] },
    { seq: 3, items: [{ ...lamp(3), late: true }] },
  ]);
});

test("what the centre could not take is sent again", () => {
  const outbox = new EventOutbox();
  outbox.open(0);
  outbox.add(lamp(1));
  const sent = outbox.takeSendable();
  expect(outbox.takeSendable()).toEqual([]);
  outbox.resend();
  expect(outbox.takeSendable()).toEqual(sent);
});

test("a full queue gives up lamps before counts, and says how many it lost", () => {
  const outbox = new EventOutbox();
  for (let atMs = 0; atMs < QUEUE_ITEMS; atMs++) outbox.add(atMs % 4 === 0 ? count(atMs) : lamp(atMs));
  outbox.add(count(QUEUE_ITEMS));
  outbox.open(0);
  const items = [];
  for (let batches = outbox.takeSendable(); batches.length > 0; batches = outbox.takeSendable()) {
    items.push(...batches.flatMap((it) => it.items));
    outbox.acknowledge(batches.at(-1)?.seq ?? 0);
  }
  expect(items.filter((it) => it.type === "count")).toHaveLength(QUEUE_ITEMS / 4 + 1);
  expect(items.filter((it) => it.type === "intervalChange")).toHaveLength(0);
  expect(items.filter((it) => it.type === "fault")).toMatchObject([
    { detail: `${(QUEUE_ITEMS / 4) * 3} events did not fit the queue while nobody took them` },
  ]);
  for (let atMs = 0; atMs <= QUEUE_ITEMS; atMs++) outbox.add(count(atMs));
  expect(outbox.takeSendable().length).toBe(EVENT_WINDOW);
});
