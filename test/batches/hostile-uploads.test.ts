import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";
import {
  type Answer,
  file,
  filePart,
  filesIn,
  form,
  multipart,
  nothingIsLeft,
  part,
  post,
  purposePart,
} from "./raw-requests.js";

const MAX_FILE_BYTES = 4_000_000;
const QUOTA = 6_000_000;

let harness: BatchHarness;
let url: string;
before(async () => {
  harness = await startBatchHarness({
    script: () => finalAnswer("fine"),
    api: { MAX_FILE_BYTES, STORAGE_QUOTA_BYTES: QUOTA },
  });
  url = `${harness.api.url}/v1/files`;
});
after(() => harness.stop());

const stored = () => filesIn(harness.dataDir);

interface BadUpload {
  readonly what: string;
  readonly body: () => string | FormData;
  /** Default: what the body implies. */
  readonly headers?: Record<string, string>;
  /** The field that the error names. Default: none. */
  readonly param?: string;
}

interface RefusedUpload extends BadUpload {
  readonly status: number;
  readonly code: string;
}

function refusedWith(status: number, code: string, uploads: readonly BadUpload[]): RefusedUpload[] {
  return uploads.map((upload) => ({ ...upload, status, code }));
}

const expiring = (fields: Readonly<Record<string, string>>) => () =>
  form({ file: file(), purpose: "batch", ...fields });

function withTwoFiles(): FormData {
  const data = form({ file: file(), purpose: "batch" });
  data.append("file", file("b.jsonl"));
  return data;
}

