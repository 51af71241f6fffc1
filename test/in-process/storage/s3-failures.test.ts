import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import { StorageError, type StorageErrorCode, type Store } from "@bullpen/storage";
import { S3Store, type S3StoreOptions } from "@bullpen/storage/s3-store";
import { type Mischief, type S3Request, TestS3Server } from "../../testing/s3-server.js";
import { certificate, tlsFile } from "../../testing/tls-files.js";

const credentials = { accessKeyId: "test", secretAccessKey: "test-secret" };
const PART = 5 * 1_024 * 1_024;

let server: TestS3Server;
before(async () => {
  server = await TestS3Server.start();
});
afterEach(() => {
  server.misbehave = () => undefined;
});
after(() => server.stop());

function storeOf(options: Partial<S3StoreOptions> = {}): Store {
  const { bucket, endpoint } = server;
  return new S3Store({ bucket, endpoint, credentials, partBytes: PART, ...options });
}

/** Does it to the first requests that match, `times` of them. */
function misbehaveOnce(mischief: Mischief, matches: (request: S3Request) => boolean, times = 1) {
  let left = times;
  server.misbehave = (request) => (matches(request) && left-- > 0 ? mischief : undefined);
}

function failsAs(code: StorageErrorCode, message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StorageError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  };
}

const isPut = ({ method }: S3Request) => method === "PUT";
const isComplete = ({ method, query }: S3Request) => method === "POST" && query.has("uploadId");

test("requests that are slowed down or cut are repeated", async () => {
  const store = storeOf();
  for (const [index, mischief] of (
    [{ status: 503, code: "SlowDown" }, "cut-before", "cut-after"] as const
  ).entries()) {
    misbehaveOnce(mischief, isPut, 2);
    await store.put(`slow/${index}`, ["content"]);
    assert.equal(await store.readText(`slow/${index}`), "content");
  }
});

test("a store that stays slow, refuses or is full says so, and ends", async () => {
  const store = storeOf();
  const refusals = [
    [{ status: 503, code: "SlowDown" }, "unavailable", /503.*SlowDown/],
    [{ status: 403, code: "AccessDenied" }, "unavailable", /403.*AccessDenied of the test/],
    [{ status: 301, code: "PermanentRedirect" }, "unavailable", /S3_REGION/],
    [{ status: 507, code: "XMinioStorageFull" }, "full", /no room left/],
    [{ status: 403, code: "QuotaExceeded" }, "full", /no room left/],
  ] as const;
  for (const [mischief, code, message] of refusals) {
    server.misbehave = (request) => (isPut(request) ? mischief : undefined);
    await assert.rejects(store.put("refused/a", ["x"]), failsAs(code, message));
    await assert.rejects(store.put("refused/b", [Buffer.alloc(2 * PART)]), failsAs(code, message));
    server.misbehave = () => undefined;
    assert.equal(await store.stat("refused/a"), undefined);
    assert.equal(server.objects.unfinishedUploads, 0);
  }
});

