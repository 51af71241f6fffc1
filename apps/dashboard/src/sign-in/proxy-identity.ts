import type { IncomingMessage } from "node:http";
import type { Identity } from "./identity.js";
import { Networks } from "./networks.js";

export interface ProxyOptions {
  /** In lower case; `undefined`: no proxy names users. */
  readonly userHeader: string | undefined;
  readonly groupsHeader: string | undefined;
  readonly proxies: readonly string[];
}

/** Who a proxy with a login says that a request comes from. */
export class ProxyIdentity {
  readonly #options: ProxyOptions;
  readonly #proxies: Networks;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#proxies = new Networks(options.proxies);
  }

  /**
   * `undefined` without the header, and for requests that come from elsewhere than the proxy: whoever reaches the
   * dashboard directly can write any header. A header that comes twice was not set by the proxy alone.
   */
  of(request: IncomingMessage): Identity | undefined {
    const { userHeader, groupsHeader } = this.#options;
    if (userHeader === undefined || !this.#proxies.has(request.socket.remoteAddress)) return undefined;
    const users = valuesOf(request, userHeader);
    const groups = groupsHeader === undefined ? [] : valuesOf(request, groupsHeader);
    const user = users[0]?.trim() ?? "";
    if (users.length !== 1 || groups.length > 1 || user === "") return undefined;
    return { user, groups: (groups[0] ?? "").split(",").map((group) => group.trim()) };
  }
}

/** Node joins headers that come more than once. */
function valuesOf({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.filter((_value, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
}
