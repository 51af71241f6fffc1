import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonElements } from "./json-elements.js";

async function read(text: string, size: number): Promise<unknown[]> {
  const bytes = Buffer.from(text);
  async function* source() {
    for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
  }
  const all: unknown[] = [];
  for await (const element of jsonElements(source())) all.push(element);
  return all;
}

test("the elements of an array come one by one, wherever the file is cut", async () => {
  const elements = [{ a: '}] " \\ [', b: [{ c: 1 }, []] }, { é: "日本 😀" }, [1, { d: "\\" }], {}];
  for (const text of [
    JSON.stringify(elements),
    JSON.stringify(elements, null, 2),
    ` \n${JSON.stringify(elements)}\n`,
  ]) {
    for (const size of [1, 2, 3, 7, 10_000]) assert.deepEqual(await read(text, size), elements);
  }
});

test("what is no array of objects is said", async () => {
  await assert.rejects(read('{"a":1}', 5), /must hold an array/);
  await assert.rejects(read('[{"a":1},{"b":', 5), /ends within the array/);
  await assert.rejects(read('[{"a":1 2}]', 5), /not JSON/);
  const bytes = Buffer.from([0x5b, 0x7b, 0x22, 0xff, 0x22, 0x7d, 0x5d]);
  const source = (async function* () {
    yield bytes;
  })();
  await assert.rejects(jsonElements(source).next(), /not UTF-8/);
});

test("a large array takes time that grows with its length", async () => {
  const element = JSON.stringify({ text: "x".repeat(500), list: [[1], [2]] });
  const began = performance.now();
  const all = await read(`[${new Array(20_000).fill(element).join(",")}]`, 65_536);
  assert.equal(all.length, 20_000);
  assert.ok(performance.now() - began < 20_000);
});
