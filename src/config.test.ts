import { expect, test } from "vitest";
import { listConfigOptions, parseConfig } from "./config.ts";

test("nothing given is a sound configuration without secrets", () => {
  const parsed = parseConfig({ environment: {} });
  expect(parsed).toMatchObject({
    kind: "ok",
    config: { host: "127.0.0.1", port: 8080, networks: [], lateAfterS: 900 },
  });
  expect(parsed).not.toHaveProperty("config.adminTokenSha256");
});

test("a flag wins over the environment", () => {
  const environment = { GREENWAVE_PORT: "9000", GREENWAVE_NETWORKS: "a.json,b.json" };
  const parsed = parseConfig({ environment, flags: { port: "9001" } });
  expect(parsed).toMatchObject({ config: { port: 9001, networks: ["a.json", "b.json"] } });
});

test("all faults are reported together, under the names that were used", () => {
  const parsed = parseConfig({
    environment: {
      GREENWAVE_PORT: "eighty",
      GREENWAVE_LOG_LEVEL: "loud",
      GREENWAVE_ADMIN_TOKEN_SHA256: "secret",
    },
    flags: { workers: "0" },
  });
  const paths = parsed.kind === "invalid" ? parsed.faults.map((it) => it.path) : [];
  expect(paths.sort()).toEqual([
    "--workers",
    "GREENWAVE_ADMIN_TOKEN_SHA256",
    "GREENWAVE_LOG_LEVEL",
    "GREENWAVE_PORT",
  ]);
});

test("every option explains itself and has one name in each form", () => {
  const options = listConfigOptions();
  expect(options.every((it) => it.description.length > 10)).toBe(true);
  expect(options.find((it) => it.key === "taskQueueLimit")).toMatchObject({
    flag: "--task-queue-limit",
    environment: "GREENWAVE_TASK_QUEUE_LIMIT",
  });
});
