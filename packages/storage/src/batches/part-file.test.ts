import assert from "node:assert/strict";
import { test } from "node:test";
import { markOf, readPartHeader, renderPart, selectLines } from "./part-file.js";

const usage = { input_tokens: 2, cached_tokens: 1, output_tokens: 3 };

function resultsOf(pattern: string) {
  return [...pattern].map((letter, i) => ({ text: `${letter}${i} ü\n`, failed: letter === "f", usage }));
}

/** The text in pieces of `size` bytes: a source may be cut anywhere. */
async function* cut(text: string, size: number) {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function select(text: string, size: number, which: "all" | "completed" | "failed"): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of selectLines(cut(text, size), which)) parts.push(part);
  return Buffer.concat(parts).toString();
}

for (const pattern of ["ccccc", "fffff", "cfcfc", "fccff", "f", "c"]) {
  test(`a part of ${pattern} gives back what failed and what did not, however it is cut`, async () => {
    const results = resultsOf(pattern);
    const { text } = renderPart(results);
    const textOf = (wanted: (failed: boolean) => boolean) =>
      results
        .filter(({ failed }) => wanted(failed))
        .map((result) => result.text)
        .join("");
    for (const size of [1, 2, 3, 7, 50, 10_000]) {
      assert.equal(
        await select(text, size, "all"),
        textOf(() => true),
      );
      assert.equal(
        await select(text, size, "completed"),
        textOf((failed) => !failed),
      );
      assert.equal(
        await select(text, size, "failed"),
        textOf((failed) => failed),
      );
    }
  });
}

test("a part's mark counts its lines and adds up what they cost", async () => {
  const { text } = renderPart(resultsOf("cfc"));
  const mark = markOf(7, await readPartHeader(cut(text, 5)));
  const sums = { input_tokens: 6, cached_tokens: 3, output_tokens: 9 };
  assert.deepEqual(mark, { index: 7, completed: 2, failed: 1, ...sums });
});

test("a part that is cut off in its first line is an error", async () => {
  await assert.rejects(readPartHeader(cut('{"lines":3', 4)), /ends in its first line/);
});
