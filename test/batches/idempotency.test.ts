import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine } from "../testing/batch-lines.js";
import { post } from "./raw-requests.js";

let harness: BatchHarness;
let url: string;
before(async () => {
  harness = await startBatchHarness({ script: () => finalAnswer("fine") });
  url = harness.api.url;
});
after(() => harness.stop());

test(
  verifies(["post-idempotent"], "a batch asked for again is the same batch; after its end it is a new one"),
  async () => {
    const { id: fileId } = await harness.client.files.upload(batchLine("a", "hello"), {
      filename: "i.jsonl",
    });
    const wanted = { endpoint: "/v1/chat/completions", completion_window: "24h", input_file_id: fileId };
    // Raw: the client sends a key with each POST, and here there is none.
    const together = await Promise.all(
      Array.from({ length: 5 }, () => harness.api.raw.post("/v1/batches", wanted)),
    );
    const ids = new Set(together.map((answer) => answer.body.id));
    assert.equal(ids.size, 1);
    const id = String([...ids][0]);
    assert.equal((await harness.client.batches.wait(id)).status, "completed");
    const again = await harness.api.raw.post("/v1/batches", wanted);
    assert.notEqual(again.body.id, id);
  },
);

test(
  verifies(["post-idempotent"], "a POST with an Idempotency-Key that comes again makes nothing new"),
  async () => {
    const send = async (path: string, body: unknown, key: string) => {
      const headers = { "content-type": "application/json", "idempotency-key": key };
      return post(url + path, JSON.stringify(body), headers);
    };
    const query = { query: "hello" };
    const [one, two] = [await send("/v1/queries", query, "k1"), await send("/v1/queries", query, "k1")];
    assert.equal(one.status, 202);
    assert.equal(one.body.id, two.body.id);
    assert.notEqual((await send("/v1/queries", query, "k2")).body.id, one.body.id);
    const other = await send("/v1/queries", { query: "bye" }, "k1");
    assert.equal(other.body.error?.code, "idempotency_key_reused");
    const long = await send("/v1/queries", query, "x".repeat(256));
    assert.equal(long.body.error?.param, "Idempotency-Key");
    const chat = { messages: [{ role: "user", content: "hello" }] };
    const chats = await Promise.all([1, 2, 3].map(() => send("/v1/chat/completions", chat, "c1")));
    assert.equal(new Set(chats.map((answer) => answer.body.id)).size, 1);
  },
);
