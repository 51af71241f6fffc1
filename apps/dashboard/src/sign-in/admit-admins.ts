import { mayDo } from "@bullpen/contracts";
import { ApiError } from "@bullpen/protocol";
import type { RequestHandler } from "express";
import type { RequestKeys } from "./request-keys.js";

/**
 * Lets in whoever has the role `admin`: the board shows the queries of all tenants. Who has not signed in on the console
 * is asked for a key by the browser, as a password. Until the first key is made everybody is let in.
 */
export function admitAdmins(requestKeys: RequestKeys): RequestHandler {
  return async (request, response, next) => {
    const { checked } = await requestKeys.check(request);
    if (typeof checked === "object" && mayDo(checked.role, "admin")) return next();
    response.setHeader("www-authenticate", 'Basic realm="Bullpen: any user name, an admin key as password"');
    if (typeof checked === "object") {
      throw new ApiError(
        "permission_denied",
        `The key's role is ${checked.role}; the queues need admin.`,
        null,
        401,
      );
    }
    throw new ApiError("invalid_api_key", "The queues want a key of the role admin as the password.");
  };
}
