import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { createCalculator } from "@bullpen/tool-worker/calculator/calculator";
import { z } from "zod";
import { verifies } from "../source-checks/requirements/requirements.js";
import { ROOT } from "../testing/run-app.js";
import { KNOWN_DIFFERENCES } from "./known-differences.js";

const aboutSchema = z.object({
  implementation: z.literal("CPython"),
  version: z.string().startsWith("3.12."),
});
const snippetSchema = z.union([
  z.object({ source: z.string(), value: z.string() }),
  z.object({ source: z.string(), error: z.string() }),
]);

/** What a reference CPython made of each snippet; `record.py` writes it anew. */
const [about, ...snippets] = readFileSync(join(ROOT, "test/conformance/reference.jsonl"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line): unknown => JSON.parse(line));

const calculator = createCalculator({ timeoutMs: 120_000, maxValueCharacters: 100_000 });
after(() => calculator.close());

async function endOf(source: string): Promise<object> {
  const { observation, is_error } = await calculator.run(source, new AbortController().signal);
  if (!is_error) return { source, value: observation };
  const [, error = observation] = /^Error: (?:\w+\.)*(\w+)(?::|\n|$)/.exec(observation) ?? [];
  return { source, error };
}

test(
  verifies(["same-as-cpython"], "snippets have the value, or the class of error, that CPython gives"),
  async () => {
    aboutSchema.parse(about);
    assert.ok(snippets.length >= 300, `there are ${snippets.length}`);
    for (const snippet of snippets) {
      const reference = snippetSchema.parse(snippet);
      const { source } = reference;
      const known = KNOWN_DIFFERENCES.find((difference) => difference.source.test(source));
      assert.deepEqual(await endOf(source), known ? { source, ...known.outcome } : reference);
    }
  },
);

test("every known difference is one of a snippet", () => {
  const sources = snippets.map((snippet) => snippetSchema.parse(snippet).source);
  for (const { source } of KNOWN_DIFFERENCES)
    assert.ok(
      sources.some((each) => source.test(each)),
      `${source}`,
    );
});
