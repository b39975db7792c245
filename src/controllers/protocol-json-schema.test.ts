import { expect, test } from "vitest";
import { CLOSE_CODES, CLOSE_SENTENCES, ERROR_CODES, ERROR_SENTENCES } from "./protocol-codes.ts";
import { buildProtocolJsonSchema } from "./protocol-json-schema.ts";

test("the JSON Schema names every method, error code and close code, and closes every object", () => {
  const text = JSON.stringify(buildProtocolJsonSchema());
  const methods = ["register", "events", "alive", "prepare", "commit", "abort", "renew", "release"];
  for (const method of methods) expect(text).toContain(method);
  expect(text).toContain('"replaced":4000');
  expect(text).toContain('"planRejected":-32014');
  const objects = text.match(/"type":"object"/g)?.length ?? 0;
  const openObjects = 4; // `result` of a response, by its method
  expect(text.match(/"additionalProperties":false/g)?.length).toBeGreaterThanOrEqual(objects - openObjects);
});

test("no two reasons share a code", () => {
  for (const codes of [Object.values(ERROR_CODES), Object.values(CLOSE_CODES)]) {
    expect(new Set<number>(codes).size).toBe(codes.length);
  }
  expect(Object.keys(ERROR_SENTENCES)).toEqual(Object.keys(ERROR_CODES));
  expect(Object.keys(CLOSE_SENTENCES)).toEqual(Object.keys(CLOSE_CODES));
});
