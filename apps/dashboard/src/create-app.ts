import { type Logger, type Registry, type RequestGuard, readiness } from "@bullpen/runtime";
import type { AuditTrail, KeyRing } from "@bullpen/storage";
import express, { type Express } from "express";
import { auditChanges } from "./audit-changes.js";
import { BOARD_PATH, type Board } from "./board.js";
import { boundPages } from "./bound-pages.js";
import { proxyApi } from "./console/proxy-api.js";
import { serveConsole } from "./console/serve-console.js";
import { SessionCookie } from "./console/session-cookie.js";
import { sessionRoutes } from "./console/session-routes.js";
import { handleErrors, routeNotFound } from "./handle-errors.js";
import { pageHeaders } from "./page-headers.js";
import { refreshBoard } from "./refresh-board.js";
import { refuseStrangers } from "./refuse-strangers.js";
import { admitAdmins } from "./sign-in/admit-admins.js";
import { FlowCookie } from "./sign-in/flow-cookie.js";
import type { OidcProvider } from "./sign-in/oidc-provider.js";
import { oidcRoutes } from "./sign-in/oidc-routes.js";
import type { ProxyIdentity } from "./sign-in/proxy-identity.js";
import { RequestKeys } from "./sign-in/request-keys.js";
import type { SessionKeys } from "./sign-in/session-keys.js";
import { withoutBasePath } from "./without-base-path.js";

/** Everything that the routes work with. */
export interface DashboardContext {
  readonly board: Board;
  /** What the browser has before every path: nothing, or a path such as `/ops`. */
  readonly basePath: string;
  readonly metrics: Registry;
  readonly logger: Logger;
  /** Decides which requests are answered, by their host and origin. */
  readonly guard: RequestGuard;
  /** Checks the keys of who comes. */
  readonly keyRing: KeyRing;
  /** Who did what. */
  readonly audit: AuditTrail;
  /** Whom a proxy with a login names. */
  readonly proxy: ProxyIdentity;
  readonly sessionKeys: SessionKeys;
  /** The OpenID provider by which people sign in; `undefined` where none is set. */
  readonly oidc: OidcContext | undefined;
  /** Where the api is. */
  readonly apiUrl: string;
}

export interface OidcContext {
  readonly provider: OidcProvider;
  /** Whether browsers reach the dashboard over TLS. */
  readonly isSecure: boolean;
  readonly sessionMs: number;
}

export function createApp(context: DashboardContext): Express {
  const { board, basePath, metrics, logger, guard, keyRing, audit, apiUrl, proxy, sessionKeys, oidc } =
    context;
  const cookie = new SessionCookie(basePath);
  const requestKeys = new RequestKeys({ cookie, keyRing, proxy, sessionKeys });
  const app = express();
  app.disable("x-powered-by");
  app.use(pageHeaders, refuseStrangers(guard));
  app.use(withoutBasePath(basePath));
  app.get("/healthz", (_request, response) => void response.json({ status: "ok" }));
  app.get("/readyz", async (_request, response) => {
    const [status, body] = await readiness(() => board.refresh());
    response.status(status).json(body);
  });
  app.get("/metrics", async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.metrics());
  });
  if (oidc) {
    const flowCookie = new FlowCookie({ basePath, isSecure: oidc.isSecure });
    app.use("/session", oidcRoutes({ ...oidc, cookie, flowCookie, sessionKeys, basePath, logger }));
  }
  app.use("/session", sessionRoutes({ cookie, keyRing, requestKeys, sessionKeys, provider: oidc?.provider }));
  app.use("/v1", proxyApi({ apiUrl, requestKeys, logger }));
  app.use(BOARD_PATH, auditChanges({ audit, requestKeys }));
  app.use(BOARD_PATH, admitAdmins(requestKeys), boundPages, refreshBoard(board), board.router);
  app.use(serveConsole(basePath));
  app.use(routeNotFound);
  app.use(handleErrors(logger));
  return app;
}
