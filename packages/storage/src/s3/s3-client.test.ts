import assert from "node:assert/strict";
import { test } from "node:test";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { serve } from "@bullpen/base/testing";
import { createS3Client } from "./s3-client.js";

test("a store that redirects leads nowhere: neither signed requests nor objects go to another host", async (t) => {
  let visits = 0;
  const other = await serve(t, (_request, response) => {
    visits++;
    response.end();
  });
  let status = 0;
  const endpoint = await serve(t, (_request, response) => {
    response.writeHead(status, { location: `${other}/bucket/key` }).end();
  });
  const client = createS3Client({
    bucket: "bucket",
    endpoint,
    credentials: { accessKeyId: "id", secretAccessKey: "secret" },
  });
  t.after(() => client.destroy());
  for (status of [301, 302, 307, 308]) {
    await assert.rejects(client.send(new GetObjectCommand({ Bucket: "bucket", Key: "key" })), `${status}`);
    await assert.rejects(client.send(new PutObjectCommand({ Bucket: "bucket", Key: "key", Body: "x" })));
  }
  assert.equal(visits, 0);
});
