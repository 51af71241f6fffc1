import { ApiError } from "@bullpen/protocol";
import { roleOf } from "@bullpen/protocol/openapi";
import type { Express, RequestHandler } from "express";
import { authorize } from "../access/authorize.js";

type Method = "GET" | "POST" | "DELETE";
type Handlers<Params> = RequestHandler<Params> | [RequestHandler, RequestHandler<Params>];

/**
 * Adds a path with a handler for each of its methods; a handler may follow a body parser. Before them, the request's
 * key is held to the role that the protocol names for the operation. Every other method is refused with 405 and an
 * `Allow` header.
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
    const verb = method.toLowerCase() as Lowercase<Method>;
    route[verb](...guardOf(verb, path), ...chain);
  }
  route.all(methodNotAllowed(methods.join(", ")));
}

/** @throws {Error} when the protocol has no such operation: a route without a rule is never served. */
function guardOf(method: string, path: string): RequestHandler[] {
  const role = roleOf(method, path.replace(/[:*](\w+)/g, "{$1}"));
  if (role === undefined) throw new Error(`The protocol has no operation ${method} ${path}.`);
  return role === "anyone" ? [] : [authorize(role)];
}

function methodNotAllowed(allowed: string): RequestHandler {
  return (request, response, next) => {
    response.setHeader("allow", allowed);
    next(new ApiError("method_not_allowed", `${request.method} is not possible here; use ${allowed}.`));
  };
}
