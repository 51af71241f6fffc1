import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freePort } from "@bullpen/base/free-port";
import { BullpenClient } from "@bullpen/client";
import { replicasFor, type ScaledObject, scaledObjectsOf } from "../infra/scaled-objects.js";
import { startTestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { startTestToolWorkers } from "../testing/tool-workers.js";
import { until } from "../testing/until.js";
import { WorkerProcess } from "../testing/worker-process.js";
import { type PrometheusServer, startPrometheus } from "./prometheus-server.js";

const stops: (() => Promise<unknown>)[] = [];
let redis: TestRedis;
let client: BullpenClient;
let prometheus: PrometheusServer;
let workerPort: number;

before(async () => {
  redis = await startTestRedis();
  stops.push(() => redis.stop());
  const api = await startTestApi(redis.url, { MODEL: "demo" });
  stops.push(() => api.stop());
  client = new BullpenClient({ url: api.url });
  workerPort = await freePort();
  prometheus = await startPrometheus([new URL(api.url).host, `127.0.0.1:${workerPort}`]);
  stops.push(() => prometheus.stop());
  await until("the api is scraped", async () => (await prometheus.query("bullpen_redis_up == 1")).length > 0);
});
after(async () => {
  for (const stop of stops.reverse()) await stop();
});

/** What KEDA gets: exactly one number, or it does nothing. */
async function evaluate(query: string): Promise<number> {
  const samples = await prometheus.query(query);
  assert.equal(samples.length, 1, `${query}: ${JSON.stringify(samples)}`);
  const value = Number(samples[0]?.value[1]);
  assert.ok(Number.isFinite(value), `${query} is ${value}`);
  return value;
}

function scaled(name: string): ScaledObject {
  const found = scaledObjectsOf("from-zero").get(`bullpen-${name}`);
  assert.ok(found, name);
  return found;
}

function untilReplicas(name: string, wanted: number): Promise<true> {
  return until(`${wanted} replicas of ${name}`, async () =>
    (await replicasFor(scaled(name), evaluate)) === wanted ? true : undefined,
  );
}

test("from zero a queued query asks for one worker, its call for one tool-worker, and their end for none", async () => {
  await untilReplicas("worker-demo", 0);
  await untilReplicas("tool-worker-calculator", 0);
  const { id } = await client.queries.submit({ query: "What is 85 times 9443?", tools: ["Calculator"] });
  await untilReplicas("worker-demo", 1);
  assert.equal(await replicasFor(scaled("tool-worker-calculator"), evaluate), 0);

  const worker = new WorkerProcess({ REDIS_URL: redis.url, GPU: "off", WORKER_PORT: String(workerPort) });
  stops.push(async () => {
    worker.signal("SIGTERM");
    await worker.ended();
  });
  await worker.untilReady();
  await untilReplicas("tool-worker-calculator", 1);
  await untilReplicas("worker-demo", 1); // a query that waits for a tool keeps its worker
  const tools = await startTestToolWorkers(redis.url, { BUILT_IN_TOOLS: ["Calculator"] });
  stops.push(() => tools.stop());
  assert.equal((await client.queries.wait(id)).status, "completed");
  await untilReplicas("worker-demo", 0);
  await untilReplicas("tool-worker-calculator", 0);
});

test("more queries than a worker takes ask for more of them, by their number and by their deadline", async () => {
  const { triggers, maxReplicaCount } = scaled("worker-demo");
  const query = (name: string) => triggers.find((trigger) => trigger.name === name)?.metadata.query ?? "";
  await client.queries.runAll(
    Array.from({ length: 4 }, (_, i) => ({ query: `What is ${i} times 12?`, tools: ["Calculator"] })),
  );
  const handles = await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      client.queries.submit({ query: `What is ${85 + i} times 9443?`, tools: ["Calculator"] }),
    ),
  );
  await until("the deadline counts", async () => (await evaluate(query("deadline"))) > 0 || undefined);
  await untilReplicas("worker-demo", maxReplicaCount);
  for (const { id } of handles) await client.queries.cancel(id);
  await untilReplicas("worker-demo", 0);
});
