import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleLines } from "./sample-lines.js";

function fileOf(lines: number): AsyncIterable<Uint8Array> {
  const line = (i: number) =>
    JSON.stringify({ custom_id: `line-${i}`, method: "POST", url: "/v1/chat/completions", body: {} });
  return source(Array.from({ length: lines }, (_, i) => `${line(i)}\n\n`).join(""));
}

async function* source(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

test("a seed gives the same lines each time, in the order of the file; another gives others", async () => {
  const take = async (seed: number) =>
    (await sampleLines(fileOf(1_000), { size: 20, seed })).lines.map(({ custom_id }) => custom_id);
  const first = await take(1);
  assert.equal(new Set(first).size, 20);
  assert.deepEqual(await take(1), first);
  assert.notDeepEqual(await take(2), first);
  const places = first.map((id) => Number(id.slice(5)));
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
});

test("each line has the same chance", async () => {
  const counts = new Array<number>(50).fill(0);
  for (let seed = 0; seed < 500; seed++) {
    const { lines, total } = await sampleLines(fileOf(50), { size: 10, seed });
    assert.equal(total, 50);
    for (const { custom_id } of lines) {
      const place = Number(custom_id.slice(5));
      counts[place] = (counts[place] ?? 0) + 1;
    }
  }
  // 500 × 10 / 50 = 100, with a standard deviation of 9.
  assert.ok(Math.min(...counts) > 60 && Math.max(...counts) < 140, counts.join(" "));
});

test("a shorter file is taken as a whole, and what cannot be read is refused by its line", async () => {
  assert.equal((await sampleLines(fileOf(3), { size: 20, seed: 0 })).lines.length, 3);
  const refused = (text: string, message: RegExp) =>
    assert.rejects(sampleLines(source(text), { size: 5, seed: 0 }), { code: "invalid_request", message });
  await refused("\n\n", /holds no request/);
  await refused('{"custom_id": "a"\n', /line 1 of the file is not JSON/);
  await refused('{"custom_id": ""}\n', /line 1 of the file is not a request: custom_id/);
});
