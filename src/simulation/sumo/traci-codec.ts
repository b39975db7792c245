/**
 * The bytes of TraCI, SUMO's control protocol over TCP: messages of commands, each with a length, an identity and typed
 * content, big-endian. Source: sumo.dlr.de/docs/TraCI/Protocol.html (API 20, SUMO 1.15).
 * Limits: only the value types that the commands of this room use.
 */
import { AppError, assert } from "../../errors.ts";

const TYPE = {
  byte: 0x08,
  unsignedByte: 0x07,
  integer: 0x09,
  double: 0x0b,
  text: 0x0c,
  texts: 0x0e,
  compound: 0x0f,
};

/** A value of an answer; compounds and lists become arrays. */
export type TraciValue = number | string | readonly TraciValue[];

export const encodeBytes = (...values: readonly number[]): Buffer => Buffer.from(values);

export function encodeInteger(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function encodeDouble(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

export function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([encodeInteger(bytes.length), bytes]);
}

export const encodeTypedText = (text: string): Buffer =>
  Buffer.concat([encodeBytes(TYPE.text), encodeText(text)]);

/** Its length is one byte where that is enough, else a zero and four. */
export function encodeCommand(id: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat([encodeBytes(id), ...content]);
  const length = body.length + 1;
  const head =
    length <= 0xff ? encodeBytes(length) : Buffer.concat([encodeBytes(0), encodeInteger(length + 4)]);
  return Buffer.concat([head, body]);
}

/** Commands of one message are carried out in order and answered in one. */
export function encodeMessage(commands: readonly Buffer[]): Buffer {
  const body = Buffer.concat(commands);
  return Buffer.concat([encodeInteger(body.length + 4), body]);
}

/** Reads one message from its begin; stops with `unavailable` at its end or at a type that it does not know. */
export class TraciReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  readByte(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  readInteger(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  readDouble(): number {
    return this.#bytes.readDoubleBE(this.#take(8));
  }

  readText(): string {
    const length = this.readInteger();
    const from = this.#take(length);
    return this.#bytes.toString("utf8", from, from + length);
  }

  /** The identity of the command that begins here; its length is passed over. */
  readCommandId(): number {
    if (this.readByte() === 0) this.readInteger();
    return this.readByte();
  }

  readValue(): TraciValue {
    const type = this.readByte();
    switch (type) {
      case TYPE.byte:
        return this.#bytes.readInt8(this.#take(1));
      case TYPE.unsignedByte:
        return this.readByte();
      case TYPE.integer:
        return this.readInteger();
      case TYPE.double:
        return this.readDouble();
      case TYPE.text:
        return this.readText();
      case TYPE.texts:
        return Array.from({ length: this.readInteger() }, () => this.readText());
      case TYPE.compound:
        return Array.from({ length: this.readInteger() }, () => this.readValue());
      default:
        throw new AppError("unavailable", `SUMO answered with a value of an unknown type, ${type}`);
    }
  }

  #take(length: number): number {
    const from = this.#at;
    this.#at += length;
    if (length < 0 || this.#at > this.#bytes.length) {
      throw new AppError("unavailable", "SUMO's answer ends too early");
    }
    return from;
  }
}

/** Cuts a stream of bytes into messages. */
export class TraciFrames {
  #kept = Buffer.alloc(0);

  /** The messages that are complete with this chunk, without their lengths. */
  add(chunk: Buffer): Buffer[] {
    this.#kept = Buffer.concat([this.#kept, chunk]);
    const messages: Buffer[] = [];
    while (this.#kept.length >= 4) {
      const length = this.#kept.readInt32BE();
      assert(length >= 4, `a message of ${length} bytes`);
      if (this.#kept.length < length) break;
      messages.push(this.#kept.subarray(4, length));
      this.#kept = this.#kept.subarray(length);
    }
    return messages;
  }
}
