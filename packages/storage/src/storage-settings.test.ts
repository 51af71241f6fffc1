import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { LocalStore } from "./local-store.js";
import { openStore } from "./open-store.js";
import { checkStorageSettings, storageSettings } from "./storage-settings.js";

const schema = z.object(storageSettings).superRefine(checkStorageSettings);
const problemsOf = (env: Record<string, string>) =>
  (schema.safeParse(env).error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);

test("without settings files are kept in a folder of the working directory", () => {
  assert.deepEqual(schema.parse({}), { DATA_DIR: "./.bullpen/data" });
});

test("a bucket alone is enough", () => {
  assert.deepEqual(problemsOf({ S3_BUCKET: "b" }), []);
  const { S3_PREFIX, S3_FORCE_PATH_STYLE } = schema.parse({
    S3_BUCKET: "b",
    S3_PREFIX: "/a/b/",
    S3_FORCE_PATH_STYLE: "false",
  });
  assert.deepEqual([S3_PREFIX, S3_FORCE_PATH_STYLE], ["a/b", false]);
});

test("an S3 that is set up by halves is named", () => {
  assert.deepEqual(problemsOf({ S3_ENDPOINT: "http://minio:9000" }), [
    "S3_BUCKET: must be set where S3_ENDPOINT is",
  ]);
  assert.deepEqual(problemsOf({ S3_BUCKET: "b", S3_ACCESS_KEY_ID: "id" }), [
    "S3_SECRET_ACCESS_KEY: must be set where S3_ACCESS_KEY_ID is",
  ]);
  assert.deepEqual(problemsOf({ S3_BUCKET: "b", S3_ENDPOINT: "http://minio", S3_CA_FILE: "ca.pem" }), [
    "S3_CA_FILE: is for TLS, and S3_ENDPOINT does not begin with https://",
  ]);
  assert.deepEqual(problemsOf({ S3_BUCKET: "b", S3_SECRET_ACCESS_KEY: "secret" }), [
    "S3_ACCESS_KEY_ID: must be set where S3_SECRET_ACCESS_KEY is",
  ]);
});

test("a bad value is named with what it must be", () => {
  assert.deepEqual(problemsOf({ S3_BUCKET: "b", S3_ENDPOINT: "minio:9000" }), [
    "S3_ENDPOINT: must be an http:// or https:// URL",
  ]);
  assert.match(problemsOf({ S3_BUCKET: "b", S3_PREFIX: "a//b" }).join(), /^S3_PREFIX: must be names/);
  assert.deepEqual(problemsOf({ S3_BUCKET: "b", S3_FORCE_PATH_STYLE: "yes" }), [
    "S3_FORCE_PATH_STYLE: must be true or false",
  ]);
});

test("the settings choose the store; a bucket is not waited for, and told to be away", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-settings-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const isSdkLoaded = () =>
    Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("@aws-sdk"));
  assert.ok((await openStore(schema.parse({ DATA_DIR: folder }), assert.fail)) instanceof LocalStore);
  assert.equal(isSdkLoaded(), false, "who keeps files on disk does not load the SDK");
  const settings = schema.parse({
    S3_BUCKET: "b",
    S3_ENDPOINT: "http://127.0.0.1:1",
    S3_ACCESS_KEY_ID: "id",
    S3_SECRET_ACCESS_KEY: "key",
  });
  let warn = (_message: string) => {};
  const warned = new Promise<string>((resolve) => {
    warn = resolve;
  });
  const bucket = await openStore(settings, (message) => warn(message));
  assert.equal(bucket.constructor.name, "S3Store");
  assert.equal(isSdkLoaded(), true);
  assert.match(await warned, /cannot be reached.*ECONNREFUSED.*nothing can be stored/);
});
