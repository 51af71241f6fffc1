import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { WorkerView } from "@bullpen/contracts";
import { WorkerRegistry } from "@bullpen/queue";
import { verifies } from "../source-checks/requirements/requirements.js";
import { connect } from "../testing/agent-harness.js";
import { startTestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";

let redis: TestRedis;
before(async () => {
  redis = await startTestRedis();
});
after(() => redis.stop());

const WORKER: Omit<WorkerView, "id" | "seen_at"> = {
  host: "here",
  pid: 1,
  model: "demo",
  engine: "llama.cpp",
  slots: 4,
  busy_slots: 1,
  context_tokens: 512,
  tokens_per_second: 12.5,
  gpus: [],
  started_at: 1,
};

test(verifies(["heartbeat"], "a worker is seen while it beats, through the api too"), async () => {
  const registry = new WorkerRegistry({ redis: redis.connection, beatMs: 50 });
  const api = await startTestApi(redis.url);
  try {
    let busy = 0;
    const stop = registry.keepBeating("worker_a", () => ({ ...WORKER, busy_slots: busy++ }));
    await until("it is reported each time", async () => ((await registry.list())[0]?.busy_slots ?? 0) >= 3);
    const [seen] = await api.client.workers.list();
    assert.equal(seen?.id, "worker_a");
    assert.equal(seen?.tokens_per_second, 12.5);
    assert.ok(Math.abs((seen?.seen_at ?? 0) - Date.now()) < 60_000);
    await stop();
    assert.deepEqual(await api.client.workers.list(), []);
  } finally {
    await api.stop();
  }
});

test(verifies(["heartbeat"], "a worker that falls silent is gone, and leaves nothing in Redis"), async () => {
  const beating = new WorkerRegistry({ redis: redis.connection, beatMs: 200 });
  const itsConnection = await connect(redis);
  const silent = new WorkerRegistry({ redis: itsConnection, beatMs: 100 });
  const stop = beating.keepBeating("worker_b", () => WORKER);
  const stopSilent = silent.keepBeating("worker_c", () => WORKER);
  await until("both are seen", async () => (await beating.list()).length === 2);
  itsConnection.disconnect();
  await until("one is gone", async () => (await beating.list()).length === 1);
  assert.deepEqual(
    (await beating.list()).map((worker) => worker.id),
    ["worker_b"],
  );
  assert.deepEqual(await redis.connection.smembers("{bullpen}:workers"), ["worker_b"]);
  await Promise.all([stop(), stopSilent()]);
  assert.equal(await redis.connection.exists("{bullpen}:workers", "{bullpen}:worker:worker_b"), 0);
});
