import { ApiError } from "@bullpen/protocol";
import { keyOfRequest } from "@bullpen/runtime";
import type { KeyRefusal, KeyRing } from "@bullpen/storage";
import type { RequestHandler } from "express";
import { setPrincipal, setRefusedActor } from "./principal.js";

const REASONS: Readonly<Record<KeyRefusal, string>> = {
  // No example of the header: the redactor would take it out.
  missing:
    "This server wants a key: send one as a bearer token; the command line takes it from BULLPEN_API_KEY",
  unknown: "The key that was sent is none of this server's. Check that it is whole",
  revoked: "The key that was sent was revoked. Use another",
  expired: "The key that was sent has expired. Use another",
};

/** Finds out on whose behalf a request is made, or refuses it with 401. */
export function authenticate({ keyRing }: { readonly keyRing: KeyRing }): RequestHandler {
  return async (request, response, next) => {
    const key = keyOfRequest(request.headers.authorization);
    const checked = await keyRing.check(key);
    if (typeof checked === "string") {
      if (checked === "revoked" || checked === "expired") await noteOwner(keyRing, request, key);
      response.setHeader("www-authenticate", 'Bearer realm="Bullpen"');
      const message = `${REASONS[checked]}; the operator makes keys with \`bullpen keys create\`.`;
      throw new ApiError("invalid_api_key", message);
    }
    setPrincipal(request, checked);
    next();
  };
}

/** The audit log tells whose key was tried after its end. */
async function noteOwner(keyRing: KeyRing, request: object, key: string | undefined): Promise<void> {
  const owner = await keyRing.ownerOf(key);
  if (!owner) return;
  const { tenant, keyId = null, keyName = null } = owner;
  setRefusedActor(request, { tenant, key_id: keyId, key_name: keyName });
}
