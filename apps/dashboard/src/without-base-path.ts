import type { RequestHandler } from "express";

/** Removes the base path where a proxy has not done so: routes do not have it. */
export function withoutBasePath(basePath: string): RequestHandler {
  return (request, _response, next) => {
    const rest = request.url.startsWith(basePath) ? request.url.slice(basePath.length) : undefined;
    // `/ops` and `/ops/…`, and not `/opsis`.
    if (basePath !== "" && rest !== undefined && /^(?:[/?]|$)/.test(rest)) {
      request.url = rest.startsWith("/") ? rest : `/${rest}`;
    }
    next();
  };
}
