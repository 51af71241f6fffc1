import { RefusedRedirectError } from "../errors.js";
import { shownUrl } from "../shown-url.js";

/** Enough for a slash that is missing and a path that has moved; more is a circle. */
export const MAX_REDIRECTS = 5;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Those that keep method and body. */
const KEEPING: ReadonlySet<number> = new Set([307, 308]);

/** What a redirect is decided by. */
export interface RedirectingAnswer {
  readonly method: string;
  readonly status: number;
  readonly location: string | undefined;
}

/**
 * Where an answer redirects to. Only within the origin: headers, and the body, are meant for that and for no other.
 *
 * @returns `undefined` when the answer is to be taken as it is: no redirect, or one that would turn the request into
 * another.
 * @throws {RefusedRedirectError} for another origin, or for a location that is no URL.
 */
export function redirectTarget(from: URL, { method, status, location }: RedirectingAnswer): URL | undefined {
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (!target) throw new RefusedRedirectError(`${shownUrl(from)} redirects to a location that is no URL`);
  if (target.origin !== from.origin) {
    throw new RefusedRedirectError(
      `${from.origin} redirects to ${target.origin === "null" ? target.protocol : target.origin}, which is not followed: give the final address`,
    );
  }
  if (!KEEPING.has(status) && method !== "GET" && method !== "HEAD") return undefined;
  target.username = "";
  target.password = "";
  return target;
}

/** @throws {RefusedRedirectError} */
export function refuseCircle(url: URL): never {
  throw new RefusedRedirectError(`${shownUrl(url)} redirects more than ${MAX_REDIRECTS} times`);
}
