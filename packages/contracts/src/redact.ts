import { secretForms } from "./secrets.js";

/** What replaces a secret. */
export const REDACTED = "***";

/**
 * A text for an operator or a caller (log line, error message, reason of a failure) without secrets: the
 * configured ones in all their forms, and every value in a place for secrets – before a URL's host, in its
 * query, after AUTH, in headers and fields that are named so.
 */
export function redact(text: string): string {
  return redactPlaces(withoutSecrets(text, () => true));
}

/** The same for a line of JSON, which it leaves valid. */
export function redactJson(line: string): string {
  return redactPlaces(withoutSecrets(line, (form) => !/^[-+.eE\d]*$/.test(form.text)));
}

/**
 * A result (a tool's, a model's) without the configured secrets. Whatever else looks like one is data and
 * stays, and so does a secret that could be an ordinary word or number.
 */
export function redactContent(text: string): string {
  return withoutSecrets(text, (form) => form.isTelling);
}

function withoutSecrets(
  text: string,
  counts: (form: { readonly text: string; readonly isTelling: boolean }) => boolean,
): string {
  let clean = text;
  for (const form of secretForms()) {
    if (counts(form) && clean.includes(form.text)) clean = clean.replaceAll(form.text, REDACTED);
  }
  return clean.endsWith(ELLIPSIS) ? withoutCutSecret(clean) : clean;
}

const ELLIPSIS = "…";
/** The part of a secret that is left by a cut is an ordinary word if it is shorter. */
const SHORTEST_PART = 6;

/** A text that was cut may end in the beginning of a secret. */
function withoutCutSecret(text: string): string {
  const head = text.slice(0, -ELLIPSIS.length).trimEnd();
  for (const form of secretForms()) {
    if (!form.isTelling) continue;
    for (let length = form.text.length - 1; length >= SHORTEST_PART; length--) {
      if (head.endsWith(form.text.slice(0, length))) return `${head.slice(0, -length)}${REDACTED}${ELLIPSIS}`;
    }
  }
  return text;
}

/**
 * The beginning of a text from elsewhere, redacted: before it is cut, since a secret that the cut goes through would
 * be left in part.
 *
 * @param length the most characters; an ellipsis comes after them where the text is longer.
 */
export function redactHead(text: string, length: number): string {
  if (text.length <= length) return redact(text);
  const longest = secretForms()[0]?.text.length ?? 0;
  const part = redact(text.slice(0, length + longest));
  // What a cut of the part itself leaves of a secret is in its last characters.
  const end = text.length > length + longest ? Math.min(length, part.length - longest) : length;
  return `${part.slice(0, Math.max(0, end)).toWellFormed()}${ELLIPSIS}`;
}

const SECRET_WORD =
  "password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|signature|sig";

/** Places of secrets; each pattern keeps its first group. All run in linear time and leave JSON valid. */
const PLACES: readonly RegExp[] = [
  // ?password=…, token=…
  new RegExp(`((?:${SECRET_WORD})=)[^&\\s"'\\\\#<>,;)]+`, "gi"),
  /([?&](?:key|auth|code)=)[^&\s"'\\#<>,;)]+/gi,
  // "password":"…", also within a text that is JSON itself
  new RegExp(`((?:${SECRET_WORD}|authorization|cookie)\\\\*["']\\s?:\\s?\\\\*["'])[^"'\\\\]+`, "gi"),
  // Headers as text
  /\b((?:proxy-)?authorization: ?|(?:set-)?cookie: ?|x-[a-z-]{0,32}(?:key|token|secret): ?|api-key: ?)(?! ?Bearer …)[^"'\\\r\n]+/gi,
  /\b((?:Bearer|Basic) )[A-Za-z0-9._~+/=-]{6,}/g,
  // Commands of Redis: AUTH user password; "args":["3","AUTH","default","password"]
  /\b(AUTH )(?!<)[^\s"'\\,;]+(?: (?!<)[^\s"'\\,;]+)?/g,
  /((?<=")auth2?\\*"\s?,\s?\\*")[^"\\]*(?:\\*"\s?,\s?\\*"[^"\\]*)?/gi,
  /(requirepass )[^\s"'\\]+/gi,
  // Keys that show what they are
  /\b(whsec_)[A-Za-z0-9+/=_-]{8,}/g,
  /\b(sk-)[A-Za-z0-9_-]{8,}/g,
  /\b(bp_[0-9a-f]{16}_)[A-Za-z0-9_-]{8,}/g,
];

function redactPlaces(text: string): string {
  let clean = redactUrls(text);
  for (const place of PLACES) clean = clean.replace(place, `$1${REDACTED}`);
  return clean;
}

const URL_END = /[\s"'<>`]/g;

/** Hides what is between `://` and the last `@` of a URL, wherever characters there should be encoded and are not. */
function redactUrls(text: string): string {
  let clean = "";
  let from = 0;
  let runEnd = -1;
  let lastAt = -1;
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at + 3)) {
    const start = at + 3;
    if (start > runEnd) {
      URL_END.lastIndex = start;
      runEnd = URL_END.exec(text)?.index ?? text.length;
      lastAt = text.lastIndexOf("@", runEnd - 1);
    }
    if (lastAt < start || start < from || !holdsCredentials(text, at, start, runEnd)) continue;
    clean += text.slice(from, start) + REDACTED;
    from = lastAt;
  }
  return from === 0 ? text : clean + text.slice(from);
}

/** An `@` in a URL's path belongs to credentials if what comes before the path cannot be host and port. */
function holdsCredentials(text: string, at: number, start: number, end: number): boolean {
  if (/redis[a-z+-]*$/i.test(text.slice(Math.max(0, at - 20), at))) return true;
  const path = text.slice(start, end).search(/[/?#]/);
  const authority = text.slice(start, path < 0 ? end : start + path);
  return authority.includes("@") || !/^(\[[\da-f:.%]*\]|[^:]*)(:\d*)?$/i.test(authority);
}
