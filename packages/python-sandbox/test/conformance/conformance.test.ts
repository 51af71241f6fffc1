import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { z } from "zod";
import { createPythonSandbox } from "#src/index.js";
import { KNOWN_DIFFERENCES } from "./known-differences.js";

const aboutSchema = z.object({
  implementation: z.literal("CPython"),
  version: z.string().startsWith("3.12."),
});
const snippetSchema = z.union([
  z.object({ source: z.string(), value: z.string() }),
  z.object({ source: z.string(), error: z.string() }),
]);

/** From the compiled file in dist/conformance to the sources. */
const REFERENCE = new URL("../../conformance/reference.jsonl", import.meta.url);

/** The outcomes of the snippets in a reference CPython. `record.py` writes them. */
const [about, ...snippets] = readFileSync(REFERENCE, "utf8")
  .trimEnd()
  .split("\n")
  .map((line): unknown => JSON.parse(line));

const sandbox = createPythonSandbox({ timeoutMs: 120_000, maxValueCharacters: 100_000 });
after(() => sandbox.close());

async function endOf(source: string): Promise<object> {
  const { text, isError } = await sandbox.run(source, new AbortController().signal);
  if (!isError) return { source, value: text };
  const [, error = text] = /^(?:\w+\.)*(\w+)(?::|\n|$)/.exec(text) ?? [];
  return { source, error };
}

test("snippets have the value, or the class of error, that CPython gives", async () => {
  aboutSchema.parse(about);
  assert.ok(snippets.length >= 300, `there are ${snippets.length}`);
  for (const snippet of snippets) {
    const reference = snippetSchema.parse(snippet);
    const { source } = reference;
    const known = KNOWN_DIFFERENCES.find((difference) => difference.source.test(source));
    assert.deepEqual(await endOf(source), known ? { source, ...known.outcome } : reference);
  }
});

test("every known difference belongs to a snippet", () => {
  const sources = snippets.map((snippet) => snippetSchema.parse(snippet).source);
  for (const { source } of KNOWN_DIFFERENCES)
    assert.ok(
      sources.some((each) => source.test(each)),
      `${source}`,
    );
});
