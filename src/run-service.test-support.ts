/**
 * A service as a process of its own, for tests that kill it: configured by its environment, it prints its address and a
 * token for every role as one line of JSON, and runs until it is ended. `TEST_CLOCK` may hold the scale of a clock that
 * it shares with the test, as JSON.
 */
import { createScaledClock } from "./clock.ts";
import { parseConfig } from "./config.ts";
import { RoleSchema } from "./control/records.schema.ts";
import { startService } from "./main.ts";

const parsed = parseConfig({ environment: process.env });
if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.faults));
const scale = process.env["TEST_CLOCK"];
const service = await startService(
  parsed.config,
  scale === undefined ? {} : { clock: createScaledClock(JSON.parse(scale)), patience: 2 },
);
const tokens: Record<string, string> = {};
for (const role of RoleSchema.exclude(["controller"]).options) {
  tokens[role] = (await service.tokens.issue({ principalId: role, role, actorId: "test" })).token;
}
process.stdout.write(`${JSON.stringify({ address: service.address, tokens })}\n`);
process.on("SIGTERM", () => void service.close().then(() => process.exit(0)));
