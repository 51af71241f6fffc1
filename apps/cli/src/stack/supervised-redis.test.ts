import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { EmbeddedRedis } from "./embedded-redis.js";
import { SupervisedRedis } from "./supervised-redis.js";

test("Redis restarts on its port; damaged files are reported once, with their folder and the remedy", async (t) => {
  const parent = await mkdtemp(join(tmpdir(), "bullpen-redis-"));
  t.after(() => rm(parent, { recursive: true, force: true }));
  const folder = join(parent, "redis");
  const ready: EmbeddedRedis[] = [];
  const reasons: string[] = [];
  const redis = new SupervisedRedis({
    folder,
    onReady: async (started) => void ready.push(started),
    onRestart: (reason) => void reasons.push(reason),
  });
  await redis.start();
  t.after(() => redis.stop());
  const kill = () => process.kill(ready.at(-1)?.pid ?? 0, "SIGKILL");
  const until = async (what: () => boolean) => {
    while (!what()) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  kill();
  await until(() => ready.length === 2);
  assert.equal(ready[1]?.port, ready[0]?.port);
  assert.deepEqual(reasons, ["it ended: SIGKILL"]);

  const files = join(folder, "appendonlydir");
  const [name = ""] = (await readdir(files)).filter((file) => file.endsWith(".incr.aof"));
  const path = join(files, name);
  kill();
  await until(() => reasons.length === 2);
  await writeFile(path, "*1\r\n$4\r\nPING\r\nnonsense in the middle\r\n*1\r\n$4\r\nPING\r\n");
  await until(() => reasons.length === 3);
  assert.match(reasons[2] ?? "", new RegExp(`redis-check-aof --fix ${files}/appendonly.aof.manifest`));

  const sound = (await readFile(path, "utf8")).replace("nonsense in the middle\r\n", "");
  await new Promise((resolve) => setTimeout(resolve, 2_500)); // it fails again in this time
  assert.equal(reasons.length, 3);
  await writeFile(path, sound);
  await until(() => ready.length === 3);
});
