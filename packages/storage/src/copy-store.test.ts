import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { idOfAccessKey } from "./access/access-key.js";
import { AccessKeyStore } from "./access/access-key-store.js";
import { batchEndSchema } from "./batches/batch-records.js";
import { BatchStore } from "./batches/batch-store.js";
import { copyStore, NotEmptyError } from "./copy-store.js";
import { HistoryStore } from "./history/history-store.js";
import { LocalStore } from "./local-store.js";

const BATCH = "batches/default/batch_000000000000000000000001";

let folder: string;
let from: LocalStore;
let to: LocalStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-copy-"));
  from = await LocalStore.open(join(folder, "from"));
  to = await LocalStore.open(join(folder, "to"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("every object is copied as it is, and counted", async () => {
  await from.put("files/default/file-1/content", [new Uint8Array([0, 255, 10])]);
  await from.put("access-keys/abc.json", ["{}"]);
  await from.put("usage/default/2026-11-28/0.json", ["ä"]);
  const folders: string[] = [];
  assert.deepEqual(await copyStore(from, to, (name) => folders.push(name)), { objects: 3, bytes: 7 });
  assert.equal(folders[0], "batches");
  assert.equal(await to.readText("usage/default/2026-11-28/0.json"), "ä");
  assert.equal((await to.stat("files/default/file-1/content"))?.bytes, 3);
});

test("the last use of keys and the history of the server are copied as well", async () => {
  const { key } = await new AccessKeyStore(from).create({ tenant: "default", role: "read", name: "k" });
  const id = idOfAccessKey(key) ?? "";
  await from.put(`access-key-uses/${id}`, ["1795885171000"]);
  await new HistoryStore(from).write("2026-11-28T17", []);
  await copyStore(from, to);
  assert.equal(await to.readText(`access-key-uses/${id}`), "1795885171000");
  assert.equal(await to.readText("history/2026-11-28T17.json"), "[]");
});

test("a storage that holds anything is not copied into", async () => {
  await to.put("files/default/file-1/content", ["mine"]);
  await assert.rejects(copyStore(from, to), (error) => {
    assert.ok(error instanceof NotEmptyError);
    assert.match(error.message, /not empty: it holds objects in files\. Name an empty/);
    return true;
  });
});

test("a batch that ends while it is copied is copied with its end, and is not begun again", async () => {
  await from.put("active-batches/default batch_000000000000000000000001", []);
  await putManifest(from);
  for (const part of ["000000", "000001"]) await from.put(`${BATCH}/parts/${part}.jsonl`, ["{}\n"]);
  const end = batchEndSchema.parse({
    status: "completed",
    at: 2,
    output_file_id: null,
    error_file_id: null,
    completed: 2,
    failed: 0,
    usage: { input_tokens: 1, cached_tokens: 0, output_tokens: 1 },
  });
  const read = from.read.bind(from);
  let hasEnded = false;
  from.read = async (key, range) => {
    if (key.endsWith("000001.jsonl") && !hasEnded) {
      hasEnded = true;
      await from.put(`${BATCH}/end.json`, [JSON.stringify(end)]);
      await from.removeFolder(`${BATCH}/parts`);
      await from.remove("active-batches/default batch_000000000000000000000001");
    }
    return read(key, range);
  };
  await copyStore(from, to);
  assert.ok(hasEnded);
  assert.deepEqual(await new BatchStore(to).active(), []);
  assert.deepEqual(JSON.parse((await to.readText(`${BATCH}/end.json`)) ?? ""), end);
});

test("a batch that has not ended is active in the copy, whatever the markers were when they were read", async () => {
  await putManifest(from);
  await from.put("active-batches/default batch_000000000000000000000009", []);
  await copyStore(from, to);
  assert.deepEqual(await new BatchStore(to).active(), [
    { tenant: "default", id: "batch_000000000000000000000001" },
  ]);
});

function putManifest(store: LocalStore): Promise<unknown> {
  return new BatchStore(store).create({
    id: "batch_000000000000000000000001",
    tenant: "default",
    input_file_id: "file-1",
    endpoint: "/v1/chat/completions",
    completion_window: "24h",
    metadata: null,
    output_expires_after: null,
    created_at: 1,
    expires_at: 2,
  });
}
