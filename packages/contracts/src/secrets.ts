/**
 * The secret values that this process was configured with, in every form in which they may come back: as
 * they are, percent-encoded, in JSON or HTML, in base64 at any alignment. A process has one environment, so
 * it has one such list; `redact.ts` reads it.
 */

/** One written form of a secret. */
interface SecretForm {
  readonly text: string;
  /** Whether it can hardly be anything but the secret, so that it is taken out of results too. */
  readonly isTelling: boolean;
}

/** A shorter secret is found by its place only (in a URL, in a header): as a text it would be everywhere. */
const SHORTEST_SECRET = 4;
const SHORTEST_TELLING = 8;
/** Base64 and hexadecimal forms that are shorter than this could be ordinary text. */
const SHORTEST_CODED = 6;

/** What is set where a program insists on a key and the server takes any. */
const PLACEHOLDER =
  /^(none|null|undefined|empty|dummy|true|false|auto|default|x+|not?[-_ ]?(key|needed|required))$/i;

const secrets = new Set<string>();
let forms: readonly SecretForm[] = [];

/** Adds secrets to the list. Those that are shorter than 4 characters, and placeholders, are left out. */
export function registerSecrets(...values: readonly (string | undefined)[]): void {
  const fresh = values
    .flatMap((value) => (value === undefined ? [] : [value, value.trim()]))
    .filter((value) => value.length >= SHORTEST_SECRET && !PLACEHOLDER.test(value) && !secrets.has(value));
  if (fresh.length === 0) return;
  for (const secret of fresh) secrets.add(secret);
  const texts = new Map<string, boolean>();
  for (const secret of secrets) {
    for (const text of formsOf(secret)) texts.set(text, (texts.get(text) ?? false) || isTelling(secret));
  }
  // Longer ones first: a part that is replaced would hide the whole.
  forms = [...texts]
    .map(([text, telling]) => ({ text, isTelling: telling }))
    .sort((a, b) => b.text.length - a.text.length);
}

/** The longest first. */
export function secretForms(): readonly SecretForm[] {
  return forms;
}

/** Names of settings whose whole value is a secret. */
const SECRET_NAME =
  /(^|[_-])(password|passwd|passphrase|secret|token|api_?key|access_key(_id)?|secret_key|private_key|auth|authorization|credentials?|key|pat)$/i;

/** Settings that hold the headers which OpenTelemetry sends: `name=value,name=value`. */
const OTLP_HEADERS = /^OTEL_EXPORTER_OTLP_(TRACES_)?HEADERS$/;

/** Whether a setting of this name is secret as a whole. */
export function isSecretSetting(name: string): boolean {
  return SECRET_NAME.test(name) || OTLP_HEADERS.test(name);
}

/** The headers in such a setting. */
export function readOtlpHeaders(value: string): Record<string, string> {
  const pairs = value.split(",").flatMap((pair) => {
    const [name = "", ...rest] = pair.split("=");
    return name.trim() === "" ? [] : [[name.trim(), decoded(rest.join("=").trim())]];
  });
  return Object.fromEntries(pairs);
}

/**
 * Registers what is secret among settings, such as an environment: values whose name says so, and the
 * credentials within URLs.
 */
export function registerSettings(settings: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined || value === "") continue;
    if (isSecretSetting(name)) registerSecrets(value);
    if (OTLP_HEADERS.test(name)) registerHeaders(readOtlpHeaders(value));
    if (!value.includes("://")) continue;
    registerUrlSecrets(value);
    // A list of URLs has a secret in each.
    for (const url of value.split(/[\s,]+/))
      if (url !== value && url.includes("://")) registerUrlSecrets(url);
  }
}

/** Registers the values of a list such as `authorization=Bearer%20x,tenant=y`, as OpenTelemetry has headers. */
export function registerPairs(list: string): void {
  const headers = list
    .split(",")
    .map((pair) => [
      pair.slice(0, pair.indexOf("=")).trim(),
      decoded(pair.slice(pair.indexOf("=") + 1).trim()),
    ]);
  registerHeaders(Object.fromEntries(headers));
}

