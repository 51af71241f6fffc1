import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";

let redis: TestRedis;
let api: TestApi;

before(async () => {
  redis = await startTestRedis();
  api = await startTestApi(redis.url);
});
after(async () => {
  await api.stop();
  await redis.stop();
});

interface Answer {
  readonly status: number;
  readonly body: { readonly id?: string; readonly error?: { code: string; param: string | null } };
}

async function upload(
  content: string,
  { key, name = "a.jsonl", hours }: { key?: string; name?: string; hours?: number } = {},
): Promise<Answer> {
  const form = new FormData();
  form.set("purpose", "batch");
  form.set("file", new Blob([content]), name);
  if (hours !== undefined) {
    form.set("expires_after[anchor]", "created_at");
    form.set("expires_after[seconds]", String(hours * 3_600));
  }
  const headers = new Headers(key === undefined ? {} : { "idempotency-key": key });
  const response = await fetch(`${api.url}/v1/files`, { method: "POST", body: form, headers });
  return { status: response.status, body: (await response.json()) as Answer["body"] }; // read field by field
}

async function content(id: string | undefined, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${api.url}/v1/files/${id}/content`, { headers });
}

async function count(): Promise<number> {
  return (await api.client.files.list()).data.length;
}

describe("an upload with an idempotency key", () => {
  test("makes one file however often it comes, also at the same time", async () => {
    const before = await count();
    const first = await upload("same", { key: "k1" });
    assert.equal(first.status, 200);
    const others = await Promise.all([1, 2, 3].map(() => upload("same", { key: "k1" })));
    assert.deepEqual(new Set(others.map(({ body }) => body.id)), new Set([first.body.id]));
    const together = await Promise.all([1, 2, 3, 4].map(() => upload("at once", { key: "k2" })));
    assert.equal(new Set(together.map(({ body }) => body.id)).size, 1);
    assert.equal(await (await content(together[0]?.body.id)).text(), "at once");
    assert.equal(await count(), before + 2);
  });

  test("refuses another file under the same key, whatever differs, and keeps the first", async () => {
    const first = await upload("content A", { key: "k3" });
    const before = await count();
    const others = [
      await upload("content B", { key: "k3" }), // of the same length
      await upload("content A and more", { key: "k3" }),
      await upload("content A", { key: "k3", name: "b.jsonl" }),
      await upload("content A", { key: "k3", hours: 2 }),
    ];
    for (const { status, body } of others) {
      assert.deepEqual([status, body.error?.code], [400, "idempotency_key_reused"]);
    }
    assert.equal(await count(), before);
    assert.equal(await (await content(first.body.id)).text(), "content A");
  });

  test("makes the file again after it was deleted", async () => {
    const { body } = await upload("gone", { key: "k4" });
    await fetch(`${api.url}/v1/files/${body.id}`, { method: "DELETE" });
    const again = await upload("gone", { key: "k4" });
    assert.equal(again.status, 200);
    assert.equal(await (await content(again.body.id)).text(), "gone");
  });

  test("refuses a key that is too long before the file", async () => {
    assert.equal((await upload("x", { key: "x".repeat(256) })).body.error?.param, "Idempotency-Key");
  });
});

test("a form whose names or values are not UTF-8, or missing, is refused", async () => {
  const before = await count();
  const part = (head: string, text: string) =>
    `--x\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
  const file = part('name="file"; filename="a"', "{}");
  const purpose = part('name="purpose"', "batch");
  const forms: [string, string | null][] = [
    [part('name="file"; filename="\xff\xfe"', "{}") + purpose, "file"],
    [file + part('name="purpose"', "b\xe9tch"), "purpose"],
    [file + purpose + part('name="\xe9"', "x"), "\ufffd"],
    [file + part('name="purpose"', "x".repeat(5_000)), "purpose"],
    [part('filename="a"', "{}") + purpose, null],
    [part('name; filename="a"', "{}") + purpose, null],
  ];
  for (const [form, param] of forms) {
    const response = await fetch(`${api.url}/v1/files`, {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=x" },
      body: new Uint8Array(Buffer.from(`${form}--x--\r\n`, "latin1")),
    });
    const { error } = (await response.json()) as Answer["body"]; // read field by field
    assert.deepEqual([response.status, error?.code, error?.param], [400, "invalid_request", param]);
  }
  assert.equal(await count(), before);
});

test("answers of JSON are whole whatever the caller has already", async () => {
  for (const tag of ["*", '"x"']) {
    const response = await fetch(`${api.url}/v1/files`, { headers: { "if-none-match": tag } });
    assert.deepEqual([response.status, response.headers.get("etag")], [200, null]);
  }
});

describe("a file's content", () => {
  test("is given again only to who has not got it, and in parts only of the same content", async () => {
    const { body } = await upload("0123456789");
    const whole = await content(body.id);
    const etag = whole.headers.get("etag") ?? "";
    assert.equal(await whole.text(), "0123456789");
    const range = { range: "bytes=2-4" };
    const cases: [Record<string, string>, number, string][] = [
      [range, 206, "234"],
      [{ ...range, "if-range": etag }, 206, "234"],
      [{ ...range, "if-range": '"other"' }, 200, "0123456789"],
      [{ ...range, "if-range": `W/${etag}` }, 200, "0123456789"],
      [{ ...range, "if-range": "Wed, 21 Oct 2026 07:28:00 GMT" }, 200, "0123456789"],
      [{ "if-range": etag }, 200, "0123456789"],
      [{ range: "bytes=20-", "if-range": '"other"' }, 200, "0123456789"],
      [{ range: "bytes=20-" }, 416, ""],
      [{ "if-none-match": etag }, 304, ""],
      [{ "if-none-match": `"a", W/${etag}` }, 304, ""],
      [{ "if-none-match": "*" }, 304, ""],
      [{ ...range, "if-none-match": etag }, 304, ""],
      [{ "if-none-match": '"other"' }, 200, "0123456789"],
    ];
    for (const [headers, status, expected] of cases) {
      const response = await content(body.id, headers);
      const text = await response.text();
      assert.deepEqual(
        [response.status, status === 416 ? "" : text],
        [status, expected],
        JSON.stringify(headers),
      );
      if (status !== 416) assert.equal(response.headers.get("etag"), etag);
    }
  });
});
