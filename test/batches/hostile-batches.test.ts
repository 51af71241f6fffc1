import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { type Answer, file, filesIn, form, nothingIsLeft, post } from "./raw-requests.js";

let harness: BatchHarness;
let url: string;
before(async () => {
  harness = await startBatchHarness({ script: () => finalAnswer("fine") });
  url = harness.api.url;
});
after(() => harness.stop());

const created = { endpoint: "/v1/chat/completions", completion_window: "24h" };
const NOBODY = "file-0000000000000000000000000";

const valid = { ...created, input_file_id: NOBODY };

interface RefusedBatch {
  readonly body: unknown;
  readonly code: string;
  /** The field that the error names. */
  readonly param: string | null;
}

const REFUSED_BATCHES: readonly RefusedBatch[] = [
  { body: undefined, code: "invalid_request", param: "endpoint" },
  { body: "", code: "invalid_request", param: "endpoint" },
  { body: "{", code: "invalid_json", param: null },
  { body: "hello", code: "invalid_json", param: null },
  { body: [], code: "invalid_request", param: null },
  { body: 7, code: "invalid_request", param: null },
  { body: {}, code: "invalid_request", param: "endpoint" },
  { body: created, code: "invalid_request", param: "input_file_id" },
  { body: { ...created, input_file_id: 7 }, code: "invalid_request", param: "input_file_id" },
  { body: { ...created, input_file_id: "x".repeat(100) }, code: "invalid_request", param: "input_file_id" },
  { body: { ...valid }, code: "file_not_found", param: "input_file_id" },
  { body: { ...created, input_file_id: "../../etc/passwd" }, code: "file_not_found", param: "input_file_id" },
  { body: { ...created, input_file_id: "" }, code: "file_not_found", param: "input_file_id" },
  { body: { input_file_id: NOBODY, completion_window: "24h" }, code: "invalid_request", param: "endpoint" },
  { body: { ...valid, endpoint: "/v1/embeddings" }, code: "invalid_request", param: "endpoint" },
  { body: { ...valid, endpoint: 7 }, code: "invalid_request", param: "endpoint" },
  {
    body: { endpoint: created.endpoint, input_file_id: NOBODY },
    code: "invalid_request",
    param: "completion_window",
  },
  { body: { ...valid, completion_window: "59m" }, code: "invalid_request", param: "completion_window" },
  { body: { ...valid, completion_window: "15d" }, code: "invalid_request", param: "completion_window" },
  { body: { ...valid, metadata: "x" }, code: "invalid_request", param: "metadata" },
  { body: { ...valid, metadata: { a: 1 } }, code: "invalid_request", param: "metadata.a" },
  { body: { ...valid, metadata: { a: "x".repeat(513) } }, code: "invalid_request", param: "metadata.a" },
  {
    body: {
      ...created,
      input_file_id: NOBODY,
      metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, ""])),
    },
    code: "invalid_request",
    param: "metadata",
  },
  { body: { ...valid, output_expires_after: 7 }, code: "invalid_request", param: "output_expires_after" },
  {
    body: { ...valid, output_expires_after: { anchor: "created_at", seconds: 1 } },
    code: "invalid_request",
    param: "output_expires_after.seconds",
  },
  { body: { ...valid, speed: "fast" }, code: "unknown_parameter", param: "speed" },
];

for (const [i, { body, code, param }] of REFUSED_BATCHES.entries()) {
  test(
    verifies(["hostile-input"], `a batch is refused, case ${i}: ${JSON.stringify(body)?.slice(0, 60)}`),
    async () => {
      const before = await filesIn(harness.dataDir);
      const answer = await harness.api.raw.post("/v1/batches", body);
      assert.equal(answer.body.error?.code, code, JSON.stringify(answer.body));
      assert.equal(answer.body.error?.param, param);
      await nothingIsLeft(harness.dataDir, before);
    },
  );
}

const HOSTILE_IDS = [
  "..",
  "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "..%5c..%5c",
  "batch_",
  "file-",
  `batch_${"0".repeat(24)}`,
  `file-${"0".repeat(24)}`,
  `batch_${"0".repeat(24)}%00`,
  `file-${"0".repeat(24)}%0a`,
  "x".repeat(5_000),
  "%F0%9F%90%82",
  "%ff",
  "__proto__",
  "null",
  "*",
];

for (const id of HOSTILE_IDS) {
  test(verifies(["hostile-input"], `nothing is found under the id ${id.slice(0, 40)}`), async () => {
    for (const path of [
      `/v1/files/${id}`,
      `/v1/files/${id}/content`,
      `/v1/batches/${id}`,
      `/v1/batches/${id}/results`,
      `/v1/queries/${id}`,
    ]) {
      const response = await fetch(url + path);
      const { error } = (await response.json()) as Answer["body"];
      assert.ok([400, 404].includes(response.status), `${path}: ${response.status}`);
      assert.ok(error && error.message.length < 6_000);
    }
    for (const [method, path] of [
      ["DELETE", `/v1/files/${id}`],
      ["POST", `/v1/batches/${id}/cancel`],
    ] as const) {
      const response = await fetch(url + path, { method });
      assert.ok([400, 404].includes(response.status), `${method} ${path}: ${response.status}`);
    }
  });
}

const BAD_PAGES = [
  ["/v1/files?limit=0", "limit"],
  ["/v1/files?limit=1000000", "limit"],
  ["/v1/files?limit=ten", "limit"],
  ["/v1/files?order=up", "order"],
  ["/v1/files?purpose=fine-tune", "purpose"],
  ["/v1/files?after=7", "after"],
  ["/v1/batches?limit=-1", "limit"],
  ["/v1/batches?limit=1.5", "limit"],
  ["/v1/batches?limit=101", "limit"],
  ["/v1/batches?after=nobody", "after"],
] as const;

for (const [path, param] of BAD_PAGES) {
  test(verifies(["hostile-input"], `a page is refused: ${path}`), async () => {
    const { body, status } = await harness.api.raw.get(path);
    assert.equal(status, 400);
    assert.equal(body.error?.param, param);
  });
}

test(verifies(["hostile-input"], "ranges of a file: parts, the end, none, and nonsense"), async () => {
  const content = "0123456789";
  const { body } = await post(`${url}/v1/files`, form({ file: file("r.txt", content), purpose: "batch" }));
  const get = async (range: string) => {
    const response = await fetch(`${url}/v1/files/${body.id}/content`, { headers: { range } });
    return [response.status, response.headers.get("content-range"), await response.text()];
  };
  assert.deepEqual(await get("bytes=2-4"), [206, "bytes 2-4/10", "234"]);
  assert.deepEqual(await get("bytes=7-"), [206, "bytes 7-9/10", "789"]);
  assert.deepEqual(await get("bytes=-2"), [206, "bytes 8-9/10", "89"]);
  assert.deepEqual(await get("bytes=8-100"), [206, "bytes 8-9/10", "89"]);
  assert.deepEqual(await get("lines=1-2"), [200, null, content]);
  assert.deepEqual(await get("bytes=nonsense"), [200, null, content]);
  assert.equal((await get("bytes=20-30"))[0], 416);
});
