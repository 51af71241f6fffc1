import { type Logger, type Registry, type RequestGuard, readiness } from "@bullpen/runtime";
import type { KeyRing } from "@bullpen/storage";
import express, { type Express } from "express";
import { BOARD_PATH, type Board } from "./board.js";
import { boundPages } from "./bound-pages.js";
import { handleErrors, routeNotFound } from "./handle-errors.js";
import { pageHeaders } from "./page-headers.js";
import { refreshBoard } from "./refresh-board.js";
import { refuseStrangers } from "./refuse-strangers.js";
import { signIn } from "./sign-in.js";
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
}

export function createApp({ board, basePath, metrics, logger, guard, keyRing }: DashboardContext): Express {
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
  app.use(signIn(keyRing));
  app.get("/", (_request, response) => response.redirect(basePath + BOARD_PATH));
  app.use(BOARD_PATH, boundPages, refreshBoard(board), board.router);
  app.use(routeNotFound);
  app.use(handleErrors(logger));
  return app;
}
