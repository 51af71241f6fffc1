import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { WorkerView } from "@bullpen/client";
import { startTestRedis, type TestRedis } from "@bullpen/redis/testing";
import { envSchema } from "../env.js";
import { checkNode } from "./check-machine.js";
import { checkModel } from "./check-model.js";
import { judgeWorkers } from "./check-processes.js";
import { checkRedis } from "./check-redis.js";
import { checkToolSettings } from "./check-tools.js";
import { check } from "./finding.js";

let folder: string;
let redis: TestRedis;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-doctor-"));
  redis = await startTestRedis();
});
after(async () => {
  await redis.stop();
  await rm(folder, { recursive: true });
});

test("Node is refused below the oldest that works", () => {
  assert.deepEqual(
    ["18.20.0", "20.18.1", "20.19.0", "22.0.0", "24.3.0"].map((version) => checkNode(version).verdict),
    ["failure", "failure", "ok", "ok", "ok"],
  );
});

test("settings of Redis that put work at risk are warnings, and a full one is a failure", async () => {
  const verdicts = async () =>
    (await checkRedis(redis.url, false)).findings.map(({ verdict, message }) => `${verdict} ${message}`);
  await redis.redis.config("SET", "maxmemory-policy", "allkeys-lru");
  await redis.redis.config("SET", "maxmemory", "0");
  const risky = (await verdicts()).join("\n");
  assert.match(risky, /^ok \d+\.\d+/);
  assert.match(risky, /^warning Redis may evict keys/m);
  assert.match(risky, /^warning it has no memory limit/m);
  await redis.redis.config("SET", "maxmemory-policy", "noeviction");
  await redis.redis.config("SET", "maxmemory", 1_000_000);
  assert.match((await verdicts()).join("\n"), /^failure it is nearly full/m);
  await redis.redis.config("SET", "maxmemory", "0");
});

test("a Redis that is not there is a failure that says what to do, without its password", async () => {
  const [finding] = await check(
    "redis",
    async () => (await checkRedis("redis://:hunter22@127.0.0.1:9", false)).findings,
  );
  assert.equal(finding?.verdict, "failure");
  assert.match(finding?.message ?? "", /cannot be reached.*Start Redis there/);
  assert.doesNotMatch(finding?.message ?? "", /hunter22/);
});

test("a Redis is reached by a password that is set apart from its URL", async () => {
  await redis.redis.call("ACL", "SETUSER", "default", "resetpass", ">set-apart");
  try {
    const { findings } = await checkRedis(redis.url, false, { password: "set-apart" });
    assert.equal(findings[0]?.verdict, "ok");
  } finally {
    await redis.redis.call("ACL", "SETUSER", "default", "nopass");
  }
});

test("a model that is missing or no GGUF file is a failure, the demo model is fine", async () => {
  const text = join(folder, "text.gguf");
  await writeFile(text, "no model");
  const verdictOf = async (MODEL: string) => (await checkModel(envSchema.parse({ MODEL }))).verdict;
  assert.equal(await verdictOf("demo"), "ok");
  assert.equal(await verdictOf(text), "failure");
  assert.equal(await verdictOf(join(folder, "absent.gguf")), "failure");
});

test("a model that is still to be downloaded is a warning", async () => {
  const env = envSchema.parse({ MODEL: "qwen3-4b-instruct", MODELS_DIR: folder });
  assert.equal((await checkModel(env)).verdict, "warning", "it is not there");
});

test("tools that are set and cannot be read are failures", async () => {
  const config = join(folder, "mcp.json");
  await writeFile(config, "{");
  const findings = await checkToolSettings({ TOOLS_FOLDER: join(folder, "absent"), MCP_CONFIG: config });
  assert.deepEqual(
    findings.map(({ verdict }) => verdict),
    ["failure", "failure"],
  );
  await writeFile(config, '{"mcpServers": {"files": {}}}');
  const [good] = await checkToolSettings({ MCP_CONFIG: config });
  assert.deepEqual(good, { name: "tools", verdict: "ok", message: "MCP_CONFIG has files" });
});

test("workers whose clock or version differs are named, and none at all is a failure", () => {
  const now = 1_000_000;
  const worker = (host: string, seen_at: number, version?: string): WorkerView => ({
    ...{ object: "worker", id: host, host, pid: 1, model: "m", engine: "llama.cpp", slots: 4, busy_slots: 0 },
    ...{
      context_tokens: 1,
      tokens_per_second: 0,
      gpus: [],
      started_at: 0,
      seen_at,
      ...(version && { version }),
    },
  });
  const workers = [
    worker("fine", now - 4_000, "1.0.0"),
    worker("fast", now + 3_000, "1.0.0"),
    worker("slow", now - 14_000, "1.0.0"),
    worker("old", now, "0.9.0"),
    worker("older", now),
  ];
  const warnings = judgeWorkers(workers, "1.0.0", now).filter(({ verdict }) => verdict === "warning");
  assert.deepEqual(
    warnings.map(({ name, message }) => `${name}: ${message}`),
    [
      "clock: the clock is 3.0 s ahead of Redis' on fast (worker fast:1)",
      "clock: the clock is 9.0 s behind Redis' on slow (worker slow:1)",
      "versions: worker old:1 runs version 0.9.0, this command 1.0.0",
      "versions: worker older:1 runs an older version, this command 1.0.0",
    ],
  );
  assert.deepEqual(
    judgeWorkers([], "1.0.0", now).map(({ verdict }) => verdict),
    ["failure"],
  );
});
