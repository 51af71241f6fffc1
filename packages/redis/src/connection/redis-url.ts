import { redact, registerSettings } from "@bullpen/contracts";

/** Redis cannot be used with these settings; the message says why and how to fix it. */
export class RedisSetupError extends Error {
  override readonly name = "RedisSetupError";
  /** The operator sees the message as it is, without a stack trace. */
  readonly operatorMessage = true;
}

const FORM =
  "It must be such as redis://user:password@host:6379/0, rediss:// for TLS, redis+sentinel://host:26379,host:26379/master, redis+cluster://host:6379,host:6379, or the path of a Unix socket.";

const ENCODE =
  "User name and password must be percent-encoded in a URL: @ as %40, / as %2F, # as %23, ? as %3F, % as %25, : as %3A.";

/** Which servers know where the master is, when the URL does not name it. */
export type Directory =
  | { readonly kind: "sentinel"; readonly hosts: readonly Host[]; readonly master: string }
  | { readonly kind: "cluster"; readonly hosts: readonly Host[] };

export interface Host {
  readonly host: string;
  readonly port: number;
}

/** A value of REDIS_URL that is read. */
export interface RedisAddress {
  /** With one host at most: ioredis reads user, password and database from it. */
  readonly url: string;
  /** `undefined`: the URL names the master itself. */
  readonly directory?: Directory;
}

/**
 * Reads a value of REDIS_URL before any connection. The error quotes no part that may contain a password.
 *
 * @throws {RedisSetupError}
 */
export function readRedisUrl(url: string): RedisAddress {
  registerSettings({ url });
  const several = url === url.trim() ? splitHosts(url) : undefined;
  if (several === undefined) {
    checkRedisUrl(url);
    return { url };
  }
  const { scheme, isSentinel, login, hostList, path, search } = several;
  const names = path.split("/").slice(1);
  const [master = ""] = isSentinel ? names.splice(0, 1) : [];
  const database = names.join("/");
  const single = `${scheme}://${login}host${database === "" ? "" : `/${database}`}${search}`;
  checkParts(single);
  const hosts = readHosts(hostList, isSentinel ? 26_379 : 6_379);
  if (isSentinel) return { url: single, directory: { kind: "sentinel", hosts, master: checkMaster(master) } };
  if (database !== "" && database !== "0") {
    throw new RedisSetupError(
      "REDIS_URL ends in the number of a database. A Redis Cluster has only number 0.",
    );
  }
  return { url: single, directory: { kind: "cluster", hosts } };
}

/** The parts of a URL with several hosts; `undefined` for others. An @ in the login may be written as it is. */
function splitHosts(url: string) {
  const [start = "", scheme = "", kind = ""] = /^(rediss?)\+(sentinel|cluster):\/\//i.exec(url) ?? [];
  if (start === "") return undefined;
  const rest = url.slice(start.length);
  const hostsAt = rest.lastIndexOf("@") + 1;
  const [address = "", ...parameters] = rest.slice(hostsAt).split("?");
  const pathAt = address.includes("/") ? address.indexOf("/") : address.length;
  return {
    scheme: scheme.toLowerCase(),
    isSentinel: kind.toLowerCase() === "sentinel",
    login: rest.slice(0, hostsAt),
    hostList: address.slice(0, pathAt),
    path: address.slice(pathAt),
    search: parameters.length === 0 ? "" : `?${parameters.join("?")}`,
  };
}

function checkMaster(master: string): string {
  if (/^[\w.-]+$/.test(master)) return master;
  throw new RedisSetupError(
    "REDIS_URL does not end in the name by which the Sentinels watch the master. It must be such as redis+sentinel://user:password@host:26379,host:26379/mymaster, with /2 after the name for database 2.",
  );
}

/** Errors do not quote a host: it may be a part of a password. */
function readHosts(list: string, defaultPort: number): Host[] {
  const parts = list.split(",");
  return parts.map((part, i) => {
    const [, host = "", digits] = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(part.trim()) ?? [];
    const port = Number(digits ?? defaultPort);
    if (host === "" || port === 0 || port > 65_535) {
      throw new RedisSetupError(
        `REDIS_URL has a host that cannot be read, number ${i + 1} of ${parts.length}. Write host:${defaultPort}, with commas between hosts.`,
      );
    }
    return { host: host.replace(/^\[|\]$/g, ""), port };
  });
}

