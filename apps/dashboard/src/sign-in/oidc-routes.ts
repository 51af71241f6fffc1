import type { Logger } from "@bullpen/runtime";
import express, { type Response, type Router } from "express";
import { AuthorizationResponseError } from "openid-client";
import type { SessionCookie } from "../console/session-cookie.js";
import type { FlowCookie } from "./flow-cookie.js";
import { userIdOf } from "./identity.js";
import { type Notice, noticePage } from "./notice-page.js";
import type { OidcProvider } from "./oidc-provider.js";
import type { SessionKeys } from "./session-keys.js";

export interface OidcRoutesOptions {
  readonly provider: OidcProvider;
  readonly sessionKeys: SessionKeys;
  readonly cookie: SessionCookie;
  readonly flowCookie: FlowCookie;
  readonly basePath: string;
  /** Whether browsers reach the dashboard over TLS. */
  readonly isSecure: boolean;
  readonly sessionMs: number;
  readonly logger: Logger;
}

/** Paths to return to are cut from links; longer ones are none of ours. */
const MAX_PATH_CHARACTERS = 500;

/** `GET /session/oidc` sends a browser to the provider, `GET /session/callback` takes it back. */
export function oidcRoutes(options: OidcRoutesOptions): Router {
  const { provider, flowCookie, basePath, logger } = options;
  const router = express.Router();
  router.get("/oidc", async (request, response) => {
    const { url, flow } = await provider.begin(returnPathOf(request.query.return));
    response.set({ "set-cookie": flowCookie.render(flow), "cache-control": "no-store", location: url });
    response.status(303).end();
  });
  router.get("/callback", async (request, response) => {
    const retry = { href: `${basePath}/session/oidc`, text: "Sign in again" };
    const flow = flowCookie.flowOf(request.headers.cookie, request.query.state);
    if (!flow) {
      const text = "This sign-in was not begun in this browser, is over, or took longer than ten minutes.";
      return send(response, 400, { title: "Not signed in", text, link: retry });
    }
    response.set("set-cookie", flowCookie.renderEnd());
    try {
      const identity = await provider.finish(request.url.split("?")[1] ?? "", flow);
      await admit(response, options, identity, flow.returnTo);
    } catch (error) {
      logger.warn({ err: error }, "a sign-in at the OpenID provider failed");
      send(response, 502, { title: "Not signed in", text: reasonOf(error, provider.host), link: retry });
    }
  });
  return router;
}

async function admit(
  response: Response,
  { sessionKeys, cookie, flowCookie, basePath, isSecure, sessionMs, logger }: OidcRoutesOptions,
  identity: Parameters<SessionKeys["accessOf"]>[0],
  returnTo: string,
): Promise<void> {
  const access = sessionKeys.accessOf(identity);
  if (!access) {
    logger.warn({ user: userIdOf(identity.user) }, "no rule of SIGN_IN_ROLES fits who signs in");
    const text = `You are ${identity.user}, and nobody has given you or a group of yours a role here. Ask the operator, who sets SIGN_IN_ROLES.`;
    const link = { href: `${basePath}/`, text: "Sign in with a key" };
    return send(response, 403, { title: "Not signed in", text, link });
  }
  const key = await sessionKeys.open(identity, access, sessionMs);
  response.set("set-cookie", [flowCookie.renderEnd(), cookie.render(key, isSecure)]);
  // A browser sends no strict cookie with what another site's redirect leads to, but with what a page of ours does.
  const link = { href: basePath + returnTo, text: "Go on", isAutomatic: true };
  send(response, 200, { title: "Signed in", text: `You are ${identity.user}.`, link });
}

/** A path of ours that was asked for; `/` for what leads elsewhere. */
function returnPathOf(wanted: unknown): string {
  const isOurs =
    typeof wanted === "string" && /^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) && !wanted.includes("\\");
  return isOurs && wanted.length <= MAX_PATH_CHARACTERS ? wanted : "/";
}

function reasonOf(error: unknown, host: string): string {
  if (!(error instanceof AuthorizationResponseError)) {
    return `What ${host} answered could not be used. The dashboard's log has the cause.`;
  }
  const words = error.error_description ?? error.error;
  return `${host} has refused: ${words.slice(0, 300)}.`;
}

function send(response: Response, status: number, notice: Notice): void {
  response.status(status).set("cache-control", "no-store").type("html").send(noticePage(notice));
}
