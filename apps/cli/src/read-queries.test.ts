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

async function read(text: string) {
  const path = join(folder, "queries.jsonl");
  await writeFile(path, text);
  return readQueries(path);
}

test("lines are read with BOM, CRLF and empty lines passed over, other fields kept", async () => {
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

test("a file without queries and a file that is not there are refused by name", async () => {
  await assert.rejects(read("\n\n"), /queries\.jsonl holds no query/);
  await assert.rejects(readQueries(join(folder, "absent.jsonl")), /absent\.jsonl cannot be read/);
});
