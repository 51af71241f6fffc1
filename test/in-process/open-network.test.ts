import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AccessKeyStore, LocalStore } from "@bullpen/storage";
import { startTestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";

let redis: TestRedis;
let folder: string;
before(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(join(tmpdir(), "bullpen-open-"));
});
after(async () => {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

test("an address of the network is not listened on before there is a key, unless that is wanted", async () => {
  const settings = { HOST: "0.0.0.0", DATA_DIR: folder };
  await assert.rejects(
    startTestApi(redis.url, settings),
    /HOST=0\.0\.0\.0.*npx bullpen keys create --role admin/,
  );
  const open = await startTestApi(redis.url, { ...settings, ALLOW_WITHOUT_KEYS: true });
  await open.stop();
  await new AccessKeyStore(await LocalStore.open(folder)).create({
    tenant: "default",
    role: "admin",
    name: "",
  });
  const closed = await startTestApi(redis.url, settings);
  try {
    const response = await fetch(`${closed.url.replace("0.0.0.0", "127.0.0.1")}/v1/queries`);
    assert.equal(response.status, 401);
  } finally {
    await closed.stop();
  }
});
