/**
 * Who may do what. A token is `gw_<token id>_<secret>`: the id finds the record, the secret is 256 random bits of which
 * the store keeps the SHA-256 of the whole token. Every route states its access; there is no default.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Role, TokenRecord } from "../control/records.schema.ts";
import type { Store } from "../control/store.ts";
import { AppError, assert } from "../errors.ts";

export interface Principal {
  readonly id: string;
  readonly role: Role;
  /** Of a controller: the network that it belongs to. */
  readonly networkId?: string;
}

/** `public`: nobody needs a token; `anyRole`: a valid token; else one of the roles. An admin may do all. */
export type Access = "public" | "anyRole" | readonly Role[];

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Who asks; set on every route that is not public. */
    principal: Principal | null;
  }
}

/** The valid tokens in memory, so that no request waits for the store to be let in. */
export interface TokenBook {
  /** `undefined` for a token that is wrong, unknown or revoked. */
  authenticate(token: string): Principal | undefined;
  /** Answers the token itself, once; only its hash is kept. */
  issue(input: {
    readonly principalId: string;
    readonly role: Role;
    /** Of a controller, whose tokens are all of one network: `conflict` otherwise. */
    readonly networkId?: string;
    readonly actorId: string;
  }): Promise<{ readonly token: string; readonly tokenId: string }>;
  /** `notFound` for an unknown or revoked token. */
  revoke(input: { readonly tokenId: string; readonly actorId: string }): Promise<void>;
  list(): Promise<TokenRecord[]>;
  /** The network of each controller that has a valid token. */
  listControllers(): ReadonlyMap<string, string>;
}

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();

export async function openTokenBook({
  store,
  nowMs,
  adminTokenSha256,
}: {
  readonly store: Store;
  readonly nowMs: () => number;
  /** Hexadecimal; the token of an administrator that the operator keeps outside of the store. */
  readonly adminTokenSha256?: string | undefined;
}): Promise<TokenBook> {
  const valid = new Map<string, TokenRecord>();
  for (const token of await store.listTokens({})) {
    if (token.revokedAtMs === undefined) valid.set(token.tokenId, token);
  }
  const admin = adminTokenSha256 === undefined ? undefined : Buffer.from(adminTokenSha256, "hex");

  let controllers: ReadonlyMap<string, string> | undefined;
  const listControllers = (): ReadonlyMap<string, string> => {
    controllers ??= new Map(
      [...valid.values()].flatMap((it) =>
        it.networkId === undefined ? [] : [[it.principalId, it.networkId]],
      ),
    );
    return controllers;
  };

  return {
    authenticate(token) {
      const hash = sha256(token);
      if (admin !== undefined && timingSafeEqual(hash, admin)) return { id: "admin", role: "admin" };
      const record = valid.get(token.split("_")[1] ?? "");
      if (record === undefined || !timingSafeEqual(hash, Buffer.from(record.sha256, "hex"))) return undefined;
      const { principalId: id, role, networkId } = record;
      return networkId === undefined ? { id, role } : { id, role, networkId };
    },
    async issue({ principalId, role, networkId, actorId }) {
      const home = networkId === undefined ? undefined : listControllers().get(principalId);
      if (home !== networkId && home !== undefined) {
        throw new AppError("conflict", `controller ${principalId} belongs to network ${home}`);
      }
      const tokenId = randomBytes(6).toString("hex");
      const token = `gw_${tokenId}_${randomBytes(32).toString("base64url")}`;
      const record: TokenRecord = {
        tokenId,
        principalId,
        role,
        ...(networkId === undefined ? {} : { networkId }),
        sha256: sha256(token).toString("hex"),
        createdBy: actorId,
        createdAtMs: nowMs(),
      };
      const subject = `token/${tokenId}/${role}/${principalId}`;
      await store.createToken({
        token: record,
        audit: {
          atMs: nowMs(),
          actorId,
          action: "token.issue",
          subject,
          beforeHash: null,
          afterHash: record.sha256,
        },
      });
      valid.set(tokenId, record);
      controllers = undefined;
      return { token, tokenId };
    },
    async revoke({ tokenId, actorId }) {
      const subject = `token/${tokenId}`;
      await store.revokeToken({
        tokenId,
        audit: { atMs: nowMs(), actorId, action: "token.revoke", subject, beforeHash: null, afterHash: null },
      });
      valid.delete(tokenId);
      controllers = undefined;
    },
    list: () => store.listTokens({}),
    listControllers,
  };
}

/** The token of an `Authorization: Bearer …` header. */
export function bearerTokenOf(header: string | undefined): string | undefined {
  return /^Bearer ([A-Za-z0-9._~+/-]{1,512}=*)$/i.exec(header ?? "")?.[1];
}

/** Before any body is read: 401 without a valid token, 403 for a role that may not. */
export function registerAuth(app: FastifyInstance, tokens: TokenBook): void {
  app.decorateRequest("principal", null);
  app.addHook("onRoute", ({ method, url, config }) => {
    assert(config?.access !== undefined, `route ${method} ${url} states no access`);
  });
  app.addHook("onRequest", (request, _reply, done) => {
    const { access } = request.routeOptions.config;
    if (request.is404 || access === "public") return done();
    const token = bearerTokenOf(request.headers.authorization);
    const principal = token === undefined ? undefined : tokens.authenticate(token);
    if (principal === undefined)
      return done(new AppError("notAuthenticated", "a valid bearer token is needed"));
    if (access !== "anyRole" && principal.role !== "admin" && access?.includes(principal.role) !== true) {
      return done(new AppError("notAuthorized", `role ${principal.role} may not do this`));
    }
    request.principal = principal;
    done();
  });
}
