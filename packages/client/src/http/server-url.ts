import { BullpenError } from "../errors.js";

interface ServerUrl {
  /** Without user name, password and final slash. */
  readonly url: string;
  /** The `Authorization` header (Basic, RFC 7617, in UTF-8) of a user name and password in the URL. */
  readonly authorization: string | undefined;
}

/**
 * Takes the credentials out of the URL of an API: `fetch` refuses URLs that hold any, and no message may name them.
 *
 * @param urlSetting what the user sets the URL with, as the message names it.
 * @throws {BullpenError} when it is no HTTP URL; the message does not repeat it.
 */
export function parseServerUrl(address: string, urlSetting: string): ServerUrl {
  if (!URL.canParse(address) || !/^https?:/i.test(address)) {
    throw new BullpenError(
      `The api's address must be a URL such as http://127.0.0.1:3000; say it with ${urlSetting}.`,
    );
  }
  const parsed = new URL(address);
  const { username, password } = parsed;
  if (username === "" && password === "") {
    return { url: address.replace(/\/$/, ""), authorization: undefined };
  }
  parsed.username = "";
  parsed.password = "";
  return {
    url: parsed.href.replace(/\/$/, ""),
    authorization: `Basic ${base64(`${decoded(username)}:${decoded(password)}`)}`,
  };
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** A `%` that begins no escape is meant as it is written. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