test("a store with TLS is used by its authority, and says what is wrong with it", async () => {
  const ca = readFileSync(tlsFile("authority.pem"), "utf8");
  const secure = await TestS3Server.start({ tls: certificate("server") });
  const otherName = await TestS3Server.start({ tls: certificate("other-name") });
  try {
    const store = storeOf({ endpoint: secure.endpoint, ca });
    await store.put("over/tls", [Buffer.alloc(2 * PART, "x")]);
    assert.equal((await store.readText("over/tls"))?.length, 2 * PART);
    const wrong = [
      [{ endpoint: secure.endpoint }, /authority that signed.*S3_CA_FILE/],
      [{ endpoint: secure.endpoint, ca: readFileSync(tlsFile("other-authority.pem"), "utf8") }, /S3_CA_FILE/],
      [{ endpoint: otherName.endpoint, ca }, /ERR_TLS_CERT_ALTNAME_INVALID.*S3_ENDPOINT/],
      [{ endpoint: server.endpoint.replace("http:", "https:"), ca }, /not answer in TLS.*http:\/\//],
    ] as const;
    for (const [options, message] of wrong) {
      await assert.rejects(storeOf(options).check(), failsAs("unavailable", message));
    }
  } finally {
    await secure.stop();
    await otherName.stop();
  }
});

test("a store that is not there, or has no such bucket, is unavailable", async () => {
  const nowhere = storeOf({ endpoint: "http://127.0.0.1:1" });
  await assert.rejects(nowhere.check(), failsAs("unavailable", /cannot be reached.*ECONNREFUSED/));
  const bucketless = storeOf({ bucket: "other" });
  await assert.rejects(bucketless.check(), failsAs("unavailable", /NoSuchBucket.*S3_BUCKET/));
  await assert.rejects(bucketless.readText("a"), failsAs("unavailable", /NoSuchBucket/));
  await assert.rejects(bucketless.list("a"), failsAs("unavailable", /NoSuchBucket/));
});

test("a store that does not answer is given up", async () => {
  const store = storeOf({ answerMs: 100 });
  server.misbehave = () => "silence";
  await assert.rejects(store.put("silent/a", ["x"]), failsAs("unavailable", /./));
  await assert.rejects(store.read("silent/a"), failsAs("unavailable", /./));
});

test("a writer whose answer is lost still knows that its object is stored", async () => {
  const store = storeOf();
  await store.check();
  misbehaveOnce("cut-after", isPut);
  assert.equal(await store.putOnce("lost/small", ["mine"]), true);
  misbehaveOnce("cut-after", isComplete);
  assert.equal(await store.putOnce("lost/large", [Buffer.alloc(2 * PART)]), true);
  misbehaveOnce("cut-after", isComplete);
  assert.equal((await store.put("lost/large", [Buffer.alloc(3 * PART)])).bytes, 3 * PART);
  assert.equal((await store.stat("lost/large"))?.bytes, 3 * PART);

  misbehaveOnce("cut-after", isPut);
  assert.equal(await store.putOnce("lost/small", ["another's"]), false);
  assert.equal(await store.readText("lost/small"), "mine");
  assert.equal(server.objects.unfinishedUploads, 0);
});

test("a conflict with another writer is settled by the object that is stored", async () => {
  const store = storeOf();
  await store.check();
  misbehaveOnce({ status: 409, code: "ConditionalRequestConflict" }, isPut, 2);
  assert.equal(await store.putOnce("conflict/a", ["mine"]), true);
  misbehaveOnce({ status: 409, code: "ConditionalRequestConflict" }, isPut, 2);
  assert.equal(await store.putOnce("conflict/a", ["another's"]), false);
});

test("a store that ignores conditions is refused before it can lose an object", async () => {
  const careless = await TestS3Server.start({ ignoresConditions: true });
  try {
    const store = storeOf({ endpoint: careless.endpoint });
    await assert.rejects(store.check(), failsAs("unavailable", /ignores "If-None-Match: \*" in PutObject/));
    await assert.rejects(store.putOnce("a", ["x"]), failsAs("unavailable", /conditional writes/));
    assert.equal(careless.objects.unfinishedUploads, 0);
  } finally {
    await careless.stop();
  }
});

test("a body that breaks off is read on where it was", async () => {
  const store = storeOf();
  const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
  await store.put("broken/a", [content]);
  misbehaveOnce("cut-body", ({ method }) => method === "GET", 3);
  const read = await (await store.read("broken/a", { start: 10, end: 299_990 })).toArray();
  assert.ok(content.subarray(10, 299_990).equals(Buffer.concat(read)));
});

test("a body that breaks off again and again, or changes meanwhile, is an error", async () => {
  const store = storeOf();
  await store.put("broken/b", [Buffer.alloc(300_000)]);
  let isBroken = false;
  server.misbehave = ({ method }) => {
    if (method !== "GET") return undefined;
    if (isBroken) return { status: 403, code: "AccessDenied" };
    isBroken = true;
    return "cut-body";
  };
  await assert.rejects((await store.read("broken/b")).toArray(), failsAs("unavailable", /AccessDenied/));

  misbehaveOnce("cut-body", ({ method }) => method === "GET");
  const stream = await store.read("broken/b");
  await store.put("broken/b", [Buffer.alloc(300_000, 1)]);
  await assert.rejects(stream.toArray(), failsAs("unavailable", /412/));
});

test("a large object is copied in parts, without being read", async () => {
  const store = storeOf({ copyBytes: PART });
  const content = Buffer.alloc(2 * PART + 7, "abc");
  await store.put("copy/from", [content]);
  const before = server.requests.length;
  await store.copy("copy/from", "copy/to");
  assert.equal(server.requests.slice(before).filter(({ method }) => method === "GET").length, 0);
  assert.ok(content.equals(Buffer.concat(await (await store.read("copy/to")).toArray())));
});

test("a folder of many sizes is listed in a request for each 1,000, without one for each object", async () => {
  const store = storeOf();
  for (let index = 0; index < 20; index++) await store.put(`sizes/${index}`, ["x"]);
  const before = server.requests.length;
  assert.equal((await store.list("sizes")).length, 20);
  assert.equal(server.requests.length - before, 1);
});
