/** A question with known answers: published ones, and ones that two independent methods agree on. */
import { readFileSync } from "node:fs";
import { z } from "zod";

/** A finite number, also as text and as a fraction: 12.5, "12.5", "352/15". */
export const Quantity = z.union([z.number(), z.string()]).transform(readQuantity);
export const PositiveQuantity = Quantity.pipe(z.number().positive());
/** A quantity that is not negative. */
export const Amount = Quantity.pipe(z.number().nonnegative());
export const AmountPair = z.tuple([Amount, Amount]);

function readQuantity(given: number | string, context: z.RefinementCtx): number {
  const [numerator = Number.NaN, denominator = 1, ...rest] = String(given)
    .split("/")
    .map((it) => (it.trim() === "" ? Number.NaN : Number(it)));
  const value = numerator / denominator;
  if (rest.length > 0 || !Number.isFinite(value)) {
    context.addIssue({ code: "custom", message: `wanted a number or a fraction, found "${given}"` });
  }
  return value;
}

const Remark = z.unknown().optional();
/** What a case may say anywhere for its readers; no answer depends on it. */
export const REMARKS = { name: Remark, note: Remark, units: Remark } as const;

const CaseSchema = z.object({
  id: z.string(),
  /** What kind of question: the key of an adapter in list-answers.ts. */
  oracle: z.string(),
  source: z.string().default("not stated"),
  provenance: z.string().default("not stated"),
  /** Each adapter has the schema of its own questions. */
  input: z.unknown(),
  expect: z
    .array(
      z.object({
        /** Keys and places in the answer, with dots between: `movements.0.d1`. */
        path: z.string(),
        /** What is no number is never met. */
        value: Quantity.catch(Number.NaN),
        tol: Amount.default(0),
        /** `published` or `computed`. */
        kind: z.string(),
      }),
    )
    .min(1),
  note: z.string().default(""),
});

export type Case = z.infer<typeof CaseSchema>;

/** What an adapter answers; names as in the cases. `undefined`: this question has no such answer. */
export type Answer = number | string | undefined | readonly Answer[] | { readonly [name: string]: Answer };

/** Reads a file of cases; throws on one that is not what CaseSchema says. */
export function readCases(file: string | URL): Case[] {
  const parsed = z
    .array(CaseSchema)
    .min(1)
    .safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) throw new Error(`not a file of cases:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/**
 * Reads the question of a case, in which null is as good as absent; throws with every key and value that the adapter
 * does not understand.
 */
export function readInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(withoutNulls(input));
  return parsed.success ? parsed.data : refuse(describe(parsed.error));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, it]) => it !== null);
  return Object.fromEntries(entries.map(([key, it]) => [key, withoutNulls(it)]));
}

/** Throws: an adapter answers only what it understands. */
export function refuse(reason: string): never {
  throw new Error(`input not understood: ${reason}`);
}

/** Refuses a list of another length. */
export function demandLength(name: string, values: readonly unknown[], wanted: number): void {
  if (values.length !== wanted) refuse(`${name} has ${values.length} values, wanted ${wanted}`);
}

const describe = ({ issues }: z.ZodError): string =>
  issues.map((it) => (it.path.length === 0 ? it.message : `${it.path.join(".")}: ${it.message}`)).join("; ");

/** The number at a path of an answer. */
export function findNumber(answer: Answer, path: string): number | undefined {
  let value: Answer = answer;
  for (const key of path.split(".")) value = childOf(value, key);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

const childOf = (value: Answer, key: string): Answer =>
  typeof value === "object" ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