const REFUSED_UPLOADS: readonly RefusedUpload[] = [
  ...refusedWith(415, "unsupported_media_type", [
    { what: "no form at all", body: () => "hello" },
    { what: "JSON", body: () => "{}", headers: { "content-type": "application/json" } },
    {
      what: "a form in a URL",
      body: () => "a=b",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
    {
      what: "a compressed upload",
      body: () => form({ file: file(), purpose: "batch" }),
      headers: { "content-encoding": "gzip" },
    },
  ]),
  ...refusedWith(400, "invalid_request", [
    {
      what: "a form without a boundary",
      body: () => "x",
      headers: { "content-type": "multipart/form-data" },
    },
    { what: "a form without parts", body: () => "--x--\r\n", headers: multipart("x"), param: "file" },
    { what: "no file", body: () => form({ purpose: "batch" }), param: "file" },
    { what: "no purpose", body: () => form({ file: file() }), param: "purpose" },
    {
      what: "an unknown purpose",
      body: () => form({ file: file(), purpose: "fine-tune" }),
      param: "purpose",
    },
    {
      what: "the purpose of outputs",
      body: () => form({ file: file(), purpose: "batch_output" }),
      param: "purpose",
    },
    { what: "an empty purpose", body: () => form({ file: file(), purpose: "" }), param: "purpose" },
    { what: "the file as a text", body: () => form({ file: "{}", purpose: "batch" }), param: "file" },
    {
      what: "a file under another name",
      body: () => form({ document: file(), purpose: "batch" }),
      param: "document",
    },
    { what: "two files", body: withTwoFiles, param: "file" },
    {
      what: "an hour too short",
      body: expiring({ "expires_after[anchor]": "created_at", "expires_after[seconds]": "60" }),
      param: "expires_after.seconds",
    },
    {
      what: "a month too long",
      body: expiring({ "expires_after[anchor]": "created_at", "expires_after[seconds]": "9999999" }),
      param: "expires_after.seconds",
    },
    {
      what: "seconds that are no number",
      body: expiring({ "expires_after[anchor]": "created_at", "expires_after[seconds]": "soon" }),
      param: "expires_after.seconds",
    },
    {
      what: "another anchor",
      body: expiring({ "expires_after[anchor]": "birth", "expires_after[seconds]": "7200" }),
      param: "expires_after.anchor",
    },
    {
      what: "no anchor",
      body: expiring({ "expires_after[seconds]": "7200" }),
      param: "expires_after.anchor",
    },
    {
      what: "a field of an object's own",
      body: () => form({ file: file(), purpose: "batch", "__proto__[x]": "1" }),
      param: "__proto__",
    },
    {
      what: "a field of 100 kB",
      body: () => form({ file: file(), purpose: "x".repeat(100_000) }),
      param: "purpose",
    },
    {
      what: "a name of 300 letters",
      body: () => form({ file: file("x".repeat(300)), purpose: "batch" }),
      param: "file",
    },
    {
      what: "a name of dots and slashes alone",
      body: () => form({ file: file("../../"), purpose: "batch" }),
      param: "file",
    },
  ]),
  ...refusedWith(400, "upload_interrupted", [
    { what: "an empty body", body: () => "", headers: multipart("x") },
    { what: "another boundary", body: () => "--y\r\n\r\n--y--", headers: multipart("x") },
    { what: "a form that ends early", body: () => filePart, headers: multipart("x") },
    { what: "a form cut in a header", body: () => "--x\r\nContent-Dispo", headers: multipart("x") },
  ]),
  ...refusedWith(400, "unknown_parameter", [
    {
      what: "an unknown field",
      body: () => form({ file: file(), purpose: "batch", colour: "red" }),
      param: "colour",
    },
  ]),
  ...refusedWith(413, "request_too_large", [
    {
      what: "a file over the limit",
      body: () => form({ file: file("big.jsonl", "x".repeat(MAX_FILE_BYTES + 1)), purpose: "batch" }),
      param: "file",
    },
  ]),
];

for (const { what, body, headers, status, code, param = null } of REFUSED_UPLOADS) {
  test(verifies(["hostile-input"], `an upload is refused and leaves nothing: ${what}`), async () => {
    const before = await stored();
    const answer = await post(url, body(), headers);
    assert.equal(answer.body.error?.code, code, JSON.stringify(answer.body));
    assert.equal(answer.status, status);
    assert.equal(answer.body.error?.param, param);
    assert.ok(answer.body.error && answer.body.error.message.length < 400);
    await nothingIsLeft(harness.dataDir, before);
  });
}

for (const name of ["日本語 🐂.jsonl", "C:\\temp\\a.jsonl", "/etc/passwd", '"quoted".jsonl', "a;b=c.jsonl"]) {
  test(verifies(["hostile-input"], `an upload may be named ${name}`), async () => {
    const { body, status } = await post(url, form({ file: file(name), purpose: "batch" }));
    assert.equal(status, 200, JSON.stringify(body));
    const response = await fetch(`${url}/${body.id}/content`);
    assert.equal(await response.text(), batchLine("a", "hello"));
    await fetch(`${url}/${body.id}`, { method: "DELETE" });
  });
}

test(
  verifies(
    ["hostile-input"],
    "what does not fit the tenant's quota is refused, and fits again after a deletion",
  ),
  async () => {
    const upload = () =>
      post(url, form({ file: file("big.jsonl", "x".repeat(3_500_000)), purpose: "batch" }));
    const first = await upload();
    assert.equal(first.status, 200);
    const before = await stored();
    const second = await upload();
    assert.equal(second.body.error?.code, "quota_exceeded");
    await nothingIsLeft(harness.dataDir, before);
    await fetch(`${url}/${first.body.id}`, { method: "DELETE" });
    const third = await upload();
    assert.equal(third.status, 200);
    await fetch(`${url}/${third.body.id}`, { method: "DELETE" });
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
    await nothingIsLeft(harness.dataDir, before);
  },
);

test(verifies(["hostile-input"], "a refused client that goes on sending gets to read why"), async () => {
  const answer = await new Promise<Answer>((resolve, reject) => {
    const outgoing = httpRequest(url, { method: "POST", headers: multipart("x") }, async (incoming) => {
      const text = Buffer.concat(await incoming.toArray()).toString();
      resolve({ status: incoming.statusCode ?? 0, body: JSON.parse(text) as Answer["body"] });
    });
    outgoing.on("error", reject);
    outgoing.write(part('Content-Disposition: form-data; name="file"; filename="a"', "").slice(0, -2));
    for (let i = 0; i < 100; i++) outgoing.write("x".repeat(100_000));
    outgoing.end(`\r\n${purposePart}--x--\r\n`);
  });
  assert.equal(answer.body.error?.code, "request_too_large");
});
