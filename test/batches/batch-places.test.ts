import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { type BatchView, BullpenError } from "@bullpen/client";
import { S3Store } from "@bullpen/storage/s3-store";
import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine } from "../testing/batch-lines.js";
import { TestS3Server } from "../testing/s3-server.js";

const SECRET = "a-secret-of-the-store";
const credentials = { accessKeyId: "test-key", secretAccessKey: SECRET };

let harness: BatchHarness;
let server: TestS3Server;
let bucket: S3Store;
let folder: string;
let outside: string;
before(async () => {
  server = await TestS3Server.start();
  bucket = new S3Store({ bucket: server.bucket, endpoint: server.endpoint, credentials });
  outside = await mkdtemp(join(tmpdir(), "bullpen-places-"));
  folder = join(outside, "allowed");
  await mkdir(join(folder, "default"), { recursive: true });
  const locations = [
    { kind: "folder", path: `${folder}/{tenant}` },
    { kind: "s3", bucket: server.bucket, prefix: "{tenant}" },
  ] as const;
  harness = await startBatchHarness({
    script: async ({ messages }) => {
      const question = messages.at(-1)?.content ?? "";
      return question === "fail" ? { text: "", finishReason: "context" } : finalAnswer(`${question}!`);
    },
    slots: 16,
    api: { BATCH_LOCATIONS: [...locations], MAX_FILE_BYTES: 1_000_000 },
    batcher: {
      BATCH_LOCATIONS: [...locations],
      BATCH_S3_ENDPOINT: server.endpoint,
      BATCH_S3_ACCESS_KEY_ID: credentials.accessKeyId,
      BATCH_S3_SECRET_ACCESS_KEY: SECRET,
    },
  });
});
after(async () => {
  await harness.stop();
  await server.stop();
  await rm(outside, { recursive: true });
});

const own = (name: string) => join(folder, "default", name);
const s3 = (key: string) => `s3://${server.bucket}/default/${key}`;

async function put(uri: string, content: string | Uint8Array): Promise<void> {
  if (uri.startsWith("s3://")) await bucket.put(uri.slice(`s3://${server.bucket}/`.length), [content]);
  else await writeFile(uri, content);
}

async function get(uri: string): Promise<Buffer> {
  if (!uri.startsWith("s3://")) return readFile(uri);
  return Buffer.concat(await (await bucket.read(uri.slice(`s3://${server.bucket}/`.length))).toArray());
}

type Places = NonNullable<Parameters<BatchHarness["client"]["batches"]["create"]>[0]["bullpen"]>;

async function run(bullpen: Places): Promise<BatchView> {
  const { id } = await harness.client.batches.create({ bullpen });
  return harness.client.batches.wait(id);
}

/** The message with which a batch of these places ends, or is refused. */
async function refusal(bullpen: Places): Promise<string> {
  try {
    const { status, errors } = await run(bullpen);
    assert.equal(status, "failed", JSON.stringify(bullpen));
    const [error] = errors?.data ?? [];
    return `${error?.param} ${error?.line} ${error?.message}`;
  } catch (error) {
    if (!(error instanceof BullpenError)) throw error;
    return error.message;
  }
}

const parquet = (columns: Record<string, (string | number | null)[]>) =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: Object.entries(columns).map(([name, data]) => ({
        ...{ name, data },
        type: data.some((value) => typeof value === "number") ? ("INT32" as const) : ("STRING" as const),
      })),
    }),
  );

