import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { startTestRedis } from "../testing/redis.js";
import { runToEnd } from "../testing/run-app.js";
import { assertClean, inUrl, keepOutput, MARK, ODD, secret, secretFiles } from "./marked-secrets.js";

test(verifies(["secrets-stay"], "settings that are refused at the start are not quoted"), async (t) => {
  const redis = await startTestRedis();
  const folder = await mkdtemp(join(tmpdir(), "bullpen-secrets-"));
  t.after(async () => {
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const refused: [string, Record<string, string>][] = [
    ["api", { REDIS_URL: `redis://:${MARK}${ODD}@127.0.0.1:1` }],
    ["api", { REDIS_URL: `redis://:${MARK}%zz@127.0.0.1:1` }],
    ["api", { REDIS_URL: `redis://127.0.0.1:1?password=${MARK}` }],
    ["api", { REDIS_URL: `redis://${MARK}:${inUrl("away")}@127.0.0.1:1` }],
    ["api", { S3_BUCKET: "b", S3_ENDPOINT: `http://a:${MARK}@127.0.0.1:1` }],
    ["api", { S3_BUCKET: "b", S3_ENDPOINT: `ftp://a:${MARK}@127.0.0.1:1`, S3_SECRET_ACCESS_KEY: MARK }],
    ["worker", { LLM_BASE_URL: `http://a:${inUrl("llm")}@127.0.0.1:1/v1` }],
    ["worker", { LLM_BASE_URL: `http://a:${MARK}/x@127.0.0.1:1/v1` }],
    ["worker", { LLM_BASE_URL: `http://a:${inUrl("llm")}@127.0.0.1:1/v1`, LLM_API_KEY: secret("both") }],
    ["tool-worker", { SEARCH_PROVIDER: "searxng", SEARXNG_URL: `http://a:${MARK}/x@127.0.0.1` }],
    ["tool-worker", { SEARCH_PROXY: `http://a:${MARK}#x@127.0.0.1` }],
    ["api", { REDIS_URL: "redis://bob@127.0.0.1:1", REDIS_PASSWORD: secret("apart") }],
    ["api", { REDIS_URL: `redis://:${inUrl("in-url")}@127.0.0.1:1`, REDIS_PASSWORD: secret("apart") }],
    [
      "api",
      {
        REDIS_URL: "",
        ...(await secretFiles(folder, { REDIS_URL: `redis://:${MARK}${ODD}@127.0.0.1:1` })),
      },
    ],
    ["worker", await secretFiles(folder, { LLM_API_KEY: `${MARK}\n${MARK}` })],
    ["worker", { HF_TOKEN: secret("hub"), ...(await secretFiles(folder, { HF_TOKEN: secret("hub") })) }],
    ["tool-worker", await secretFiles(folder, { SEARCH_PROXY: `no url ${MARK}` })],
  ];
  const tryOut = async ([app, env]: (typeof refused)[number]) => {
    const settings = { REDIS_URL: redis.url, API_PORT: "0", WORKER_PORT: "0", ...env };
    const { code, stdout, stderr } = await runToEnd([`apps/${app}/dist/main.js`], settings);
    keepOutput(`${app} ${Object.keys(env)}`, `${stdout}\n${stderr}`);
    assert.equal(code, 1, stderr);
    assert.doesNotMatch(stderr, /^\s+at /m, "no stack trace");
  };
  // Two at a time: each is a process that ends at once.
  const next = refused.values();
  await Promise.all(
    [1, 2].map(async () => {
      for (const each of next) await tryOut(each);
    }),
  );
  assertClean();
});
