import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

const MAX_FILE_BYTES = 4_000_000;
const QUOTA = 6_000_000;

let harness: BatchHarness;
let url: string;
before(async () => {
  harness = await startBatchHarness({
    script: () => finalAnswer("fine"),
    api: { MAX_FILE_BYTES, STORAGE_QUOTA_BYTES: QUOTA },
  });
  url = harness.api.url;
});
after(() => harness.stop());

interface Answer {
  readonly status: number;
  readonly body: {
    readonly id?: string;
    readonly error?: { code: string; param: string | null; message: string };
  };
}

async function post(
  path: string,
  body: string | FormData,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url + path, { method: "POST", body, headers });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

/** All files in storage, by path. */
async function stored(): Promise<string[]> {
  const entries = await readdir(harness.dataDir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function form(parts: Readonly<Record<string, string | File>>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(parts)) data.append(name, value);
  return data;
}

const file = (name = "a.jsonl", content = batchLine("a", "hello")) => new File([content], name);
const multipart = (boundary: string) => ({ "content-type": `multipart/form-data; boundary=${boundary}` });
const part = (headers: string, content: string) => `--x\r\n${headers}\r\n\r\n${content}\r\n`;
const filePart = part('Content-Disposition: form-data; name="file"; filename="a.jsonl"', "{}");
const purposePart = part('Content-Disposition: form-data; name="purpose"', "batch");

/** Uploads that are refused: body, headers, status, code, field. */
const BAD_UPLOADS: readonly (readonly [
  what: string,
  body: () => string | FormData,
  headers: Record<string, string>,
  status: number,
  code: string,
  param: string | null,
])[] = [
  ["no form at all", () => "hello", {}, 415, "unsupported_media_type", null],
  ["JSON", () => "{}", { "content-type": "application/json" }, 415, "unsupported_media_type", null],
  [
    "a form in a URL",
    () => "a=b",
    { "content-type": "application/x-www-form-urlencoded" },
    415,
    "unsupported_media_type",
    null,
  ],
  [
    "a form without a boundary",
    () => "x",
    { "content-type": "multipart/form-data" },
    400,
    "invalid_request",
    null,
  ],
  ["an empty body", () => "", multipart("x"), 400, "upload_interrupted", null],
  ["another boundary", () => "--y\r\n\r\n--y--", multipart("x"), 400, "upload_interrupted", null],
  ["a form that ends early", () => filePart, multipart("x"), 400, "upload_interrupted", null],
  ["a form cut in a header", () => "--x\r\nContent-Dispo", multipart("x"), 400, "upload_interrupted", null],
  ["a form without parts", () => "--x--\r\n", multipart("x"), 400, "invalid_request", "file"],
  ["no file", () => form({ purpose: "batch" }), {}, 400, "invalid_request", "file"],
  ["no purpose", () => form({ file: file() }), {}, 400, "invalid_request", "purpose"],
  [
    "an unknown purpose",
    () => form({ file: file(), purpose: "fine-tune" }),
    {},
    400,
    "invalid_request",
    "purpose",
  ],
  [
    "the purpose of outputs",
    () => form({ file: file(), purpose: "batch_output" }),
    {},
    400,
    "invalid_request",
    "purpose",
  ],
  ["an empty purpose", () => form({ file: file(), purpose: "" }), {}, 400, "invalid_request", "purpose"],
  ["the file as a text", () => form({ file: "{}", purpose: "batch" }), {}, 400, "invalid_request", "file"],
  [
    "a file under another name",
    () => form({ document: file(), purpose: "batch" }),
    {},
    400,
    "invalid_request",
    "document",
  ],
  [
    "two files",
    () => {
      const data = form({ file: file(), purpose: "batch" });
      data.append("file", file("b.jsonl"));
      return data;
    },
    {},
    400,
    "invalid_request",
    "file",
  ],
  [
    "an unknown field",
    () => form({ file: file(), purpose: "batch", colour: "red" }),
    {},
    400,
    "unknown_parameter",
    "colour",
  ],
  [
    "an hour too short",
    () =>
      form({
        file: file(),
        purpose: "batch",
        "expires_after[anchor]": "created_at",
        "expires_after[seconds]": "60",
      }),
    {},
    400,
    "invalid_request",
    "expires_after.seconds",
  ],
  [
    "a month too long",
    () =>
      form({
        file: file(),
        purpose: "batch",
        "expires_after[anchor]": "created_at",
        "expires_after[seconds]": "9999999",
      }),
    {},
    400,
    "invalid_request",
    "expires_after.seconds",
  ],
  [
    "seconds that are no number",
    () =>
      form({
        file: file(),
        purpose: "batch",
        "expires_after[anchor]": "created_at",
        "expires_after[seconds]": "soon",
      }),
    {},
    400,
    "invalid_request",
    "expires_after.seconds",
  ],
  [
    "another anchor",
    () =>
      form({
        file: file(),
        purpose: "batch",
        "expires_after[anchor]": "birth",
        "expires_after[seconds]": "7200",
      }),
    {},
    400,
    "invalid_request",
    "expires_after.anchor",
  ],
  [
    "no anchor",
    () => form({ file: file(), purpose: "batch", "expires_after[seconds]": "7200" }),
    {},
    400,
    "invalid_request",
    "expires_after.anchor",
  ],
  [
    "a field of an object's own",
    () => form({ file: file(), purpose: "batch", "__proto__[x]": "1" }),
    {},
    400,
    "invalid_request",
    "__proto__",
  ],
  [
    "a field of 100 kB",
    () => form({ file: file(), purpose: "x".repeat(100_000) }),
    {},
    400,
    "invalid_request",
    "purpose",
  ],
  [
    "a name of 300 letters",
    () => form({ file: file("x".repeat(300)), purpose: "batch" }),
    {},
    400,
    "invalid_request",
    "file",
  ],
  [
    "a name of dots and slashes alone",
    () => form({ file: file("../../"), purpose: "batch" }),
    {},
    400,
    "invalid_request",
    "file",
  ],
  [
    "a compressed upload",
    () => form({ file: file(), purpose: "batch" }),
    { "content-encoding": "gzip" },
    415,
    "unsupported_media_type",
    null,
  ],
  [
    "a file over the limit",
    () => form({ file: file("big.jsonl", "x".repeat(MAX_FILE_BYTES + 1)), purpose: "batch" }),
    {},
    413,
    "request_too_large",
    "file",
  ],
];

for (const [what, body, headers, status, code, param] of BAD_UPLOADS) {
  test(verifies(["hostile-input"], `an upload is refused and leaves nothing: ${what}`), async () => {
    const before = await stored();
    const answer = await post("/v1/files", body(), headers);
    assert.equal(answer.body.error?.code, code, JSON.stringify(answer.body));
    assert.equal(answer.status, status);
    assert.equal(answer.body.error?.param, param);
    assert.ok(answer.body.error && answer.body.error.message.length < 400);
    assert.deepEqual(await stored(), before);
  });
}

for (const name of ["日本語 🐂.jsonl", "C:\\temp\\a.jsonl", "/etc/passwd", '"quoted".jsonl', "a;b=c.jsonl"]) {
  test(verifies(["hostile-input"], `an upload may be named ${name}`), async () => {
    const { body, status } = await post("/v1/files", form({ file: file(name), purpose: "batch" }));
    assert.equal(status, 200, JSON.stringify(body));
    const response = await fetch(`${url}/v1/files/${body.id}/content`);
    assert.equal(await response.text(), batchLine("a", "hello"));
    await fetch(`${url}/v1/files/${body.id}`, { method: "DELETE" });
  });
}

test(
  verifies(
    ["hostile-input"],
    "what does not fit the tenant's quota is refused, and fits again after a deletion",
  ),
  async () => {
    const upload = () =>
      post("/v1/files", form({ file: file("big.jsonl", "x".repeat(3_500_000)), purpose: "batch" }));
    const first = await upload();
    assert.equal(first.status, 200);
    const before = await stored();
    const second = await upload();
    assert.equal(second.body.error?.code, "quota_exceeded");
    assert.deepEqual(await stored(), before);
    await fetch(`${url}/v1/files/${first.body.id}`, { method: "DELETE" });
    const third = await upload();
    assert.equal(third.status, 200);
    await fetch(`${url}/v1/files/${third.body.id}`, { method: "DELETE" });
  },
);

test(
  verifies(["hostile-input"], "a client that goes in the middle of an upload leaves nothing"),
  async () => {
    const before = await stored();
    const head = `POST /v1/files HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: 1000000\r\n\r\n`;
    const { hostname, port } = new URL(url);
    const send = async (text: string) => {
      const socket = connect(Number(port), hostname);
      await new Promise<void>((sent) => socket.write(text, () => sent()));
      return socket;
    };
    for (const cut of [head, head + filePart.slice(0, 60)]) (await send(cut)).destroy();
    const socket = await send(head + filePart + "x".repeat(100_000));
    await until("the file is being written", async () => (await stored()).length > before.length);
    socket.destroy();
    await until("nothing is left", async () => (await stored()).length === before.length);
    assert.deepEqual(await stored(), before);
  },
);

test(verifies(["hostile-input"], "a refused client that goes on sending gets to read why"), async () => {
  const answer = await new Promise<Answer>((resolve, reject) => {
    const outgoing = httpRequest(
      `${url}/v1/files`,
      { method: "POST", headers: multipart("x") },
      async (incoming) => {
        const text = Buffer.concat(await incoming.toArray()).toString();
        resolve({ status: incoming.statusCode ?? 0, body: JSON.parse(text) as Answer["body"] });
      },
    );
    outgoing.on("error", reject);
    outgoing.write(part('Content-Disposition: form-data; name="file"; filename="a"', "").slice(0, -2));
    for (let i = 0; i < 100; i++) outgoing.write("x".repeat(100_000));
    outgoing.end(`\r\n${purposePart}--x--\r\n`);
  });
  assert.equal(answer.body.error?.code, "request_too_large");
});

const created = { endpoint: "/v1/chat/completions", completion_window: "24h" };
const NOBODY = "file-0000000000000000000000000";

const BAD_BATCHES: readonly (readonly [unknown, string, string | null])[] = [
  [undefined, "invalid_request", "input_file_id"],
  ["", "invalid_request", "input_file_id"],
  ["{", "invalid_json", null],
  ["hello", "invalid_json", null],
  [[], "invalid_request", null],
  [7, "invalid_request", null],
  [{}, "invalid_request", "input_file_id"],
  [created, "invalid_request", "input_file_id"],
  [{ ...created, input_file_id: 7 }, "invalid_request", "input_file_id"],
  [{ ...created, input_file_id: "x".repeat(100) }, "invalid_request", "input_file_id"],
  [{ ...created, input_file_id: NOBODY }, "file_not_found", "input_file_id"],
  [{ ...created, input_file_id: "../../etc/passwd" }, "file_not_found", "input_file_id"],
  [{ ...created, input_file_id: "" }, "file_not_found", "input_file_id"],
  [{ input_file_id: NOBODY, completion_window: "24h" }, "invalid_request", "endpoint"],
  [{ ...created, input_file_id: NOBODY, endpoint: "/v1/embeddings" }, "invalid_request", "endpoint"],
  [{ ...created, input_file_id: NOBODY, endpoint: 7 }, "invalid_request", "endpoint"],
  [{ endpoint: created.endpoint, input_file_id: NOBODY }, "invalid_request", "completion_window"],
  [{ ...created, input_file_id: NOBODY, completion_window: "1h" }, "invalid_request", "completion_window"],
  [{ ...created, input_file_id: NOBODY, metadata: "x" }, "invalid_request", "metadata"],
  [{ ...created, input_file_id: NOBODY, metadata: { a: 1 } }, "invalid_request", "metadata.a"],
  [{ ...created, input_file_id: NOBODY, metadata: { a: "x".repeat(513) } }, "invalid_request", "metadata.a"],
  [
    {
      ...created,
      input_file_id: NOBODY,
      metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, ""])),
    },
    "invalid_request",
    "metadata",
  ],
  [{ ...created, input_file_id: NOBODY, output_expires_after: 7 }, "invalid_request", "output_expires_after"],
  [
    { ...created, input_file_id: NOBODY, output_expires_after: { anchor: "created_at", seconds: 1 } },
    "invalid_request",
    "output_expires_after.seconds",
  ],
  [{ ...created, input_file_id: NOBODY, speed: "fast" }, "unknown_parameter", "speed"],
];

