import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readQueries } from "./read-queries.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-cli-"));
});
after(() => rm(folder, { recursive: true, force: true }));

async function read(text: string | Uint8Array) {
  const path = join(folder, "queries.jsonl");
  await writeFile(path, text);
  return readQueries(path);
}

test("BOM, CRLF and empty lines are skipped, other fields are kept", async () => {
  assert.deepEqual(await read('\uFEFF{"query":"a"}\r\n\r\n{"custom_id":"x","query":"b","temperature":0}'), [
    { query: "a" },
    { custom_id: "x", query: "b", temperature: 0 },
  ]);
});

test("every bad line is named", async () => {
  await assert.rejects(read('{"query":"a"}\n{"query":7}\nnot json\n[1]'), (error: Error) => {
    assert.match(error.message, /line 2: query: /);
    assert.match(error.message, /line 3: not valid JSON/);
    assert.match(error.message, /line 4: /);
    assert.doesNotMatch(error.message, /line 1/);
    return true;
  });
});

test("a file without queries and a missing file are refused by name", async () => {
  await assert.rejects(read("\n\n"), /queries\.jsonl holds no query/);
  await assert.rejects(readQueries(join(folder, "absent.jsonl")), /There is no file .*absent\.jsonl/);
  await assert.rejects(readQueries(folder), /is a folder/);
});

test("text that is not UTF-8 or nests too deeply is refused with the remedy", async () => {
  const latin1 = Buffer.from('{"query":"a"}\n{"query":"zw\xf6lf"}', "latin1");
  await assert.rejects(
    read(latin1),
    /line 2: The byte 0xF6 at offset 26 is not valid UTF-8.*iconv -f latin1/,
  );
  await assert.rejects(read(Buffer.from('\ufeff{"query":"a"}', "utf16le")), /UTF-16.*iconv -f utf-16/);
  const deep = `{"query":"a","x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  await assert.rejects(read(deep), /line 1: nests too deeply/);
});

test("lines end by CR too", async () => {
  assert.deepEqual(await read('{"query":"a"}\r{"query":"b"}\r'), [{ query: "a" }, { query: "b" }]);
});
