import { chatRequestSchema } from "@bullpen/protocol";

/** A number from 0 up to 1, the next of a sequence that the seed fixes (mulberry32, public domain). */
type Random = () => number;

function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Few of a size, but of all magnitudes from 1 to `largest`. */
function size(random: Random, largest: number): number {
  return Math.floor(largest ** random());
}

function times(count: number, text: string): string {
  return Array.from({ length: count }, () => text).join(",");
}

/** JSON as text, since much of it is nothing that JSON.stringify would write. */
const FIXED = [
  ...[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1",
    "1.5",
    "1e308",
    "1e400",
    "-1e400",
    "9223372036854775807",
  ],
  ...['""', '" "', '"text"', '"a\\u0000b"', '"\\ud800"', '"x\\udc00"', '"\\u2028\\u2029\\u0085"', '"\\r\\n"'],
  ...['"\\ufeff"', '"\u2028"', '"\ufeff"', "[]", "{}", "[null]", "[[]]", "[{}]", '{"":0}', '[""]'],
  ...['{"__proto__":{"a":1}}', '{"constructor":{"prototype":1}}', '{"toString":1}', '{"a":1,"a":[]}'],
  ...['{"length":1e9}', '{"type":"text"}', '{"\\ud800":1}', '[{"role":"user","content":"hello"}]'],
];

const GROWN: readonly ((random: Random) => string)[] = [
  (random) => `"${"x".repeat(size(random, 900_000))}"`,
  (random) => `"${"\\ud83d\\ude00".repeat(size(random, 50_000))}"`,
  (random) => "9".repeat(size(random, 100_000)),
  (random) => nested("[", "", "]", size(random, 100_000)),
  (random) => nested('{"a":', "1", "}", size(random, 100_000)),
  (random) => nested('[{"a":', "[]", "}]", size(random, 50_000)),
  (random) => `[${times(size(random, 300_000), "0")}]`,
  (random) => `[${times(size(random, 100_000), '{"a":[]}')}]`,
  (random) => `{${Array.from({ length: size(random, 50_000) }, (_, i) => `"k${i}":${i}`).join(",")}}`,
  (random) => `{"${"k".repeat(size(random, 900_000))}":1}`,
];

function nested(open: string, inner: string, close: string, depth: number): string {
  return open.repeat(depth) + inner + close.repeat(depth);
}

function fuzzedValue(random: Random): string {
  const index = Math.floor(random() * (FIXED.length + GROWN.length));
  return FIXED[index] ?? GROWN[index - FIXED.length]?.(random) ?? "null";
}

const UNKNOWN = ["unheard_of", "", "constructor", "toString", "hasOwnProperty", "__proto__", "length", "a.b"];
/** A wrong model fails the whole batch. */
const PARAMETERS = Object.keys(chatRequestSchema.shape).filter((name) => name !== "model");
const INNER = {
  message: ["role", "content", "name", "refusal", "tool_calls", "annotations", ...UNKNOWN],
  part: ["type", "text", "cache_control", ...UNKNOWN],
  bullpen: ["tools", "max_steps", "max_total_tokens", "timeout_seconds", "on_limit", "guards", ...UNKNOWN],
  stream_options: ["include_usage", ...UNKNOWN],
  metadata: ["note", ...UNKNOWN],
};

export interface FuzzedLine {
  readonly id: string;
  readonly text: string;
  /** What the error must begin with, should the line be refused. */
  readonly field: string;
}

/** Lines whose envelope is right, and whose body has a value of some shape in some place. */
export function fuzzedLines(count: number, seed: number): FuzzedLine[] {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T; // never empty
  return Array.from({ length: count }, (_, i) => {
    const id = `line-${i}`;
    const { body, field } = fuzzedBody(pick, fuzzedValue(random));
    const text = `{"custom_id":"${id}","method":"POST","url":"/v1/chat/completions","body":${body}}`;
    // A longer line would fail the whole batch.
    return text.length > 1_000_000 ? { id, text: lineWith(id), field: "" } : { id, text, field };
  });
}

function lineWith(id: string): string {
  return `{"custom_id":"${id}","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"hello"}]}}`;
}

function fuzzedBody(pick: <T>(items: readonly T[]) => T, value: string): { body: string; field: string } {
  const whole = (messages: string, rest = "") => `{"messages":${messages}${rest}}`;
  const hello = '[{"role":"user","content":"hello"}]';
  const place = pick<"parameter" | "unknown" | keyof typeof INNER>([
    "parameter",
    "parameter",
    "unknown",
    ...(Object.keys(INNER) as (keyof typeof INNER)[]),
  ]);
  if (place === "parameter" || place === "unknown") {
    const name = pick(place === "parameter" ? PARAMETERS : [...UNKNOWN, "x".repeat(100_000), "\\ud800"]);
    return { body: whole(hello, `,"${name}":${value}`), field: name };
  }
  const field = `"${pick(INNER[place])}":${value}`;
  if (place === "message")
    return { body: whole(`[{"role":"user","content":"hello",${field}}]`), field: "messages" };
  if (place === "part") {
    const part = `{"type":"text","text":"hello",${field}}`;
    return { body: whole(`[{"role":"user","content":[${part}]}]`), field: "messages" };
  }
  return { body: whole(hello, `,"${place}":{${field}}`), field: place };
}

/** Lines that fail their batch, each by itself: what is wrong is the envelope, or that it is no JSON. */
export function brokenLines(count: number, seed: number): Buffer[] {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T; // never empty
  const values = { custom_id: '"a"', method: '"POST"', url: '"/v1/chat/completions"', body: "{}" };
  return Array.from({ length: count }, () => {
    const name = pick(["custom_id", "method", "url", "body", "model", "bytes"] as const);
    const shape = fuzzedValue(random);
    if (name === "bytes") {
      const line = Buffer.from(lineWith("bytes"));
      line[Math.floor(random() * line.length)] = pick([0, 0x0b, 0x80, 0xc3, 0xe9, 0xff]);
      return line;
    }
    const fields =
      name === "model" ? { ...values, body: `{"model":${shape}}` } : { ...values, [name]: shape };
    const entries = Object.entries(fields).map(([key, value]) => `"${key}":${value}`);
    return Buffer.from(`{${entries.join(",")}}`);
  });
}
