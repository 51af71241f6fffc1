import { ApiError } from "@bullpen/protocol";
import type { KeyRing, Principal } from "@bullpen/storage";
import express, { type ErrorRequestHandler, type Request, type Router } from "express";
import type { OidcProvider } from "../sign-in/oidc-provider.js";
import type { RequestKeys } from "../sign-in/request-keys.js";
import type { SessionKeys } from "../sign-in/session-keys.js";
import type { SessionCookie } from "./session-cookie.js";

export interface SessionOptions {
  readonly cookie: SessionCookie;
  readonly keyRing: KeyRing;
  readonly requestKeys: RequestKeys;
  readonly sessionKeys: SessionKeys;
  /** `undefined` where no OpenID provider is set. */
  readonly provider: Pick<OidcProvider, "host" | "signOutUrl"> | undefined;
}

/** A key takes far less. */
const MAX_BODY = "4kb";

/**
 * `GET /session` tells the page who it acts for, `POST` signs in with a key, `DELETE` signs out. Requests of other
 * sites do not come so far.
 */
export function sessionRoutes(options: SessionOptions): Router {
  const { cookie, keyRing, requestKeys, sessionKeys, provider } = options;
  const signedOut = { ...SIGNED_OUT, provider: provider?.host ?? null };
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set("cache-control", "no-store");
    next();
  });
  router.get("/", async (request, response) => {
    const { checked, from } = await requestKeys.check(request);
    response.json(typeof checked === "object" ? shown(checked, from === "cookie") : signedOut);
  });
  router.post("/", express.json({ limit: MAX_BODY }), async (request, response) => {
    const key: unknown = request.body?.key;
    if (typeof key !== "string" || key.trim() === "") {
      throw new ApiError("invalid_request", "key: is required, and must be text.", "key");
    }
    const checked = await keyRing.check(key.trim());
    if (typeof checked === "string") {
      throw new ApiError("invalid_api_key", `key: ${REASONS[checked]}.`, "key");
    }
    response.set("set-cookie", cookie.render(key.trim(), isSecure(request))).json(shown(checked, true));
  });
  router.delete("/", async (request, response) => {
    const key = cookie.keyOf(request.headers.cookie);
    response.set("set-cookie", cookie.renderEnd(isSecure(request)));
    const wasSession = key !== undefined && (await sessionKeys.close(key));
    response.json({ ...signedOut, sign_out_url: (wasSession && provider?.signOutUrl) || null });
  });
  router.use(refuseBody);
  return router;
}

/** What Express' reader of bodies refuses, in our form. Express tells an error handler by its four parameters. */
const refuseBody: ErrorRequestHandler = (error: unknown, _request, _response, next) => {
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  if (status === 413)
    return next(new ApiError("request_too_large", `The body must have at most ${MAX_BODY}.`));
  if (status === 400) return next(new ApiError("invalid_json", "The body must be JSON."));
  next(error);
};

const REASONS = {
  missing: "is required",
  unknown: "is none of this server's; check that it is whole",
  revoked: "was revoked; use another",
  expired: "has expired; use another",
} as const;

const SIGNED_OUT = { signed_in: false, tenant: null, role: null, user: null, needs_key: true } as const;

/** Who the page acts for. Without keys everybody is the owner. */
function shown({ tenant, role, keyId }: Principal, canSignOut: boolean) {
  const user = keyId?.startsWith("user:") ? keyId.slice("user:".length) : null;
  return {
    signed_in: true,
    tenant,
    role,
    user,
    needs_key: keyId !== undefined,
    can_sign_out: canSignOut && keyId !== undefined,
  };
}

/** Whether the browser reached us over TLS, as far as a proxy tells. */
function isSecure(request: Request): boolean {
  return request.secure || request.get("x-forwarded-proto")?.split(",")[0]?.trim() === "https";
}