/** Registers those values that look like a key: 16 or more letters and digits, mixed, without spaces or slashes. */
export function registerKeys(values: readonly string[]): void {
  registerSecrets(
    ...values.filter((value) => /^[^\s/\\]{16,}$/.test(value) && /[A-Za-z]/.test(value) && /\d/.test(value)),
  );
}

/** Registers the secrets of a command's arguments: `--token=…`, `--token …`, URLs with credentials. */
export function registerArguments(args: readonly string[]): void {
  args.forEach((arg, i) => {
    const [, name = "", value = args[i + 1]] = /^--?([\w-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (isSecretSetting(name)) registerSecrets(value);
    if (arg.includes("://")) registerUrlSecrets(arg);
  });
}

/** Headers whose values tell nothing. */
const PLAIN_HEADER =
  /^(accept(-.*)?|content-.*|user-agent|cache-control|connection|host|mcp-protocol-version)$/i;

/** Registers the values of configured HTTP headers, with and without their scheme (`Bearer …`). */
export function registerHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (PLAIN_HEADER.test(name)) continue;
    const credentials = /^\s*[A-Za-z][A-Za-z-]*\s+(\S.*)$/.exec(value)?.[1];
    registerSecrets(value, credentials);
  }
}

/** Parameters of a URL's query that hold secrets. */
const SECRET_PARAMETER = /(password|passwd|pwd|secret|token|key|auth|credential|signature|sig)$/i;

/** Registers the password of a URL, well formed or not, and the secrets in its query. */
function registerUrlSecrets(url: string): void {
  const [start, end] = [url.indexOf("://"), url.lastIndexOf("@")];
  if (start >= 0 && end >= start + 3) {
    const userinfo = url.slice(start + 3, end);
    const colon = userinfo.indexOf(":");
    const [user, password] =
      colon < 0 ? [userinfo, ""] : [userinfo.slice(0, colon), userinfo.slice(colon + 1)];
    // A name without a password is a token. A name beside one is mostly `default`.
    const secret = password === "" ? user : password;
    registerSecrets(secret, decoded(secret), basic(user, password), basic(decoded(user), decoded(password)));
  }
  for (const [, name = "", value = ""] of url.matchAll(/[?&;]([^=&;#?]*)=([^&#]*)/g)) {
    if (SECRET_PARAMETER.test(name)) registerSecrets(value, decoded(value));
  }
}

function basic(user: string, password: string): string {
  return Buffer.from(`${user}:${password}`).toString("base64");
}

/** The text without percent-encoding; as it is where that is broken. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a text of this form is no ordinary word or number. */
function isTelling(secret: string): boolean {
  if (secret.length < SHORTEST_TELLING) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(secret));
  return kinds.length > 1;
}

function formsOf(secret: string): string[] {
  const encoded = [
    encodeURIComponent(secret),
    // What RFC 3986 reserves and encodeURIComponent leaves.
    encodeURIComponent(secret).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    encodeURI(secret.toWellFormed()),
    new URLSearchParams({ x: secret }).toString().slice(2),
    inUserinfo(secret),
  ];
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    asHtml(secret),
    ...encoded,
    ...encoded.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    ...codedForms(Buffer.from(secret)),
  ];
}

function inUserinfo(secret: string): string {
  const url = new URL("http://host");
  url.password = secret;
  return url.password;
}

function asHtml(secret: string): string {
  return secret
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** Hexadecimal, and base64 of the secret within longer data: three alignments, without the characters that its neighbours share. */
function codedForms(bytes: Buffer): string[] {
  const aligned = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const inUrl = aligned.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [bytes.toString("base64"), bytes.toString("hex"), ...aligned, ...inUrl].filter(
    (text) => text.length >= SHORTEST_CODED,
  );
}
