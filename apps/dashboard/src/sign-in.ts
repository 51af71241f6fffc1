import { mayDo } from "@bullpen/contracts";
import { ApiError } from "@bullpen/protocol";
import { keyOfRequest } from "@bullpen/runtime";
import type { KeyRing } from "@bullpen/storage";
import type { RequestHandler } from "express";

/**
 * Lets in who has a key of the role `admin`: the board shows the queries of all tenants. The browser asks for it as a
 * password. Until the first key is made everybody is let in.
 */
export function signIn(keyRing: KeyRing): RequestHandler {
  return async (request, response, next) => {
    const checked = await keyRing.check(keyOfRequest(request.headers.authorization));
    if (typeof checked === "object" && mayDo(checked.role, "admin")) return next();
    response.setHeader("www-authenticate", 'Basic realm="Bullpen: any user name, an admin key as password"');
    if (typeof checked === "object") {
      throw new ApiError(
        "permission_denied",
        `The key's role is ${checked.role}; the dashboard needs admin.`,
        null,
        401,
      );
    }
    throw new ApiError("invalid_api_key", "The dashboard wants a key of the role admin as the password.");
  };
}
