import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SECURITY_HEADERS } from "@bullpen/runtime";
import express, { type Router } from "express";

/** Where the build puts the console. */
const FOLDER = fileURLToPath(new URL("../site", import.meta.url));

/**
 * The page shows text that models and callers wrote. It runs the scripts and uses the styles of its own files, asks its
 * own origin alone, and cannot turn text into markup.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const NOT_BUILT =
  "<!doctype html><title>Bullpen</title><p>The console is not built: run <code>npm run build</code>.</p>";

/**
 * The console: its files, and for every address of a page the one page that it is. The files have their digests in their
 * names, so browsers keep them.
 */
export function serveConsole(basePath: string): Router {
  const page = readPage(basePath);
  const router = express.Router();
  router.use(
    "/assets",
    express.static(join(FOLDER, "assets"), { immutable: true, maxAge: "1y", index: false, redirect: false }),
  );
  router.get("/*path", (request, response, next) => {
    // Programs get the error of an unknown path instead.
    if (request.path.startsWith("/assets/") || !request.get("accept")?.includes("text/html")) return next();
    send(response);
  });
  router.get("/", (_request, response) => send(response));
  return router;

  function send(response: express.Response): void {
    response
      .status(page === undefined ? 503 : 200)
      .set({ ...SECURITY_HEADERS, "content-security-policy": CONTENT_SECURITY_POLICY })
      .set("cache-control", "no-cache")
      .type("html")
      .send(page ?? NOT_BUILT);
  }
}

function readPage(basePath: string): string | undefined {
  try {
    const page = readFileSync(join(FOLDER, "index.html"), "utf8");
    return page.replace('<base href="/">', `<base href="${basePath}/">`);
  } catch {
    return undefined;
  }
}