test("input comes from a folder or a bucket in every format, packed or not, and results go there", async () => {
  const csv = 'custom_id,text\na,one\nb,"two, or so"\n\nc,fail\n';
  const rows = { custom_id: ["a", "b", "c"], text: ["one", "two, or so", "fail"], n: [1, 2, 3] };
  const jsonl = ["one", "two, or so", "fail"]
    .map((text, i) => `${batchLine("abc".charAt(i), text)}\n`)
    .join("");
  const cases: [input: string, content: string | Uint8Array, output: string, column?: string][] = [
    [own("q.csv"), csv, own("r.jsonl"), "text"],
    [s3("in/q.csv.gz"), gzipSync(csv), s3("out/r.jsonl.gz"), "text"],
    [s3("in/q 1.parquet"), parquet(rows), own("r.parquet"), "text"],
    [own("q.jsonl"), gzipSync(jsonl), s3("out/r.parquet")],
  ];
  for (const [input_uri, content, output_uri, column] of cases) {
    await put(input_uri, content);
    const batch = await run({ input_uri, output_uri, column });
    assert.equal(batch.status, "completed", JSON.stringify(batch.errors));
    assert.deepEqual(batch.request_counts, { total: 3, completed: 2, failed: 1 });
    assert.deepEqual(
      [batch.bullpen.input_uri, batch.bullpen.output_uri, batch.bullpen.output_error],
      [input_uri, output_uri, null],
    );
    const file = await harness.client.files.get(batch.input_file_id);
    assert.match(file.filename, /^q( 1)?\.jsonl$/);
    assert.deepEqual(await resultsAt(output_uri), [
      ["a", "one!", null],
      ["b", "two, or so!", null],
      ["c", null, "context_exceeded"],
    ]);
  }
  const leftOvers = (await readdir(join(folder, "default"))).filter((name) => name.startsWith("."));
  assert.deepEqual(leftOvers, []);
});

/** custom_id, answer and error code of the results at a URI. */
async function resultsAt(uri: string): Promise<unknown[]> {
  const content = await get(uri);
  if (uri.endsWith(".parquet")) {
    const file = Uint8Array.from(content).buffer;
    const rows = await parquetReadObjects({ file });
    for (const row of rows) assert.equal(JSON.parse(row.result).custom_id, row.custom_id);
    return rows.map((row) => [row.custom_id, row.answer, row.error_code]);
  }
  const text = uri.endsWith(".gz") ? gunzipSync(content).toString() : content.toString();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map(({ custom_id, response }) => [
      custom_id,
      response.body.choices?.[0]?.message.content ?? null,
      response.body.error?.code ?? null,
    ]);
}

test("a batch from a URI is retried like any other, and in place its output is written again", async () => {
  await put(own("again.txt"), "one\nfail\n");
  const batch = await run({ input_uri: own("again.txt"), output_uri: own("again.jsonl") });
  const retried = await harness.client.batches.retry(batch.id, {});
  assert.deepEqual((await harness.client.batches.wait(retried.id)).request_counts.total, 1);
  await rm(own("again.jsonl"));
  await harness.client.batches.retry(batch.id, { in_place: true });
  await harness.client.batches.wait(batch.id);
  assert.equal((await resultsAt(own("again.jsonl"))).length, 2);
});

test("results come as Parquet from the api, too", async () => {
  await put(own("p.txt"), "one\ntwo\n");
  const { id } = await run({ input_uri: own("p.txt") });
  const response = await fetch(`${harness.api.url}/v1/batches/${id}/results?format=parquet`);
  assert.equal(response.headers.get("content-type"), "application/vnd.apache.parquet");
  const rows = await parquetReadObjects({ file: await response.arrayBuffer() });
  assert.deepEqual(
    rows.map((row) => [row.custom_id, row.status_code, row.answer, row.finish_reason]),
    [
      ["line-1", 200, "one!", "stop"],
      ["line-2", 200, "two!", "stop"],
    ],
  );
});

test("places that are not allowed are refused when the batch is created", async () => {
  const cases: [Places, RegExp][] = [
    [{ input_uri: "/etc/passwd" }, /bullpen\.input_uri: is not within a place that you may name: .*default/],
    [{ input_uri: join(folder, "other/q.csv") }, /input_uri: is not within a place/],
    [
      { input_uri: own("x").replace(/x$/, "../other/q.csv") },
      /input_uri: must be s3:.* without \. and \.\. in it/,
    ],
    [{ input_uri: `file://${own("x").replace(/x$/, "../other/q.csv")}` }, /input_uri: /],
    [{ input_uri: s3("../other/q.csv") }, /input_uri: has a key that is not taken/],
    [{ input_uri: "s3://another-bucket/default/q.csv" }, /input_uri: is not within a place/],
    [{ input_uri: `s3://${server.bucket}/defaultx/q.csv` }, /input_uri: is not within a place/],
    [{ input_uri: "https://example.com/q.csv" }, /input_uri: must be s3:/],
    [{ input_uri: own("q.dat") }, /input_format: must be one of jsonl, csv, .*parquet/],
    [{ input_uri: own("q.csv"), output_uri: "/tmp/r.jsonl" }, /output_uri: is not within a place/],
    [{ input_uri: own("q.csv"), output_uri: own("q.csv") }, /output_uri: must not be bullpen\.input_uri/],
    [{ column: "x" }, /input_file_id: is required without bullpen\.input_uri/],
  ];
  for (const [places, message] of cases) assert.match(await refusal(places), message);
});

