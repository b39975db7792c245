import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import {
  hashPlanContent,
  parsePrivateKey,
  parsePublicKey,
  signRequest,
  toPublicPem,
  verifyRequest,
} from "./signing.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const request = {
  controllerId: "A",
  method: "plan.renew",
  order: { hash: "0".repeat(64), validUntilMs: 1_800_000_000_000 },
  epoch: 7,
} as const;
const params = signRequest(request, privateKey);

test("a signed request is accepted with its keys in any order", () => {
  const shuffled = Object.fromEntries(Object.entries(params).reverse());
  expect(verifyRequest({ ...request, params: shuffled }, publicKey)).toBe(true);
});

test("a signature serves no other controller, method, value, session or key", () => {
  const refused = [
    { ...request, params, controllerId: "B" },
    { ...request, params, method: "plan.release" as const },
    { ...request, params: { ...params, validUntilMs: params.validUntilMs + 1 } },
    { ...request, params: { ...params, epoch: 8 } },
    { ...request, params: { ...params, extra: 1 } },
    { ...request, params: { ...params, signature: "" } },
    { ...request, params: { ...request.order, epoch: 7 } },
  ];
  for (const forged of refused) expect(verifyRequest(forged, publicKey)).toBe(false);
  expect(verifyRequest({ ...request, params }, generateKeyPairSync("ed25519").publicKey)).toBe(false);
});

test("the public key survives its PEM", () => {
  const read = parsePublicKey(toPublicPem(privateKey));
  expect(verifyRequest({ ...request, params }, read)).toBe(true);
});

test("a key of another kind is refused by name", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  expect(() => parsePrivateKey(pem)).toThrow(/private key is rsa, not ed25519/);
  expect(() => parsePublicKey("rubbish")).toThrow(/public key is not a key in PEM/);
});

test("the hash of a plan depends on what decides the lamps alone", () => {
  const content = {
    timingPlan: {
      intersectionId: "A",
      cycleS: 90,
      sequenceId: "s",
      splits: [{ phase: 2, splitS: 90 }],
      offsetS: 0,
      offsetReference: { phase: 2, point: "beginGreen" as const },
    },
    timeZero: { type: "epoch" as const },
    timeZone: "UTC",
    fallback: "local",
  };
  expect(hashPlanContent({ ...content, ...{ revision: 2 } })).toBe(hashPlanContent(content));
  const moved = { ...content, timingPlan: { ...content.timingPlan, offsetS: 0.1 } };
  expect(hashPlanContent(moved)).not.toBe(hashPlanContent(content));
});
