import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { toCanonicalJson } from "../timing/canonical-json.ts";
import {
  CENTRE_RESULTS,
  type CentreRequest,
  CentreRequestSchema,
  CONTROLLER_RESULTS,
  ControllerRequestSchema,
  ResponseSchema,
} from "./protocol.schema.ts";
import { CLOSE_CODES, CLOSE_SENTENCES, ERROR_CODES, ERROR_SENTENCES } from "./protocol-codes.ts";
import { hashPlanContent, parsePublicKey, verifyRequest } from "./signing.ts";

const page = readFileSync(new URL("../../docs/device-protocol.md", import.meta.url), "utf8");
const messages = [...page.matchAll(/```json\n([\s\S]*?)\n```/g)].map((it) => JSON.parse(it[1] ?? ""));

test("every message on the page is a message of the protocol", () => {
  const results = [...Object.values(CONTROLLER_RESULTS), ...Object.values(CENTRE_RESULTS)];
  for (const message of messages) {
    if (message.method !== undefined) {
      const schemas = [ControllerRequestSchema, CentreRequestSchema];
      expect(
        schemas.filter((it) => it.safeParse(message).success),
        message.method,
      ).toHaveLength(1);
    } else {
      ResponseSchema.parse(message);
      if (message.result === undefined) continue;
      expect(results.some((it) => it.safeParse(message.result).success)).toBe(true);
    }
  }
  expect(messages.length).toBeGreaterThan(10);
});

test("hash and signatures on the page are right, and over the texts that it shows", () => {
  const [pem] = /-----BEGIN PUBLIC KEY-----[\s\S]*-----END PUBLIC KEY-----/.exec(page) ?? [""];
  const publicKey = parsePublicKey(pem);
  const signed = messages.filter((it): it is CentreRequest => /^plan\./.test(it.method));
  expect(signed.map((it) => it.method)).toEqual(["plan.prepare", "plan.commit"]);
  for (const { method, params } of signed) {
    if (method === "alive") continue;
    expect(verifyRequest({ controllerId: "canal-poydras", method, params }, publicKey)).toBe(true);
    if (method !== "plan.prepare") continue;
    expect(hashPlanContent(params)).toBe(params.hash);
    const { timingPlan, timeZero, timeZone, fallback } = params;
    expect(page).toContain(`\n${toCanonicalJson({ timingPlan, timeZero, timeZone, fallback })}\n`);
    const { signature: _, ...unsigned } = params;
    const text = toCanonicalJson({ controllerId: "canal-poydras", method, params: unsigned });
    expect(page).toContain(`\n${text}\n`);
  }
});

test("the page's tables of codes are those of the program", () => {
  const rows = (codes: Readonly<Record<string, number>>, sentences: Readonly<Record<string, string>>) =>
    Object.entries(codes).map(([name, code]) => `| \`${name}\` | ${code} | ${sentences[name]} |`);
  const unaligned = page.replaceAll(/ +/g, " ");
  for (const row of rows(ERROR_CODES, ERROR_SENTENCES)) expect(unaligned).toContain(row);
  for (const row of rows(CLOSE_CODES, CLOSE_SENTENCES)) expect(unaligned).toContain(row);
});
