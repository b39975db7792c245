import { expect, test } from "vitest";
import {
  encodeCommand,
  encodeDouble,
  encodeInteger,
  encodeMessage,
  encodeText,
  encodeTypedText,
  TraciFrames,
  TraciReader,
} from "./traci-codec.ts";

test("the request for the version is the one of the protocol's documentation", () => {
  expect([...encodeMessage([encodeCommand(0x00)])]).toEqual([0, 0, 0, 6, 2, 0]);
});

test("a command to set a signal's state has its variable, identity and typed text", () => {
  const command = encodeCommand(0xc2, Buffer.from([0x20]), encodeText("J"), encodeTypedText("Gr"));
  expect([...command]).toEqual([15, 0xc2, 0x20, 0, 0, 0, 1, 74, 0x0c, 0, 0, 0, 2, 71, 114]);
});

test("a long command has a zero and a length of four bytes", () => {
  const command = encodeCommand(0x01, Buffer.alloc(300));
  expect([...command.subarray(0, 6)]).toEqual([0, 0, 0, 1, 50, 1]);
  expect(command).toHaveLength(306);
});

test("messages are found however the stream is cut", () => {
  const message = encodeMessage([encodeCommand(0x02, encodeDouble(1.5))]);
  const stream = Buffer.concat([message, message]);
  for (let cut = 0; cut <= stream.length; cut++) {
    const frames = new TraciFrames();
    const found = [...frames.add(stream.subarray(0, cut)), ...frames.add(stream.subarray(cut))];
    expect(found).toEqual([message.subarray(4), message.subarray(4)]);
  }
});

test("a compound is read as a list of its values", () => {
  const reader = new TraciReader(
    Buffer.concat([
      Buffer.from([0x0f]),
      encodeInteger(2),
      Buffer.from([0x09]),
      encodeInteger(-7),
      encodeTypedText("é"),
    ]),
  );
  expect(reader.readValue()).toEqual([-7, "é"]);
});

test("an answer that ends too early, or has a value of an unknown type, is refused in words", () => {
  expect(() => new TraciReader(encodeInteger(9)).readText()).toThrow("ends too early");
  expect(() => new TraciReader(Buffer.from([0x77])).readValue()).toThrow("unknown type, 119");
});
