import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Stack } from "@bullpen/cli/stack/start-stack";
import { BullpenClient } from "@bullpen/client";
import { z } from "zod";
import { finalAnswer } from "../testing/action.js";
import { EVERYTHING } from "../testing/mcp-server.js";
import { ModelServer } from "../testing/model-server.js";
import { standInNvidiaSmi } from "../testing/nvidia-smi.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { ROOT } from "../testing/run-app.js";
import { startSearchStandIn } from "../testing/search-stand-in.js";
import { startTestStack } from "../testing/stack.js";
import { until } from "../testing/until.js";
import { WorkerProcess } from "../testing/worker-process.js";
import { type PrometheusServer, startPrometheus } from "./prometheus-server.js";

const APPS = ["api", "batcher", "dashboard", "tool-worker", "worker"] as const;

const dashboardSchema = z.object({
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) }),
  ),
});
const { panels } = dashboardSchema.parse(
  JSON.parse(readFileSync(join(ROOT, "infra/grafana/dashboards/bullpen.json"), "utf8")),
);
const expressions = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
const rules = readFileSync(join(ROOT, "infra/prometheus/rules.yml"), "utf8");

const stops: (() => Promise<unknown>)[] = [];
let redis: TestRedis;
let stack: Stack;
let client: BullpenClient;
let prometheus: PrometheusServer;

before(async () => {
  redis = await startTestRedis();
  stops.push(() => redis.stop());
  const gpus = await standInNvidiaSmi(2);
  stops.push(() => gpus.remove());
  const search = await startSearchStandIn(() => false);
  stops.push(() => search.stop());
  const mcpConfig = join(await mkdtemp(join(tmpdir(), "bullpen-mcp-")), "mcp.json");
  const server = { command: process.execPath, args: [EVERYTHING, "stdio"] };
  await writeFile(mcpConfig, JSON.stringify({ mcpServers: { everything: server } }));
  const env = {
    PATH: gpus.path,
    MCP_CONFIG: mcpConfig,
    SEARCH_PROVIDER: "searxng,local",
    SEARXNG_URL: search.searxngUrl,
    GPUS_PER_WORKER: "2", // one process, which one of the tests holds still, and none on each GPU
    WATCHDOG_SECONDS: "0", // it is to stay held
  };
  stack = await startTestStack(env, redis.url);
  stops.push(() => stack.stop());
  client = new BullpenClient({ url: stack.apiUrl });
  const modelServer = new ModelServer("vllm", () => ({ content: finalAnswer("done") }));
  const modelUrl = await modelServer.start();
  stops.push(() => modelServer.stop());
  const remote = startWorker({
    LLM_BASE_URL: modelUrl,
    LLM_MODEL: "mistralai/Mixtral-8x7B-Instruct-v0.1",
    MODEL_NAME: "remote",
  });
  const fleet = startWorker({ MODEL_NAME: "fleet", GPUS_PER_WORKER: "1", SLOTS: "1", PATH: gpus.path });
  const urls = [
    ...APPS.map((app) => stack.process(app).url),
    await remote.untilReady(),
    await fleet.untilReady(),
  ];
  prometheus = await startPrometheus(urls.map((url) => new URL(url).host));
  stops.push(() => prometheus.stop());
  // Twice, seen in between: the rate of a counter that appears with its first event is not known before its second.
  await makeWork();
  const calls = "bullpen_tool_call_seconds_count";
  await until("Prometheus has seen it", async () => (await prometheus.query(calls)).length > 0);
  await makeWork();
});
after(async () => {
  for (const stop of stops.reverse()) await stop();
});

function startWorker(env: Readonly<Record<string, string>>): WorkerProcess {
  const worker = new WorkerProcess({ REDIS_URL: redis.url, ...env });
  stops.push(async () => {
    worker.signal("SIGTERM");
    await worker.ended();
  });
  return worker;
}

/** Work of every kind, with failures among it. */
async function makeWork(): Promise<void> {
  const limits = { max_steps: 1, on_limit: "fail" } as const;
  // Named, because the demo model knows no others than these, and would be offered those of the MCP server too.
  const tools = ["Calculator", "Search"];
  const ended = await client.queries.runAll([
    { query: "What is 85 times 9443?", tools },
    { query: "How tall is the Brindle Point Lighthouse?", tools },
    { query: "Hello", tools },
    { query: "What is 12 times 12?", tools, ...limits },
  ]);
  assert.deepEqual(
    ended.map(({ status }) => status),
    ["completed", "completed", "completed", "failed"],
  );
  await fetch(`${stack.apiUrl}/v1/queries/unknown`);
}

test("what each process says passes `promtool check metrics`", async () => {
  for (const app of APPS) {
    const metrics = await (await fetch(`${stack.process(app).url}/metrics`)).text();
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
      input: metrics,
      encoding: "utf8",
    });
    assert.equal(status, 0, `${app}: ${stdout}${stderr}`);
  }
});

test("the alerts pass `promtool test rules`: each fires for its fault, alone, and clears", () => {
  const { status, stdout, stderr } = spawnSync("promtool", ["test", "rules", "rules.test.yml"], {
    cwd: join(ROOT, "infra/prometheus"),
    encoding: "utf8",
  });
  assert.equal(status, 0, stdout + stderr);
  const tests = readFileSync(join(ROOT, "infra/prometheus/rules.test.yml"), "utf8");
  const names = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name).sort();
  assert.deepEqual(names(tests, /^ +name: (\w+)$/gm), names(rules, /- alert: (\w+)$/gm));
});

test("every process is scraped", async () => {
  await until("all are up", async () => {
    const up = await prometheus.query('up{job="bullpen"} == 1');
    return up.length === APPS.length + 2;
  });
});

for (const { title, expr } of expressions) {
  test(`the panel "${title}" has data: ${expr}`, async () => {
    await until(expr, async () => {
      const samples = await prometheus.query(expr);
      return samples.some(({ value }) => value[1] !== "NaN");
    });
  });
}

test("every metric that an alert names exists", async () => {
  for (const name of new Set(rules.match(/\b(?:bullpen|nodejs)_\w+/g))) {
    await until(`${name} has data`, async () => (await prometheus.query(name)).length > 0);
  }
});

test("no alert fires while all is well", async () => {
  await until("none fires", async () => (await prometheus.firing()).join() === "");
});

test("a worker that is stopped lets its alert fire, and clears it when it goes on", async () => {
  const { pid } = stack.process("worker");
  assert.ok(pid);
  process.kill(pid, "SIGSTOP");
  const { id } = await client.queries.submit({ query: "Hello" });
  await until("it fires", async () => (await prometheus.firing()).includes("BullpenNoWorkers"));
  process.kill(pid, "SIGCONT");
  assert.equal((await client.queries.wait(id)).status, "completed");
  await until("it clears", async () => !(await prometheus.firing()).includes("BullpenNoWorkers"));
});

test("a Redis that is away lets its alert fire, and clears it when it is back", async () => {
  await redis.kill();
  await until("it fires", async () => (await prometheus.firing()).includes("BullpenRedisAway"));
  await redis.restart();
  await until("it clears", async () => !(await prometheus.firing()).includes("BullpenRedisAway"));
});
