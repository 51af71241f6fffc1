import type { Random } from "../evaluation-sets/random.js";
import type { HttpRequest } from "./http-request.js";
import { mutateJson } from "./mutate-json.js";

/** A mutated request, and what was done to it. */
export interface Mutated {
  readonly request: HttpRequest;
  readonly what: string;
}

type Mutate = (request: HttpRequest, random: Random) => HttpRequest;

/** Texts that parsers, stores and shells take for something. */
const ODD_TEXTS = [
  "",
  " ",
  "0",
  "-1",
  "1e999",
  "NaN",
  "null",
  "true",
  "[]",
  "{}",
  "__proto__",
  "constructor",
  "..",
  "%",
  "%00",
  "%ff%fe",
  "%2e%2e%2f",
  "../../etc/passwd",
  "a".repeat(300),
  "x".repeat(9_000),
  "\u00e9",
  "*",
  "'",
  '"',
  "<script>",
  "{bullpen}:*",
  "query_000000000000000000000000",
  "file-000000000000000000000000",
  "batch_zzzzzzzzzzzzzzzzzzzzzzzz",
  "query_0mhv3k2a1000f3c9d1e07ab2c\u00a0",
  "18446744073709551616",
];

const METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "get", "BREW"];

const HEADERS = [
  "accept",
  "accept-encoding",
  "authorization",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "cookie",
  "expect",
  "host",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "if-range",
  "origin",
  "range",
  "referer",
  "sec-fetch-site",
  "te",
  "transfer-encoding",
  "upgrade",
  "user-agent",
  "x-forwarded-for",
  "x-http-method-override",
  "x-request-id",
];

const HEADER_VALUES = [
  "application/json",
  "application/json; charset=utf-16",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "multipart/form-data; boundary=",
  "text/plain",
  "gzip",
  "chunked",
  "identity",
  "100-continue",
  "bytes=0-0",
  "bytes=-1",
  "bytes=5-2",
  "bytes=0-1,3-4",
  "bytes=99999999999999999999-",
  "Bearer ",
  "Bearer bp_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "Basic Og==",
  "http://evil.example",
  "cross-site",
  "localhost",
  "evil.example",
  "websocket",
  "close",
  "*",
];

const KINDS: Readonly<Record<string, Mutate>> = {
  "the method": (request, random) => ({ ...request, method: random.pick(METHODS) }),
  "a part of the path": (request, random) => {
    const [path = "", query] = request.target.split("?");
    const parts = path.split("/");
    const at = random.whole(1, parts.length - 1);
    parts[at] = random.pick([random.pick(ODD_TEXTS), flip(parts[at] ?? "", random)]);
    return { ...request, target: target(parts.join("/"), query) };
  },
  "the number of parts of the path": (request, random) => {
    const [path = "", query] = request.target.split("?");
    const parts = path.split("/");
    const at = random.whole(1, parts.length - 1);
    if (random.next() < 0.5) parts.splice(at, 1);
    else parts.splice(at, 0, random.pick(["", "v1", "cancel", "content", random.pick(ODD_TEXTS)]));
    return { ...request, target: target(parts.join("/"), query) };
  },
  "the query string": (request, random) => {
    const [path = "", query = ""] = request.target.split("?");
    const pairs = query.split("&").filter((pair) => pair !== "");
    const name = random.pick([
      "limit",
      "after",
      "status",
      "wait",
      "order",
      "purpose",
      "tenant",
      "since",
      "x",
    ]);
    const named = pairs.length > 0 && random.next() < 0.6 ? random.pick(pairs).split("=")[0] : name;
    const value = random.pick(ODD_TEXTS);
    pairs.push(random.pick([`${named}=${value}`, `${named}[]=${value}`, `${named}`, `${value}=1`, "&&=&"]));
    return { ...request, target: target(path, pairs.join("&")) };
  },
  "a header": (request, random) => {
    const name = random.pick(HEADERS);
    const value = random.pick([random.pick(HEADER_VALUES), random.pick(ODD_TEXTS)]);
    const others =
      random.next() < 0.7 ? request.headers.filter(([other]) => other !== name) : request.headers;
    return { ...request, headers: [...others, [name, value]] };
  },
  "a header that is missing": (request, random) => {
    const at = random.whole(0, request.headers.length - 1);
    return { ...request, headers: request.headers.filter((_, i) => i !== at) };
  },
  "bytes of the body": (request, random) => withBody(request, mutateBytes(request.body, random)),
  "a value of the body": (request, random) => {
    if (!isJson(request)) return withBody(request, mutateBytes(request.body, random));
    const text = mutateJson(Buffer.from(request.body).toString("utf8"), random, ODD_TEXTS);
    return withBody(request, Buffer.from(text));
  },
  "bytes of the head": (request, random) => ({
    ...request,
    target: flip(request.target, random),
    headers: request.headers.map(([name, value]) =>
      random.next() < 0.1
        ? [flip(name, random), value]
        : [name, random.next() < 0.1 ? flip(value, random) : value],
    ),
  }),
};

/** Values of JSON bodies are where most of the server's own code is: three in ten mutations are there. */
const WEIGHTED = [...Object.keys(KINDS), "a value of the body", "a value of the body", "bytes of the body"];

/** Changes a request in one to three places. */
export function mutateRequest(request: HttpRequest, random: Random): Mutated {
  let mutated = request;
  const done: string[] = [];
  for (let count = random.whole(1, 3); count > 0; count--) {
    const kind = random.pick(WEIGHTED);
    mutated = KINDS[kind]?.(mutated, random) ?? mutated;
    done.push(kind);
  }
  return { request: mutated, what: done.join(", ") };
}

function target(path: string, query: string | undefined): string {
  return query === undefined || query === "" ? path : `${path}?${query}`;
}

function isJson({ headers, body }: HttpRequest): boolean {
  return body.length > 0 && headers.some(([name, value]) => name === "content-type" && /json/.test(value));
}

/** The length follows the body, nearly always: with a false one the body itself is hardly read. */
function withBody(request: HttpRequest, body: Uint8Array): HttpRequest {
  const headers = request.headers.filter(([name]) => name !== "content-length");
  return { ...request, body, headers: [...headers, ["content-length", String(body.length)]] };
}

function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Buffer.from(bytes);
  const at = random.whole(0, Math.max(copy.length - 1, 0));
  const end = random.whole(at, copy.length);
  switch (random.whole(0, 4)) {
    case 0:
      for (let i = random.whole(1, 4); i > 0 && copy.length > 0; i--)
        copy[random.whole(0, copy.length - 1)] = random.whole(0, 255);
      return copy;
    case 1:
      return copy.subarray(0, at);
    case 2:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(end)]);
    case 3:
      return Buffer.concat([copy.subarray(0, end), copy.subarray(at)]);
    default:
      return Buffer.concat([copy.subarray(0, at), Buffer.from([0, 0xff, 0xc3, 0x28]), copy.subarray(at)]);
  }
}

/** A text with one character changed. No line ends here: that would be another request. */
function flip(text: string, random: Random): string {
  const at = random.whole(0, Math.max(text.length - 1, 0));
  const character = String.fromCharCode(random.pick([random.whole(32, 126), random.whole(128, 255), 9]));
  return `${text.slice(0, at)}${character}${text.slice(at + 1)}`;
}
