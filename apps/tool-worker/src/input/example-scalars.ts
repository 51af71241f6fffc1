import type { JsonSchema } from "@bullpen/contracts";

/** Values of JSON Schema's formats. Names and addresses are reserved for examples. */
const FORMATS: Readonly<Record<string, string>> = {
  date: "2026-01-31",
  "date-time": "2026-01-31T09:30:00Z",
  time: "09:30:00Z",
  duration: "P1D",
  email: "name@example.org",
  "idn-email": "name@example.org",
  hostname: "example.org",
  "idn-hostname": "example.org",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.org",
  url: "https://example.org",
  iri: "https://example.org",
  "uri-reference": "/path",
  "iri-reference": "/path",
  "uri-template": "/path/{id}",
  uuid: "123e4567-e89b-12d3-a456-426614174000",
  "json-pointer": "/path",
  "relative-json-pointer": "0",
  regex: "^a",
  byte: "dGV4dA==",
};

/** Texts that are tried against a pattern: short, and of the kinds that patterns describe. */
const FOR_PATTERNS = [
  ...[
    "…",
    "text",
    "a",
    "A",
    "1",
    "ab",
    "AB",
    "abc",
    "ABC",
    "12",
    "123",
    "1234",
    "12345",
    "123456",
    "a1",
    "A1",
  ],
  ...["en-US", "a-b", "a_b", "a/b", "/a", "a.b", "1.0.0", "1.5", "#a1b2c3", "@a", "+4912345678", "-", "0x1f"],
  ...["2026", "2026-01", "09:30", "A-1", "AB-123", "abc-123", "1h", "10%", "€", "$1", "a@b.org", "s3://a/b"],
  ...Object.values(FORMATS),
];

/** Characters: a longer text tells a model nothing more. */
const LONGEST = 200;

/** A text that fits. `undefined` if none is found. */
export function exampleText({ format, pattern, minLength, maxLength }: JsonSchema): string | undefined {
  const least = typeof minLength === "number" ? Math.ceil(minLength) : 0;
  const most = typeof maxLength === "number" ? Math.floor(maxLength) : LONGEST;
  const fits = (text: string) => text.length >= least && text.length <= most;
  const ofFormat = typeof format === "string" ? FORMATS[format] : undefined;
  if (typeof pattern === "string") {
    const matches = matcher(pattern);
    // A repeated group may take exponential time in the length of the text.
    const longest = /\)[+*{]/.test(pattern) ? 16 : LONGEST;
    return [...(ofFormat ? [ofFormat] : []), ...FOR_PATTERNS].find(
      (text) => text.length <= longest && fits(text) && matches(text),
    );
  }
  if (ofFormat !== undefined) return fits(ofFormat) ? ofFormat : undefined;
  if (least > Math.min(most, LONGEST)) return undefined;
  if (fits("…")) return "…";
  return "text "
    .repeat(Math.ceil(least / 5))
    .slice(0, least)
    .replace(/ $/, "s");
}

function matcher(pattern: string): (text: string) => boolean {
  try {
    const expression = new RegExp(pattern, "u");
    return (text) => expression.test(text);
  } catch {
    return () => false;
  }
}

/** A number that fits: 1 if possible. `undefined` if none is found. */
export function exampleNumber(schema: JsonSchema): number | undefined {
  // In draft 4 the keyword is a flag; in later drafts it is the bound itself.
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  const isWhole = schema.type === "integer";
  const step = isNumber(schema.multipleOf) ? schema.multipleOf : isWhole ? 1 : undefined;
  const fits = (value: number) =>
    !(isNumber(minimum) && (above === true ? value <= minimum : value < minimum)) &&
    !(isNumber(maximum) && (below === true ? value >= maximum : value > maximum)) &&
    !(isNumber(above) && value <= above) &&
    !(isNumber(below) && value >= below) &&
    !(isWhole && !Number.isInteger(value));
  const from = Math.max(...[minimum, above].filter(isNumber));
  const to = Math.min(...[maximum, below].filter(isNumber));
  const candidates = [1, 0, from, from + (step ?? 1), (from + to) / 2, to, to - (step ?? 1)];
  return candidates
    .filter(Number.isFinite)
    .flatMap((value) =>
      step === undefined ? value : [Math.ceil(value / step) * step, Math.floor(value / step) * step],
    )
    .find(fits);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
