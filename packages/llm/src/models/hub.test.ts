import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { z } from "zod";
import { hubSettings, openHub } from "./hub.js";

const settings = z.object(hubSettings);

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-hub-"));
});
after(() => rm(folder, { recursive: true }));

test("the hub is Hugging Face, or the mirror that is set, without a slash at its end", async () => {
  const standard = await openHub(settings.parse({ HF_HOME: folder }));
  assert.deepEqual(standard, { endpoint: "https://huggingface.co", token: undefined });
  const mirror = await openHub(settings.parse({ HF_HOME: folder, HF_ENDPOINT: "http://mirror:8080/hf/" }));
  assert.equal(mirror.endpoint, "http://mirror:8080/hf");
});

test("the token is the setting's, else the one that the hub's own tools keep", async () => {
  await writeFile(join(folder, "token"), "hf_kept\n");
  assert.equal((await openHub(settings.parse({ HF_HOME: folder }))).token, "hf_kept");
  assert.equal((await openHub(settings.parse({ HF_HOME: folder, HF_TOKEN: "hf_set" }))).token, "hf_set");
});

test("what no header can carry is no token", async () => {
  assert.equal(settings.safeParse({ HF_TOKEN: "hf_a\nhf_b" }).success, false);
  await writeFile(join(folder, "token"), "hf_a\nhf_b");
  await assert.rejects(openHub(settings.parse({ HF_HOME: folder })), /holds no token: it must be one word/);
});
