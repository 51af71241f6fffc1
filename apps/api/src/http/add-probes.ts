import { checkRedis } from "@bullpen/redis";
import { readiness } from "@bullpen/runtime";
import type { Express } from "express";
import type { ApiContext } from "../api-context.js";
import { addRoute } from "./add-route.js";

/** What a supervisor asks: whether the process lives, whether it can work, and its metrics. */
export function addProbes(app: Express, { redis, metrics }: Pick<ApiContext, "redis" | "metrics">): void {
  addRoute(app, "/healthz", { GET: (_request, response) => void response.json({ status: "ok" }) });
  addRoute(app, "/readyz", {
    GET: async (_request, response) => {
      const [status, body] = await readiness(() => checkRedis(redis));
      response.status(status).json(body);
    },
  });
  addRoute(app, "/metrics", {
    GET: async (_request, response) => {
      response.type(metrics.contentType).send(await metrics.metrics());
    },
  });
}
