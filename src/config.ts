/**
 * What an operator may set, from the environment (GREENWAVE_…) and from flags, which win. One schema says it all: the
 * values, their limits and defaults, the help text. Every fault is reported, not the first only. Secrets have no default.
 */
import os from "node:os";
import { z } from "zod";
import type { Fault } from "./errors.ts";
import { toFaults } from "./faults.ts";

const wholeNumber = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

export const ConfigSchema = z.strictObject({
  data: z
    .string()
    .min(1)
    .default(".greenwave")
    .meta({ description: "Folder of the database and the signing key" }),
  host: z.string().min(1).default("127.0.0.1").meta({ description: "Address to listen on" }),
  port: wholeNumber(0, 65_535).default(8080).meta({ description: "Port to listen on; 0: any free one" }),
  logLevel: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
    .default("info")
    .meta({ description: "Least level that is logged" }),
  networks: z
    .preprocess(
      (value) => (typeof value === "string" ? value.split(",").filter((it) => it !== "") : value),
      z.array(z.string().min(1)).max(100),
    )
    .default([])
    .meta({ description: "Network files to load at start, separated by commas" }),
  workers: wholeNumber(1, 256)
    .default(Math.max(1, os.availableParallelism() - 1))
    .meta({ description: "Threads for solving; default: processors − 1" }),
  taskQueueLimit: wholeNumber(1, 10_000)
    .default(64)
    .meta({ description: "Tasks that may wait for a thread before more are refused" }),
  taskLimitS: wholeNumber(1, 3600).default(60).meta({ description: "Longest run of one task, s" }),
  storeQueueLimit: wholeNumber(1, 100_000)
    .default(1000)
    .meta({ description: "Requests that may wait for the database before more are refused" }),
  lateAfterS: wholeNumber(1, 86_400)
    .default(900)
    .meta({ description: "Counts whose period ended longer ago are answered as late, s" }),
  leaseS: wholeNumber(30, 86_400)
    .default(600)
    .meta({ description: "A controller that hears nothing this long goes to its own plan, s" }),
  publishLeadS: wholeNumber(3, 600)
    .default(15)
    .meta({ description: "From a publish to the instant from which the plan runs, s" }),
  adminTokenSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits, lower case")
    .optional()
    .meta({ description: "SHA-256 of an administrator's token that is kept elsewhere" }),
});

export type Config = Readonly<z.infer<typeof ConfigSchema>>;
type ConfigKey = keyof Config;

export type ParsedConfig =
  | { readonly kind: "ok"; readonly config: Config }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

const KEYS = Object.keys(ConfigSchema.shape) as ConfigKey[];

/** taskQueueLimit → GREENWAVE_TASK_QUEUE_LIMIT */
const environmentName = (key: ConfigKey): string =>
  `GREENWAVE_${key.replace(/[A-Z]/g, (part) => `_${part}`).toUpperCase()}`;

/** taskQueueLimit → --task-queue-limit */
const flagName = (key: ConfigKey): string => `--${key.replace(/[A-Z]/g, (part) => `-${part}`).toLowerCase()}`;

/** `flags` by key, as text; those not given are absent. The path of a fault is the name that the operator used. */
export function parseConfig({
  environment,
  flags = {},
}: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags?: Readonly<Partial<Record<ConfigKey, unknown>>>;
}): ParsedConfig {
  const given = KEYS.flatMap((key) => {
    const fromFlag = flags[key];
    const value = fromFlag ?? environment[environmentName(key)];
    const name = fromFlag === undefined ? environmentName(key) : flagName(key);
    return value === undefined || value === "" ? [] : [{ key, value, name }];
  });
  const parsed = ConfigSchema.safeParse(Object.fromEntries(given.map((it) => [it.key, it.value])));
  if (parsed.success) return { kind: "ok", config: parsed.data };
  const nameOf = new Map<string, string>(given.map((it) => [it.key, it.name]));
  const faults = toFaults(parsed.error.issues).map(({ path, message }) => {
    const [key = "", ...rest] = path.split(".");
    return { path: [nameOf.get(key) ?? key, ...rest].join("."), message };
  });
  return { kind: "invalid", faults };
}

/** For --help and the documents. */
export function listConfigOptions(): {
  readonly key: ConfigKey;
  readonly flag: string;
  readonly environment: string;
  readonly description: string;
}[] {
  return KEYS.map((key) => ({
    key,
    flag: flagName(key),
    environment: environmentName(key),
    description: ConfigSchema.shape[key].meta()?.description ?? "",
  }));
}
