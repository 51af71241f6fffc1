import { keyOfRequest } from "@bullpen/runtime";
import type { KeyRefusal, KeyRing, Principal } from "@bullpen/storage";
import type { Request } from "express";
import type { SessionCookie } from "../console/session-cookie.js";
import type { ProxyIdentity } from "./proxy-identity.js";
import type { SessionKeys } from "./session-keys.js";

export interface RequestKeysOptions {
  readonly cookie: SessionCookie;
  readonly keyRing: KeyRing;
  readonly proxy: ProxyIdentity;
  readonly sessionKeys: SessionKeys;
}

/** On whose behalf a request comes, and the key with which the api is asked for it. */
export interface CheckedRequest {
  readonly key: string | undefined;
  readonly checked: Principal | KeyRefusal;
  /** Where the key comes from: only what is in a cookie can be signed out. */
  readonly from: "cookie" | "proxy" | "header";
}

/** Finds the key of a request: of its cookie, of whom a trusted proxy names, or of its `Authorization` header. */
export class RequestKeys {
  readonly #options: RequestKeysOptions;

  constructor(options: RequestKeysOptions) {
    this.#options = options;
  }

  /** The first key that is taken, or else the refusal of the last one. */
  async check(request: Request): Promise<CheckedRequest> {
    const { cookie, keyRing } = this.#options;
    const ways = [
      ["cookie", () => cookie.keyOf(request.headers.cookie)],
      ["proxy", () => this.#proxyKey(request)],
      ["header", () => keyOfRequest(request.headers.authorization)],
    ] as const;
    for (const [from, find] of ways) {
      const key = await find();
      if (key === undefined && from !== "header") continue;
      const checked = await keyRing.check(key);
      if (typeof checked === "object" || from === "header") return { key, checked, from };
    }
    throw new Error("The last way always answers.");
  }

  /** Whose key a request brings, whether or not it has ended; `undefined` where it brings none of ours. */
  async ownerOf(request: Request): Promise<Principal | undefined> {
    const { key, checked } = await this.check(request);
    return typeof checked === "object" && key !== undefined ? checked : this.#options.keyRing.ownerOf(key);
  }

  async #proxyKey(request: Request): Promise<string | undefined> {
    const identity = this.#options.proxy.of(request);
    return identity && (await this.#options.sessionKeys.ofProxy(identity));
  }
}