test("files that cannot be taken end the batch with the reason, and the batcher goes on", async () => {
  await symlink("/etc/passwd", own("link.txt"));
  await symlink(outside, own("out"));
  await writeFile(join(outside, "secret.txt"), "secret");
  await mkdir(own("folder.csv"));
  const whole = Buffer.from(parquet({ query: ["one", "two"] }));
  const wrong = Buffer.from(whole);
  wrong.fill(0xff, 4, 40);
  const huge = Buffer.from(whole);
  huge.writeUInt32LE(0x7f_ff_ff_ff, huge.length - 8);
  const bomb = gzipSync(Buffer.alloc(80 * 1_024 * 1_024, "\n"));
  const files: [name: string, content: string | Uint8Array | undefined, RegExp][] = [
    ["link.txt", undefined, /link that leaves the allowed folder/],
    ["out/secret.txt", undefined, /link that leaves the allowed folder/],
    ["folder.csv", undefined, /no plain file/],
    ["none.csv", undefined, /^bullpen\.input_uri null .*none\.csv cannot be read\. There is no such file/],
    ["empty.txt", "", /The file is empty/],
    ["cut.jsonl.gz", gzipSync(`${batchLine("a", "x")}\n`).subarray(0, 30), /gzip data is damaged or cut off/],
    [
      "wrong.csv.gz",
      Buffer.concat([gzipSync("query\nx\n"), Buffer.from([0x1f, 0x8b, 9])]),
      /gzip data is damaged/,
    ],
    ["bomb.txt", bomb, /It has more than .* unpacked\. Split it/],
    [
      "q.csv",
      "a,b\n1,2\n",
      /^bullpen\.input_uri 1 .*There is no column query or question; there is "a", "b"\. Choose one by bullpen\.column/,
    ],
    ["r.csv", 'query\n"open\n', /double quote that opens a field is never closed/],
    ["not.parquet", "no Parquet at all, but long enough to have a footer", /cannot be read as Parquet/],
    ["short.parquet", "PAR1", /cannot be read as Parquet/],
    ["wrong.parquet", wrong, /cannot be read as Parquet/],
    ["huge.parquet", huge, /cannot be read as Parquet/],
    ["null.parquet", parquet({ query: ["one", null] }), /^bullpen\.input_uri 2 .*The column query is empty/],
    ["columns.parquet", parquet({ a: ["x"] }), /There is no column query or question; there is "a"/],
  ];
  const many = ["many.txt", "question\n".repeat(20_000), /As lines of a batch it has more than/] as const;
  // Side by side: each waits for its batch to end.
  await Promise.all(
    [...files, many].map(async ([name, content, message]) => {
      if (content !== undefined) await put(own(name), content);
      assert.match(await refusal({ input_uri: own(name) }), message, name);
    }),
  );
});

test("a store that refuses is told without its keys, and results stay in the batch's files", async () => {
  await put(s3("fine.txt"), "one\n");
  server.misbehave = ({ method, key }) =>
    method === "PUT" || key.includes("private") ? { status: 403, code: "InvalidAccessKeyId" } : undefined;
  const input = await refusal({ input_uri: s3("private.txt") });
  assert.match(input, /cannot be read\. The store of the bucket bullpen-test refused it \(403, /);
  const batch = await run({ input_uri: s3("fine.txt"), output_uri: s3("results.jsonl") });
  server.misbehave = () => undefined;
  assert.equal(batch.status, "completed");
  assert.ok(batch.output_file_id);
  assert.match(
    batch.bullpen.output_error ?? "",
    /results\.jsonl cannot be written\. The store .* refused it/,
  );
  for (const text of [input, JSON.stringify(batch)]) {
    assert.ok(!text.includes(SECRET) && !text.includes(credentials.accessKeyId), text);
  }
});

test("a store that is away is waited for", async () => {
  await put(s3("later.txt"), "one\n");
  let refused = 0;
  server.misbehave = ({ key }) => (key.includes("later") && refused++ < 6 ? "cut-before" : undefined);
  assert.equal((await run({ input_uri: s3("later.txt") })).status, "completed");
  assert.ok(refused > 5);
  server.misbehave = () => undefined;
});
