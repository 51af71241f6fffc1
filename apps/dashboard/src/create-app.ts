import { type Logger, type Registry, readiness } from "@bullpen/runtime";
import express, { type Express } from "express";
import { BOARD_PATH, type Board } from "./board.js";
import { handleErrors, routeNotFound } from "./handle-errors.js";
import { refreshBoard } from "./refresh-board.js";
import { securityHeaders } from "./security-headers.js";

/** What the routes work with. */
export interface DashboardContext {
  readonly board: Board;
  readonly metrics: Registry;
  readonly logger: Logger;
}

export function createApp({ board, metrics, logger }: DashboardContext): Express {
  const app = express();
  app.disable("x-powered-by");
  app.get("/healthz", (_request, response) => void response.json({ status: "ok" }));
  app.get("/readyz", async (_request, response) => {
    const [status, body] = await readiness(() => board.refresh());
    response.status(status).json(body);
  });
  app.get("/metrics", async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.metrics());
  });
  app.use(securityHeaders);
  app.get("/", (_request, response) => response.redirect(BOARD_PATH));
  app.use(BOARD_PATH, refreshBoard(board), board.router);
  app.use(routeNotFound);
  app.use(handleErrors(logger));
  return app;
}
