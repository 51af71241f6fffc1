import { mayDo, type Role } from "@bullpen/contracts";
import { ApiError } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import { principalOf } from "./principal.js";

/** Refuses with 403 whoever may not do what a role is needed for. */
export function authorize(needed: Role): RequestHandler {
  return (request, _response, next) => {
    const { role } = principalOf(request);
    if (mayDo(role, needed)) return next();
    const message = `The key's role is ${role}; this needs ${needed}. The operator makes keys with \`bullpen keys create --role ${needed}\`.`;
    next(new ApiError("permission_denied", message));
  };
}
