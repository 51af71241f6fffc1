import { decoded, registerSecrets } from "./secrets.js";

export interface SplitUrl {
  /** The URL without user name and password. */
  readonly url: string;
  /** The `Authorization` header that they make (Basic, RFC 7617, in UTF-8); `undefined` without any. */
  readonly authorization: string | undefined;
}

/**
 * Takes the credentials out of an HTTP URL: `fetch` refuses URLs that hold any, and whatever names the URL
 * later must not name them.
 *
 * @throws {TypeError} when it is no URL; the message does not repeat it.
 */
export function splitCredentials(url: string): SplitUrl {
  if (!URL.canParse(url)) throw new TypeError("not a URL");
  const parsed = new URL(url);
  const { username, password } = parsed;
  if (username === "" && password === "") return { url, authorization: undefined };
  const pair = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64");
  registerSecrets(pair, decoded(password === "" ? username : password));
  parsed.username = "";
  parsed.password = "";
  // A bare origin stays one: `URL` gives it a slash.
  const bare = url.endsWith("/") ? parsed.href : parsed.href.replace(/\/$/, "");
  return { url: bare, authorization: `Basic ${pair}` };
}
