import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { S3Store } from "@bullpen/storage/s3-store";
import { TestS3Server } from "../../testing/s3-server.js";
import { storeContract } from "./store-contract.js";

const credentials = { accessKeyId: "test", secretAccessKey: "test-secret" };

storeContract("a store in a bucket", async () => {
  const server = await TestS3Server.start();
  const { bucket, endpoint } = server;
  return {
    store: new S3Store({ bucket, endpoint, credentials, prefix: "some/prefix" }),
    leftovers: () => server.objects.unfinishedUploads,
    close: () => server.stop(),
  };
});

test("an upload takes no more from its source than two parts that the store has not been sent", async () => {
  const server = await TestS3Server.start();
  try {
    const { bucket, endpoint } = server;
    const partBytes = 1_024 * 1_024;
    const chunk = Buffer.alloc(partBytes / 4);
    let furthest = 0;
    async function* source() {
      for (let taken = chunk.byteLength; taken <= 16 * partBytes; taken += chunk.byteLength) {
        const sent = server.requests.filter(({ query }) => query.has("partNumber")).length;
        furthest = Math.max(furthest, taken - sent * partBytes);
        yield chunk;
      }
    }
    await new S3Store({ bucket, endpoint, credentials, partBytes }).put("large", source());
    assert.equal(server.objects.get("large").content.byteLength, 16 * partBytes);
    assert.ok(furthest <= 2 * partBytes, `${furthest} bytes`);
  } finally {
    await server.stop();
  }
});

/** The same against a real store, where one is named; it must have the bucket. */
const { TEST_S3_ENDPOINT, TEST_S3_BUCKET, TEST_S3_ACCESS_KEY_ID, TEST_S3_SECRET_ACCESS_KEY } = process.env;
if (TEST_S3_ENDPOINT && TEST_S3_BUCKET && TEST_S3_ACCESS_KEY_ID && TEST_S3_SECRET_ACCESS_KEY) {
  storeContract(`the store at ${TEST_S3_ENDPOINT}`, async () => ({
    store: new S3Store({
      bucket: TEST_S3_BUCKET,
      endpoint: TEST_S3_ENDPOINT,
      credentials: { accessKeyId: TEST_S3_ACCESS_KEY_ID, secretAccessKey: TEST_S3_SECRET_ACCESS_KEY },
      prefix: `test-${randomUUID()}`,
    }),
    leftovers: () => 0,
    close: async () => {},
  }));
}
