import type { Random } from "../evaluation-sets/random.js";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Written into the text as they are: what `JSON.stringify` would not write. */
const RAW = [
  "1e400",
  "-0",
  "1.0",
  "123456789012345678901234567890",
  '"\\ud800"',
  '"\\u0000"',
  '{"a":1,"a":2}',
];

const PLACEHOLDER = "\u0001placeholder\u0001";

/** Changes one value of a JSON text: to another type, to an odd one, to none, or adds one. Other texts stay as they are. */
export function mutateJson(text: string, random: Random, oddTexts: readonly string[]): string {
  let value: Json;
  try {
    value = JSON.parse(text) as Json; // JSON's own
  } catch {
    return text;
  }
  const raw = random.next() < 0.15 ? random.pick(RAW) : undefined;
  const other = raw === undefined ? otherValue(random, oddTexts) : PLACEHOLDER;
  const changed = change(value, other, random);
  const written = JSON.stringify(changed) ?? "";
  return raw === undefined ? written : written.replace(JSON.stringify(PLACEHOLDER), raw);
}

/** Goes down to a value of the tree, the deeper the rarer, and puts another in its place. */
function change(value: Json, other: Json, random: Random): Json {
  if (value === null || typeof value !== "object" || random.next() < 0.15) return other;
  const entries = Object.entries(value);
  const [name = "", inner = null] = entries.length > 0 ? random.pick(entries) : [];
  const kind = random.next();
  if (Array.isArray(value)) {
    const at = Number(name || 0);
    if (kind < 0.1) return value.filter((_, i) => i !== at);
    if (kind < 0.2) return [...value, other];
    if (kind < 0.25) return Array.from({ length: 1_200 }, () => inner);
    return value.map((item, i) => (i === at ? change(item, other, random) : item));
  }
  if (kind < 0.1) return Object.fromEntries(entries.filter(([key]) => key !== name));
  // `fromEntries` makes `__proto__` a field like any other, as JSON does.
  if (kind < 0.2)
    return Object.fromEntries([...entries, [random.pick(["__proto__", "x", "tenant", "id", ""]), other]]);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, key === name ? change(item, other, random) : item]),
  );
}

function otherValue(random: Random, oddTexts: readonly string[]): Json {
  switch (random.whole(0, 8)) {
    case 0:
      return null;
    case 1:
      return random.next() < 0.5;
    case 2:
      return random.pick([0, -1, 1.5, 1e308, -1e-308, 2 ** 53, 4_294_967_296, 1_000_001]);
    case 3:
      return random.pick(oddTexts);
    case 4:
      return random.pick([
        "\ud800",
        "\u0000",
        "\u202e\u200b",
        "😀".repeat(100),
        "\\",
        "\n",
        "x".repeat(20_000),
      ]);
    case 5:
      return [];
    case 6:
      return {};
    case 7:
      return nested(random.whole(1, 600));
    default:
      return { type: "object", properties: { a: { $ref: "#/properties/a" } } };
  }
}

function nested(depth: number): Json {
  let value: Json = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}
