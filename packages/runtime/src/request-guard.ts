import type { IncomingMessage } from "node:http";
import { hostname } from "node:os";
import { hostOf, isIpAddress } from "./host-name.js";

export interface RequestGuardOptions {
  /** The address that the process listens on. A name there is one of its names. */
  readonly HOST: string;
  /** Further names that it answers to, as `hostListSetting` reads them. */
  readonly ALLOWED_HOSTS: readonly string[];
  /** Origins whose pages may use it, as `originListSetting` reads them. Default: none can be allowed. */
  readonly CORS_ORIGINS?: readonly string[];
}

/** Why a request is not answered. */
export interface Refusal {
  readonly status: 400 | 403 | 421;
  readonly code: "invalid_request" | "unknown_host" | "cross_site_request";
  readonly message: string;
}

/** Names of this machine that nobody else can have: resolvers and registries keep them reserved. */
const OWN_NAMES = [
  "localhost",
  "ip6-localhost",
  "ip6-loopback",
  // As containers know the machine that they run on.
  "host.docker.internal",
  "host.containers.internal",
];

/** As much of a header as an error repeats. */
const QUOTED_CHARACTERS = 100;

/**
 * Keeps web pages out of a process without a login, which trusts whoever reaches it. A browser on the
 * operator's machine reaches it for any page that he visits:
 *
 * - A page of another site can send requests, though not read the answers. It is known by `Sec-Fetch-Site`,
 *   which pages cannot set, or by its `Origin`.
 * - A page whose name was made to lead here (DNS rebinding) is of the same site for the browser. It is known
 *   by the `Host`: the page's name, which is none of this machine's. Addresses cannot be rebound.
 *
 * Other programs send neither of the first two headers, and are not concerned.
 */
export class RequestGuard {
  readonly #names: ReadonlySet<string>;
  readonly #suffixes: readonly string[];
  readonly #anyHost: boolean;
  readonly #origins: readonly string[] | undefined;

  constructor({ HOST, ALLOWED_HOSTS, CORS_ORIGINS }: RequestGuardOptions) {
    const listened = hostOf(HOST.includes(":") ? `[${HOST}]` : HOST);
    const own = [...OWN_NAMES, hostOf(hostname()), listened].filter((name) => name !== undefined);
    this.#names = new Set([...own, ...ALLOWED_HOSTS]);
    this.#suffixes = [".localhost", ...ALLOWED_HOSTS.filter(isWildcard).map((name) => name.slice(1))];
    this.#anyHost = ALLOWED_HOSTS.includes("*");
    this.#origins = CORS_ORIGINS;
  }

  /** Why the request is not answered; `undefined` when it is. */
  refusalOf(request: IncomingMessage): Refusal | undefined {
    return this.#hostRefusal(request) ?? this.#siteRefusal(request);
  }

  /** Whether pages of an origin may use this process and read its answers. */
  allowsOrigin(origin: string): boolean {
    return this.#origins?.includes("*") || this.#origins?.includes(origin.toLowerCase()) || false;
  }

  #hostRefusal(request: IncomingMessage): Refusal | undefined {
    if (this.#anyHost) return undefined;
    const hosts = hostHeaders(request);
    // HTTP/1.0 knows no Host, and no browser speaks it. Without one, Node refuses newer versions itself.
    if (hosts.length === 0) return undefined;
    if (hosts.length > 1) return badHost("must come once");
    // The target of a request to a proxy takes precedence over the header (RFC 9112, 3.2.2).
    for (const authority of [...hosts, ...targetAuthority(request)]) {
      const host = hostOf(authority);
      if (host === undefined) return badHost("must be a host name or an IP address");
      if (!this.#isKnown(host)) return unknownHost(host);
    }
    return undefined;
  }

  #isKnown(host: string): boolean {
    return (
      isIpAddress(host) || this.#names.has(host) || this.#suffixes.some((suffix) => host.endsWith(suffix))
    );
  }

  #siteRefusal(request: IncomingMessage): Refusal | undefined {
    const { origin } = request.headers;
    if (isOwnSite(request) || isFollowedLink(request)) return undefined;
    if (origin !== undefined && this.allowsOrigin(origin)) return undefined;
    const who = origin === undefined ? "" : ` (${quoted(origin)})`;
    const remedy = this.#origins ? " Its operator can allow the page's origin in CORS_ORIGINS." : "";
    return {
      status: 403,
      code: "cross_site_request",
      message: `Web pages of other sites${who} may not use this server.${remedy}`,
    };
  }
}

function isWildcard(name: string): boolean {
  return name.startsWith("*.");
}

/** Node drops every `Host` but the first from its `headers`. */
function hostHeaders({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_value, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === "host");
}

function targetAuthority({ url = "" }: IncomingMessage): string[] {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
  return authority === undefined ? [] : [authority];
}

/**
 * Whether a request is no page's, or one of a page that came from here. Browsers tell the site where the
 * address is one they trust (https, this machine); elsewhere the origin has to do.
 */
function isOwnSite({ headers }: IncomingMessage): boolean {
  const site = headers["sec-fetch-site"];
  if (site === "same-origin") return true;
  if (site !== undefined && site !== "none") return false;
  return headers.origin === undefined || isOriginOf(headers.host ?? "", headers.origin);
}

/** Whether a page of `origin` came from `host`. The scheme is not compared: a proxy may have taken TLS off. */
function isOriginOf(host: string, origin: string): boolean {
  const [, scheme] = /^(https?):\/\//.exec(origin) ?? [];
  const own = `${scheme}://${host}`;
  return scheme !== undefined && URL.canParse(origin) && URL.canParse(own)
    ? new URL(origin).host === new URL(own).host
    : false;
}

/** A link on another site that the user followed: it changes nothing, and its page cannot read ours. */
function isFollowedLink({ method, headers }: IncomingMessage): boolean {
  return (
    method === "GET" &&
    headers.origin === undefined &&
    headers["sec-fetch-mode"] === "navigate" &&
    headers["sec-fetch-dest"] === "document"
  );
}

function badHost(problem: string): Refusal {
  return { status: 400, code: "invalid_request", message: `Host: ${problem}.` };
}

function unknownHost(host: string): Refusal {
  return {
    status: 421,
    code: "unknown_host",
    message: `This server does not answer to the host name ${quoted(host)}. Use localhost or an IP address, or let its operator add the name to ALLOWED_HOSTS.`,
  };
}

function quoted(text: string): string {
  return text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS)}…` : text;
}
