import type { ErrorResponseBody } from "@bull-board/api/typings/app";
import type { RequestHandler, Response } from "express";
import type { Board } from "./board.js";

const MESSAGE = "Redis is away. This page continues by itself when Redis is back.";

const RETRY_SECONDS = 3;

/**
 * Updates the list of queues before every page and every poll. Answers 503 while Redis is
 * away, where bull-board would wait. Scripts and styles need no Redis.
 */
export function refreshBoard(board: Board): RequestHandler {
  return async (request, response, next) => {
    if (request.path.startsWith("/static/")) return next();
    try {
      await board.refresh();
    } catch {
      // The connection has logged why.
      refuse(response, request.path.startsWith("/api/"));
      return;
    }
    next();
  };
}

function refuse(response: Response, isPoll: boolean): void {
  response.status(503).setHeader("retry-after", String(RETRY_SECONDS));
  if (isPoll) {
    // bull-board's script understands its own form of error: it shows the message and continues to poll.
    response.json({
      error: { key: "ERRORS.INTERNAL_SERVER_ERROR" },
      message: MESSAGE,
      code: "redis_unavailable",
    } satisfies ErrorResponseBody);
  } else response.type("html").send(AWAY_PAGE);
}

const AWAY_PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${RETRY_SECONDS}">
<title>Bullpen: Redis is away</title>
<style>
  :root { color-scheme: light dark; font-family: system-ui, sans-serif; }
  body { max-width: 32rem; margin: 20vh auto 0; padding: 0 1.5rem; line-height: 1.5; }
</style>
</head>
<body>
<h1>Redis is away</h1>
<p>The queues cannot be read. This page tries again every ${RETRY_SECONDS} seconds.</p>
</body>
</html>
`;
