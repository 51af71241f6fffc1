import assert from "node:assert/strict";
import { test } from "node:test";
import { appEnvironment } from "./app-environment.js";

test("the tool-worker sees no secret of another process", () => {
  const own = {
    REDIS_URL: "redis://127.0.0.1",
    SEARCH_PROVIDER: "local",
    UV_THREADPOOL_SIZE: "3",
    WEATHER_KEY: "of a tool of one's own",
  };
  const others = {
    S3_SECRET_ACCESS_KEY: "x",
    AWS_SESSION_TOKEN: "x",
    LLM_API_KEY: "x",
    DATA_DIR: "/data",
    HF_TOKEN: "x",
    HF_TOKEN_FILE: "x",
    LLM_API_KEY_FILE: "x",
    BULLPEN_API_KEY: "x",
  };
  assert.deepEqual(appEnvironment("tool-worker", { ...own, ...others }), own);
  assert.deepEqual(appEnvironment("worker", { ...own, ...others }), { ...own, ...others });
});