function checkRedisUrl(url: string): void {
  if (url !== url.trim()) throw new RedisSetupError("REDIS_URL has blanks around it; leave them out.");
  if (/^["'`].*["'`]$/s.test(url)) {
    throw new RedisSetupError("REDIS_URL has quotation marks around it; leave them out.");
  }
  // The path of a Unix socket, a port, or host:port.
  if (/^\/(?!\/)/.test(url) || /^[\w.-]*(:\d+)?(\?.*)?$/.test(url)) return;
  const [, scheme = ""] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url) ?? [];
  checkScheme(scheme.toLowerCase());
  checkParts(url);
}

/** What ioredis connects to. */
export interface RedisTarget {
  readonly url: string;
  readonly options: { readonly password?: string };
}

/**
 * Puts a password that is set apart into the URL, or beside it where it is the path of a socket.
 *
 * @param url one that {@link readRedisUrl} returns.
 * @throws {RedisSetupError} when the URL has a password too.
 */
export function withPassword(url: string, password: string | undefined): RedisTarget {
  if (password === undefined) return { url, options: {} };
  registerSettings({ password });
  const isUrl = /^rediss?:/i.test(url);
  const parsed = isUrl ? new URL(url) : undefined;
  if ((parsed?.password ?? "") !== "" || /[?&]password=/.test(url)) {
    throw new RedisSetupError(
      "REDIS_PASSWORD is set, and REDIS_URL has a password too. Leave one of them out.",
    );
  }
  if (!parsed) return { url, options: { password } };
  parsed.password = encodeURIComponent(password);
  return { url: parsed.href, options: {} };
}

function checkScheme(scheme: string): void {
  if (scheme === "redis" || scheme === "rediss") return;
  if (scheme === "unix" || scheme.endsWith("+unix") || scheme.endsWith("+socket")) {
    throw new RedisSetupError(
      `REDIS_URL begins with ${scheme}://. Name a Unix socket by its path alone: /run/redis/redis.sock, or /run/redis/redis.sock?db=1.`,
    );
  }
  if (scheme.includes("sentinel")) {
    throw new RedisSetupError(
      `REDIS_URL begins with ${scheme}://. Begin it with redis+sentinel://, or with rediss+sentinel:// for TLS, and end it in the master's name. ${FORM}`,
    );
  }
  const what = scheme === "" ? "has no scheme" : `begins with ${scheme}://`;
  throw new RedisSetupError(`REDIS_URL ${what}. ${FORM}`);
}

function checkParts(url: string): void {
  const [hosts = ""] = url
    .slice(Math.max(url.lastIndexOf("@") + 1, url.indexOf("://") + 3))
    .split(/[/?#]/, 1);
  if (hosts.includes(",")) {
    throw new RedisSetupError(
      "REDIS_URL names several hosts. Begin it with redis+sentinel:// or redis+cluster://, or with rediss+ for TLS.",
    );
  }
  if (!URL.canParse(url)) {
    const why = url.includes("@") ? ENCODE : FORM;
    throw new RedisSetupError(`REDIS_URL cannot be read as a URL. ${why}`);
  }
  const { username, password, pathname, search, hash } = new URL(url);
  // Everything before an @ belongs to the password, whatever the URL's grammar makes of it.
  if (`${pathname}${search}${hash}`.includes("@") || hash !== "") {
    throw new RedisSetupError(`REDIS_URL cannot be read as it is meant. ${ENCODE}`);
  }
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
  } catch {
    throw new RedisSetupError(
      `REDIS_URL has a % in its user name or password that encodes nothing. ${ENCODE}`,
    );
  }
  if (!/^\/?\d*$/.test(pathname)) {
    throw new RedisSetupError(
      `REDIS_URL ends in ${redact(pathname)}, where only a database number is allowed. ${FORM}`,
    );
  }
}