for (const [i, [body, code, param]] of BAD_BATCHES.entries()) {
  test(
    verifies(["hostile-input"], `a batch is refused, case ${i}: ${JSON.stringify(body)?.slice(0, 60)}`),
    async () => {
      const before = await stored();
      const answer = await harness.api.post("/v1/batches", body);
      assert.equal(answer.body.error?.code, code, JSON.stringify(answer.body));
      assert.equal(answer.body.error?.param, param);
      assert.deepEqual(await stored(), before);
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
    const { body, status } = await harness.api.get(path);
    assert.equal(status, 400);
    assert.equal(body.error?.param, param);
  });
}

test(verifies(["hostile-input"], "ranges of a file: parts, the end, none, and nonsense"), async () => {
  const content = "0123456789";
  const { body } = await post("/v1/files", form({ file: file("r.txt", content), purpose: "batch" }));
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

test(
  verifies(["post-idempotent"], "a batch asked for again is the same batch; after its end it is a new one"),
  async () => {
    const { body } = await post("/v1/files", form({ file: file("i.jsonl"), purpose: "batch" }));
    const wanted = { ...created, input_file_id: body.id };
    const together = await Promise.all(
      Array.from({ length: 5 }, () => harness.api.post("/v1/batches", wanted)),
    );
    const ids = new Set(together.map((answer) => answer.body.id));
    assert.equal(ids.size, 1);
    const [id] = ids;
    await until(
      "it ends",
      async () => (await harness.api.get(`/v1/batches/${id}`)).body.status === "completed",
    );
    const again = await harness.api.post("/v1/batches", wanted);
    assert.notEqual(again.body.id, id);
  },
);

test(
  verifies(["post-idempotent"], "a POST with an Idempotency-Key that comes again makes nothing new"),
  async () => {
    const send = async (path: string, body: unknown, key: string) => {
      const headers = { "content-type": "application/json", "idempotency-key": key };
      return post(path, JSON.stringify(body), headers);
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
