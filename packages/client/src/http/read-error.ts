import { parseRetryAfter } from "@bullpen/base";
import type { ErrorDetails } from "../errors.js";

/** An answer whose status is no success. */
interface ErrorAnswer extends ErrorDetails {
  readonly message: string;
  /** What the server says about another attempt; `undefined` where it says nothing. */
  readonly shouldRetry: boolean | undefined;
  /** The pause that the server asks for, in milliseconds. */
  readonly retryAfterMs: number;
}

/** Most of a foreign answer's text that a message shows, in characters: a line of a terminal or two. */
const MAX_SHOWN = 200;
/** The part of a page in which its title is searched, in characters. */
const PAGE_HEAD = 2_000;

/** Reads an error answer. @param urlSetting what the user sets the URL with, as the message names it. */
export async function readErrorAnswer(response: Response, urlSetting: string): Promise<ErrorAnswer> {
  const { status, headers } = response;
  const text = await response.text();
  const shouldRetry = headers.get("x-should-retry");
  const common = {
    status,
    shouldRetry: shouldRetry === null ? undefined : shouldRetry === "true",
    retryAfterMs: parseRetryAfter(headers.get("retry-after")) ?? 0,
    requestId: headers.get("x-request-id"),
  };
  const error = parseError(text);
  if (error) return { ...common, ...error, message: `The api refused: ${error.message} (${error.code})` };
  const message = `The api answered with HTTP status ${status}${excerpt(text)}. Is this a Bullpen? Say where it is with ${urlSetting}.`;
  return { ...common, message, code: null, param: null };
}

/** The error of a body in the API's form; `undefined` for any other body. */
export function parseError(
  text: string,
): { message: string; code: string; param: string | null } | undefined {
  try {
    const { error } = JSON.parse(text);
    const { message, code, param = null } = error;
    const isOurs = typeof message === "string" && typeof code === "string";
    return isOurs ? { message, code, param: typeof param === "string" ? param : null } : undefined;
  } catch {
    return undefined;
  }
}

/** The beginning of a body that is not the API's, for a message: of a page its title. */
export function excerpt(text: string): string {
  const head = text.slice(0, PAGE_HEAD);
  if (!head.trimStart().startsWith("<")) {
    return head.trim() === "" ? "" : `: ${head.slice(0, MAX_SHOWN).trim()}`;
  }
  const start = head.indexOf("<title>");
  const end = head.indexOf("</title>");
  return start < 0 || end < start ? ": a web page" : `: a web page, "${head.slice(start + 7, end).trim()}"`;
}
