import { ApiError } from "@bullpen/protocol";
import type { Express, RequestHandler } from "express";

type Method = "GET" | "POST" | "DELETE";
type Handlers<Params> = RequestHandler<Params> | [RequestHandler, RequestHandler<Params>];

/**
 * Adds a path with a handler for each of its methods; a handler may follow a body parser. Every other method
 * is refused with 405 and an `Allow` header.
 */
export function addRoute<Params>(
  app: Express,
  path: string,
  handlers: Readonly<Partial<Record<Method, Handlers<Params>>>>,
): void {
  const route = app.route(path);
  const methods = Object.keys(handlers) as Method[]; // a cast: the type names them
  for (const method of methods) {
    // A cast: the path has the parameters that its handlers read.
    const chain = [handlers[method] ?? []].flat() as RequestHandler[];
    route[method.toLowerCase() as Lowercase<Method>](...chain);
  }
  route.all(methodNotAllowed(methods.join(", ")));
}

function methodNotAllowed(allowed: string): RequestHandler {
  return (request, response, next) => {
    response.setHeader("allow", allowed);
    next(new ApiError("method_not_allowed", `${request.method} is not possible here; use ${allowed}.`));
  };
}
