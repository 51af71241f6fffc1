import { redact, registerSettings } from "@bullpen/contracts";

/** Redis cannot be used with these settings; the message says why and how to fix it. */
export class RedisSetupError extends Error {
  override readonly name = "RedisSetupError";
  /** The operator sees the message as it is, without a stack trace. */
  readonly operatorMessage = true;
}

const FORM =
  "It must be such as redis://user:password@host:6379/0, rediss:// for TLS, or the path of a Unix socket.";

const ENCODE =
  "User name and password must be percent-encoded in a URL: @ as %40, / as %2F, # as %23, ? as %3F, % as %25, : as %3A.";

/**
 * Finds what is wrong with a value of REDIS_URL before any connection, without quoting the part that may contain a
 * password.
 *
 * @throws {RedisSetupError}
 */
export function checkRedisUrl(url: string): void {
  registerSettings({ url });
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
 * @param url one that {@link checkRedisUrl} accepts.
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
      `REDIS_URL begins with ${scheme}://. Bullpen asks no Sentinel: name the master, by a host name or proxy that follows it through a fail-over. ${FORM}`,
    );
  }
  const what = scheme === "" ? "has no scheme" : `begins with ${scheme}://`;
  throw new RedisSetupError(`REDIS_URL ${what}. ${FORM}`);
}

function checkParts(url: string): void {
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
