import express, { type Express } from "express";
import { authenticate } from "./access/authenticate.js";
import { limitRequests } from "./access/limit-requests.js";
import { addRoutes } from "./add-routes.js";
import type { ApiContext } from "./api-context.js";
import { auditRequests } from "./audit/audit-requests.js";
import { addProbes } from "./http/add-probes.js";
import { checkTarget } from "./http/check-target.js";
import { handleErrors } from "./http/handle-errors.js";
import { allowOrigins, refuseStrangers } from "./http/refuse-strangers.js";
import { refuseWhileRedisIsAway } from "./http/refuse-while-redis-is-away.js";
import { routeNotFound } from "./http/route-not-found.js";
import { traceRequests } from "./http/trace-requests.js";
import { trackRequests } from "./http/track-requests.js";
import { timeRequests } from "./metrics/request-metrics.js";
import { addReference } from "./reference/add-reference.js";

/** The api: what applies to every request, then the routes. */
export function createApp(context: ApiContext): Express {
  const app = express();
  app.disable("x-powered-by");
  // Answers change all the time: to hash each one costs more than it saves. The content of files has its own tag, and
  // compares it; Express would answer 304 to `If-None-Match: *` whatever there is.
  app.disable("etag");
  Object.defineProperty(app.request, "fresh", { get: () => false });
  app.use(trackRequests(context.logger), timeRequests(context.metrics), traceRequests(context.tracing));
  app.use(auditRequests(context.audit));
  app.use(refuseStrangers(context.guard), allowOrigins(context.guard), checkTarget);
  addProbes(app, context);
  addReference(app);
  app.use("/v1", authenticate(context));
  app.use("/v1", refuseWhileRedisIsAway(context.redis));
  app.use("/v1", limitRequests(context));
  addRoutes(app, context);
  app.use(routeNotFound);
  app.use(handleErrors);
  return app;
}
