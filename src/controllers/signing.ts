/**
 * Plans arrive whole and from the right sender: hashes of their content (SHA-256) and signatures of every plan.*
 * request (Ed25519, RFC 8032), both over canonical JSON (RFC 8785).
 *
 * The centre holds the private key. Its public key is given to each controller when it is set up, never over the link
 * that it protects.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { AppError } from "../errors.ts";
import type { Intersection, Network, TimeZero } from "../network/network.schema.ts";
import { toCanonicalJson } from "../timing/canonical-json.ts";
import type { TimingPlan } from "../timing/plan.schema.ts";
import type { CentreMethod, CentreParams } from "./protocol.schema.ts";

export type PlanMethod = Exclude<CentreMethod, "alive">;
/** What the centre wants of a controller, before it is made out to a session. */
export type PlanOrder<M extends PlanMethod> = Omit<CentreParams<M>, "epoch" | "signature">;

/** Of what decides the lamps: the same plan has the same hash under any revision. Hexadecimal. */
export function hashPlanContent(content: {
  readonly timingPlan: TimingPlan;
  readonly timeZero: TimeZero;
  readonly timeZone: string;
  readonly fallback: string;
}): string {
  const { timingPlan, timeZero, timeZone, fallback } = content;
  return sha256Hex(toCanonicalJson({ timingPlan, timeZero, timeZone, fallback }));
}

/** Of what a controller must hold of its intersection before the centre may control it. Hexadecimal. */
export function hashConfiguration(
  intersection: Intersection,
  network: Pick<Network, "jurisdiction" | "drivingSide">,
): string {
  const { jurisdiction, drivingSide } = network;
  return sha256Hex(toCanonicalJson({ jurisdiction, drivingSide, intersection }));
}

/** The params of the request: the order with the session's epoch and the signature over both. */
export function signRequest<M extends PlanMethod>(
  request: {
    readonly controllerId: string;
    readonly method: M;
    readonly order: PlanOrder<M>;
    readonly epoch: number;
  },
  privateKey: KeyObject,
): CentreParams<M> {
  const { controllerId, method, order, epoch } = request;
  const params = { ...order, epoch };
  const signature = sign(null, signedBytes({ controllerId, method, params }), privateKey);
  return { ...params, signature: signature.toString("base64") } as CentreParams<M>;
}

/** Does the signature in `params` belong to exactly this request, this controller and the key? */
export function verifyRequest(
  request: { readonly controllerId: string; readonly method: PlanMethod; readonly params: object },
  publicKey: KeyObject,
): boolean {
  const { signature, ...params } = request.params as { signature?: unknown };
  if (typeof signature !== "string") return false;
  return verify(null, signedBytes({ ...request, params }), publicKey, Buffer.from(signature, "base64"));
}

/** A private Ed25519 key from PEM (PKCS #8). Throws `invalidInput`. */
export function parsePrivateKey(pem: string): KeyObject {
  return ed25519Key(() => createPrivateKey(pem), "private");
}

/** A public Ed25519 key from PEM (SPKI). Throws `invalidInput`. */
export function parsePublicKey(pem: string): KeyObject {
  return ed25519Key(() => createPublicKey(pem), "public");
}

/** The public half, as controllers are given it. */
export function toPublicPem(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
}

function ed25519Key(read: () => KeyObject, kind: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch (cause) {
    throw new AppError("invalidInput", `The centre's ${kind} key is not a key in PEM`, { cause });
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new AppError("invalidInput", `The centre's ${kind} key is ${key.asymmetricKeyType}, not ed25519`);
}

const signedBytes = (request: {
  readonly controllerId: string;
  readonly method: PlanMethod;
  readonly params: object;
}): Buffer => {
  const { controllerId, method, params } = request;
  return Buffer.from(toCanonicalJson({ controllerId, method, params }));
};

const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");
