import { expect, test } from "vitest";
import { buildNetworkJsonSchema } from "./network-json-schema.ts";

test("the JSON Schema refuses unknown keys and lets an author leave out what has a default", () => {
  const schema = buildNetworkJsonSchema();
  expect(schema).toHaveProperty("$ref", "#/$defs/Network");
  expect(schema).toHaveProperty("$defs.Network.additionalProperties", false);
  expect(schema).toHaveProperty(
    "$defs.Network.required",
    expect.arrayContaining(["version", "intersections", "links"]),
  );
  expect(schema).toHaveProperty(
    "$defs.Network.required",
    expect.not.arrayContaining(["timeZero", "detectors"]),
  );
});
