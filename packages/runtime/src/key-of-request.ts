/** The longest header that is read: a key takes far less, and a decoder should not work for strangers. */
const LONGEST = 1_000;

/**
 * The key in an `Authorization` header: that of `Bearer` (RFC 6750), or of `Basic` (RFC 7617) the password, else the
 * user name, so that a URL such as `https://user:bp_…@host` works. `undefined` where there is no header.
 */
export function keyOfRequest(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (header.length > LONGEST) return "";
  const [, scheme = "", value = ""] = /^(\S+) +(\S+) *$/.exec(header) ?? [];
  if (/^bearer$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return "";
  const text = Buffer.from(value, "base64").toString("utf8");
  const colon = text.indexOf(":");
  const [user, password] = colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
  return password === "" ? user : password;
}
