import { RefusedRedirectError } from "../errors.js";
import { shownUrl } from "../shown-url.js";

/** Enough for a slash that is missing and a path that has moved; more is a circle. */
export const MAX_REDIRECTS = 5;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Those that keep method and body. */
const KEEPING: ReadonlySet<number> = new Set([307, 308]);

/**
 * Where redirects may lead: to the origin alone, or wherever the client's guard lets them. Every hop has its own check of
 * addresses either way.
 */
export type RedirectScope = "same-origin" | "guarded";

/** What a redirect is decided by. */
export interface RedirectingAnswer {
  readonly method: string;
  readonly status: number;
  readonly location: string | undefined;
}

/**
 * Where an answer redirects to. Headers and body are meant for the origin and for no other: to others a request goes
 * without them (see {@link headersFor}), and one with a body does not go.
 *
 * @returns `undefined` when the answer is to be taken as it is: no redirect, or one that would turn the request into
 * another.
 * @throws {RefusedRedirectError} for another origin, or for a location that is no URL.
 */
export function redirectTarget(
  from: URL,
  { method, status, location }: RedirectingAnswer,
  scope: RedirectScope,
): URL | undefined {
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (!target) throw new RefusedRedirectError(`${shownUrl(from)} redirects to a location that is no URL`);
  const isRead = method === "GET" || method === "HEAD";
  const isWeb = target.protocol === "https:" || target.protocol === "http:";
  if (target.origin !== from.origin && !(scope === "guarded" && isRead && isWeb)) {
    throw new RefusedRedirectError(
      `${from.origin} redirects to ${target.origin === "null" ? target.protocol : target.origin}, which is not followed: give the final address`,
    );
  }
  if (!KEEPING.has(status) && !isRead) return undefined;
  target.username = "";
  target.password = "";
  return target;
}

/** Headers that say nothing of who sends them. */
const PLAIN_HEADERS = new Set(["accept", "accept-language", "user-agent"]);

/** What another origin is told of a request's headers: none that could be a credential, whatever its name is. */
export function headersFor(
  from: URL,
  to: URL,
  headers: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  if (from.origin === to.origin) return headers;
  return headers.filter(([name]) => PLAIN_HEADERS.has(name.toLowerCase()));
}

/** @throws {RefusedRedirectError} */
export function refuseCircle(url: URL): never {
  throw new RefusedRedirectError(`${shownUrl(url)} redirects more than ${MAX_REDIRECTS} times`);
}
