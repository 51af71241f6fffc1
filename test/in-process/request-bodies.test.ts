import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { BodyBudget } from "@bullpen/api/http/body-budget";
import { ApiError } from "@bullpen/protocol";

import { startTestApi, type TestApi } from "../testing/api.js";
import { RawConnection, type RawReply } from "../testing/raw-http.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";

const QUERY = JSON.stringify({ query: "x" });
const MAX_BYTES = 16 * 2 ** 20;

let redis: TestRedis;
let api: TestApi;

before(async () => {
  redis = await startTestRedis();
  api = await startTestApi(redis.url, { MAX_FILE_BYTES: 1_000_000 });
});
after(async () => {
  await api.stop();
  await redis.stop();
});

/** Sends a body as it is, and no content type unless one is given. */
async function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  path = "/v1/queries",
): Promise<[status: number, code: string | undefined, message: string]> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const response = await fetch(api.url + path, { method: "POST", headers, body: bytes });
  const { error } = (await response.json()) as { error?: { code: string; message: string } }; // an error or a query
  return [response.status, error?.code, error?.message ?? ""];
}

const JSON_TYPE = { "content-type": "application/json" };

describe("a body must be declared as JSON", () => {
  const taken = [
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/vnd.api+json",
    "application/json; odd=1",
  ];
  for (const type of taken) {
    test(`${type} is taken`, async () => {
      assert.equal((await post(QUERY, { "content-type": type }))[0], 202);
    });
  }
  const refused = [
    "text/plain",
    "text/plain;charset=UTF-8",
    "text/plain; x=application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "application/jsonp",
    "text/json",
    "application/json; charset=utf-16",
    "application/json; charset=latin1",
    "application/json, text/plain",
    "json",
    "",
  ];
  for (const path of ["/v1/queries", "/v1/chat/completions", "/v1/batches", "/v1/webhook_endpoints"]) {
    test(`POST ${path} takes nothing that a page can send without asking`, async () => {
      for (const type of refused) {
        const [status, code, message] = await post(QUERY, { "content-type": type }, path);
        assert.deepEqual([type, status, code], [type, 415, "unsupported_media_type"]);
        assert.match(message, /Content-Type: application\/json|UTF-8/);
      }
    });
  }
});

describe("a body that cannot be read is refused", () => {
  const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
  const cases: [
    string,
    string | Uint8Array<ArrayBuffer>,
    Record<string, string>,
    number,
    string | undefined,
  ][] = [
    ["text in Latin-1", latin1('{"query":"h\xe9"}'), {}, 400, "invalid_json"],
    ["UTF-16", new Uint8Array(Buffer.from(QUERY, "utf16le")), {}, 400, "invalid_json"],
    ["an overlong form", latin1('{"query":"\xc0\xaf"}'), {}, 400, "invalid_json"],
    ["a surrogate in UTF-8", latin1('{"query":"\xed\xa0\x80"}'), {}, 400, "invalid_json"],
    ["a byte order mark", `\ufeff${QUERY}`, {}, 202, undefined],
    ["gzip", new Uint8Array(gzipSync(QUERY)), { "content-encoding": "gzip" }, 202, undefined],
    ["brotli", new Uint8Array(brotliCompressSync(QUERY)), { "content-encoding": "br" }, 202, undefined],
    ["deflate", new Uint8Array(deflateSync(QUERY)), { "content-encoding": "deflate" }, 202, undefined],
    ["broken gzip", "garbage", { "content-encoding": "gzip" }, 400, "invalid_request"],
    [
      "half a gzip",
      new Uint8Array(gzipSync(QUERY)).slice(0, 20),
      { "content-encoding": "gzip" },
      400,
      "invalid_request",
    ],
    ["an unknown encoding", QUERY, { "content-encoding": "zip" }, 415, "unsupported_media_type"],
    [
      "a bomb",
      new Uint8Array(gzipSync(Buffer.alloc(100 * 2 ** 20, " "))),
      { "content-encoding": "gzip" },
      413,
      "request_too_large",
    ],
    ["as large as can be", `{"query":"x"${" ".repeat(MAX_BYTES - 13)}}`, {}, 202, undefined],
    ["one byte more", `{"query":"x"${" ".repeat(MAX_BYTES - 12)}}`, {}, 413, "request_too_large"],
  ];
  for (const [name, body, headers, status, code] of cases) {
    test(name, async () => {
      const reply = await post(body, { ...JSON_TYPE, ...headers });
      assert.deepEqual(reply.slice(0, 2), [status, code], reply[2]);
    });
  }

  test("settings are small", async () => {
    const body = JSON.stringify({ url: "http://x", name: "x".repeat(300_000) });
    assert.equal((await post(body, JSON_TYPE, "/v1/webhook_endpoints"))[0], 413);
  });

  test("a query string that is not UTF-8, or not encoded", async () => {
    for (const query of ["after=%ff", "after=%zz", "after=%c0%af", "limit=1&%e9=1"]) {
      assert.equal((await api.raw.get(`/v1/queries?${query}`)).status, 400, query);
    }
  });

  test("millions of values do not hold up other requests", async () => {
    const body = `{${Array.from({ length: 1_300_000 }, (_, i) => `"${i}":1`).join()}}`;
    const [status, code, message] = await post(body, JSON_TYPE);
    assert.deepEqual([status, code], [400, "invalid_request"], message);
    // Commas in a text are no values.
    assert.equal((await post(JSON.stringify({ query: `"${",[{".repeat(10_000)}` }), JSON_TYPE))[0], 202);
    const full = {
      query: "x",
      tools: [],
      metadata: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [i, "x"])),
    };
    assert.equal((await post(JSON.stringify(Array(1_000).fill(full)), JSON_TYPE))[0], 202);
  });
});

