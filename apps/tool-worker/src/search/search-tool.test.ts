import assert from "node:assert/strict";
import { test } from "node:test";
import { SearchFailedError, type SearchProvider, type SearchResult } from "./search-provider.js";
import { createSearchTool } from "./search-tool.js";

const signal = new AbortController().signal;

function providerOf(bodies: string[]): SearchProvider & { phrases: string[] } {
  const phrases: string[] = [];
  return {
    phrases,
    search: async (phrase): Promise<SearchResult[]> => {
      phrases.push(phrase);
      return bodies.map((body) => ({ title: "title", url: "url", body }));
    },
  };
}

test("bodies become lines joined by ---", async () => {
  const provider = providerOf(["first\n  result", "second\tone", "third"]);
  const result = await createSearchTool({ provider }).run("  two\nwords ", signal);
  assert.deepEqual(result, { observation: "first result\n---\nsecond one\n---\nthird", is_error: false });
  assert.deepEqual(provider.phrases, ["two words"]);
});

test("a body is cut at a word boundary, and only when it is too long", async () => {
  const observe = async (body: string) => {
    const tool = createSearchTool({ provider: providerOf([body]), maxBodyCharacters: 10 });
    return (await tool.run("phrase", signal)).observation;
  };
  assert.equal(await observe("one two 10"), "one two 10");
  assert.equal(await observe("one two three"), "one two…");
  assert.equal(await observe("nine char stays"), "nine char…");
  assert.equal(await observe("incomprehensibilities"), "incompreh…");
  assert.equal(await observe("🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂"), "🙂🙂🙂🙂🙂🙂🙂🙂🙂…");
});

test("no result and empty results are no error", async () => {
  for (const bodies of [[], ["  "]]) {
    const result = await createSearchTool({ provider: providerOf(bodies) }).run("phrase", signal);
    assert.deepEqual(result, { observation: "No results found.", is_error: false });
  }
});

test("an empty or endless phrase is an error that never reaches the provider", async () => {
  const provider = providerOf(["body"]);
  const tool = createSearchTool({ provider });
  assert.deepEqual(await tool.run(" \n ", signal), {
    observation: "Error: the search phrase is empty.",
    is_error: true,
  });
  assert.equal((await tool.run("word ".repeat(500), signal)).is_error, true);
  assert.deepEqual(provider.phrases, []);
});

test("a provider's failure is an observation, anything else a rejection", async () => {
  const failing = (error: Error) =>
    createSearchTool({ provider: { search: () => Promise.reject(error) } }).run("phrase", signal);
  assert.deepEqual(await failing(new SearchFailedError("refused", "not now.")), {
    observation: "Error: the search failed: not now.",
    is_error: true,
  });
  await assert.rejects(failing(new TypeError("a bug")), TypeError);
});
