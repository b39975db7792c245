/**
 * What a controller has to tell the centre, until the centre holds it: items wait in a bounded queue, are put into
 * numbered batches when the window has room, and a batch is kept until its number is acknowledged. So numbers have no
 * gaps within a boot, and after a reconnect the unacknowledged batches go out again as they were.
 *
 * When the queue is full, changes of lamps and detectors go before counts, the oldest first; how many were lost is itself an event.
 */
import { known } from "../../errors.ts";
import type { EventItem, EventsParams } from "../protocol.schema.ts";
import { EVENT_WINDOW } from "../protocol-codes.ts";

const BATCH_ITEMS = 1000;
export const QUEUE_ITEMS = 20_000;
const FIRST_TO_GO: ReadonlySet<EventItem["type"]> = new Set([
  "intervalChange",
  "crossingChange",
  "detectorChange",
  "buttonPress",
]);

export class EventOutbox {
  #queue: EventItem[] = [];
  #batches: EventsParams[] = [];
  #lastSeq = 0;
  /** Batches up to here are on their way in this session. */
  #sentSeq = 0;
  #isOpen = false;
  #lost = 0;

  add(item: EventItem): void {
    if (this.#queue.length >= QUEUE_ITEMS) this.#makeRoom();
    this.#queue.push(this.#isOpen ? item : { ...item, late: true });
  }

  /** A session has begun; the centre holds everything up to `lastSeq`. */
  open(lastSeq: number): void {
    this.#isOpen = true;
    this.acknowledge(lastSeq);
    this.#sentSeq = 0;
  }

  close(): void {
    this.#isOpen = false;
  }

  /** The centre could not take a batch: all that is kept is to be sent again. */
  resend(): void {
    this.#sentSeq = 0;
  }

  acknowledge(seq: number): void {
    this.#batches = this.#batches.filter((it) => it.seq > seq);
  }

  /** The batches to be sent now, in order; they count as sent. None outside a session. */
  takeSendable(): EventsParams[] {
    if (!this.#isOpen) return [];
    this.#reportLoss();
    while (this.#queue.length > 0 && this.#batches.length < EVENT_WINDOW) {
      this.#lastSeq += 1;
      this.#batches.push({ seq: this.#lastSeq, items: this.#queue.splice(0, BATCH_ITEMS) });
    }
    const sendable = this.#batches.filter((it) => it.seq > this.#sentSeq);
    if (sendable.length > 0) this.#sentSeq = known(sendable.at(-1), "last batch").seq;
    return sendable;
  }

  #makeRoom(): void {
    const before = this.#queue.length;
    this.#queue = this.#queue.filter((it) => !FIRST_TO_GO.has(it.type));
    this.#queue = this.#queue.slice(-QUEUE_ITEMS / 2);
    this.#lost += before - this.#queue.length;
  }

  #reportLoss(): void {
    const last = this.#queue.at(-1);
    if (this.#lost === 0 || last === undefined) return;
    const atMs = last.type === "count" ? last.startAtMs : last.atMs;
    const detail = `${this.#lost} events did not fit the queue while nobody took them`;
    this.#queue.push({ type: "fault", atMs, fault: "other", detail });
    this.#lost = 0;
  }
}