describe("a body that is refused is not waited for", () => {
  const start = (path: string, ...headers: string[]) => [
    `POST ${path} HTTP/1.1`,
    "Host: localhost",
    ...headers,
  ];
  const type = "Content-Type: application/json";
  const form = "Content-Type: multipart/form-data; boundary=x";
  const filePart = '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n';
  const part = Buffer.alloc(65_536, " ");

  async function status(
    head: string[],
    body: string | Buffer = "",
    endless = false,
  ): Promise<number | undefined> {
    const connection = await RawConnection.open(api.url);
    connection.send(head, body);
    let reply: RawReply | undefined;
    const answered = connection.reply().then((got) => {
      reply = got;
    });
    while (endless && !reply && !connection.closed) {
      connection.socket.write(`${part.byteLength.toString(16)}\r\n`);
      connection.socket.write(part);
      if (!connection.socket.write("\r\n")) {
        await Promise.race([once(connection.socket, "drain"), once(connection.socket, "close"), answered]);
      }
    }
    await answered;
    connection.socket.destroy();
    if (reply && reply.status >= 200) JSON.parse(reply.body);
    return reply?.status;
  }

  test("a length that is too large is answered before the first byte", async () => {
    for (const path of ["/v1/queries", "/v1/chat/completions", "/v1/batches", "/v1/webhook_endpoints"]) {
      assert.equal(await status(start(path, type, "Content-Length: 99999999")), 413, path);
    }
    assert.equal(await status(start("/v1/files", form, "Content-Length: 99999999999")), 413);
    assert.equal(await status(start("/v1/queries", "Content-Type: text/plain", "Content-Length: 9999")), 415);
  });

  test("a body of unknown length is answered at the first byte too many", async () => {
    assert.equal(await status(start("/v1/queries", type, "Transfer-Encoding: chunked"), "", true), 413);
    const upload = start("/v1/files", form, "Transfer-Encoding: chunked");
    assert.equal(await status(upload, `${filePart.length.toString(16)}\r\n${filePart}\r\n`, true), 413);
  });

  test("a client that asks first is told to go on, or spared the body", async () => {
    const expect = "Expect: 100-continue";
    assert.equal(await status(start("/v1/queries", type, expect, "Content-Length: 99999999")), 413);
    assert.equal(await status(start("/v1/files", form, expect, "Content-Length: 99999999999")), 413);
    for (const path of ["/v1/queries", "/v1/files"]) {
      assert.equal(
        await status(start(path, path === "/v1/files" ? form : type, expect, "Content-Length: 15")),
        100,
      );
    }
  });
});

describe("memory for bodies", () => {
  test("large bodies are bounded together, and leave small ones their room", () => {
    const budget = new BodyBudget({ small: 100_000, large: 1_000_000 });
    const isBusy = (error: unknown) => error instanceof ApiError && error.code === "server_busy";
    const room = budget.enter(600_000);
    room.take(600_000);
    assert.throws(() => budget.enter(500_000), isBusy);
    const unknown = budget.enter(undefined);
    unknown.take(300_000);
    assert.throws(() => unknown.take(200_000), isBusy);
    budget.enter(50_000).take(50_000);
    assert.throws(() => budget.enter(60_000), isBusy);
    room.leave();
    room.leave();
    budget.enter(500_000).take(500_000);
    assert.throws(() => budget.enter(500_000), isBusy);
  });

  test("many bodies without an end are refused with 503 and Retry-After, and ordinary queries still taken", async () => {
    const bytes = 15 * 2 ** 20;
    const head = ["POST /v1/queries HTTP/1.1", "Host: localhost", "Content-Type: application/json"];
    const held = await Promise.all(
      Array.from({ length: 24 }, async () => {
        const connection = await RawConnection.open(api.url);
        return connection.send([...head, `Content-Length: ${bytes + 1}`], Buffer.alloc(bytes, " "));
      }),
    );
    const refused = await Promise.any(
      held.map(async (connection) => {
        const reply = await connection.reply();
        if (!reply) throw new Error("no answer");
        return reply;
      }),
    );
    assert.equal(refused.status, 503);
    assert.match(refused.head, /retry-after: \d/i);
    assert.match(refused.head, /x-should-retry: true/i);
    assert.equal((await post(QUERY, JSON_TYPE))[0], 202);
    for (const { socket } of held) socket.destroy();
  });
});
