import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { isTerminal, type WorkerView } from "@bullpen/contracts";
import { AgentQueues, WorkerRegistry } from "@bullpen/queue";
import { verifies } from "../source-checks/requirements/requirements.js";
import { agentJob } from "../testing/agent-harness.js";
import { type NvidiaSmi, standInNvidiaSmi } from "../testing/nvidia-smi.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";
import { isAlive, WorkerProcess } from "../testing/worker-process.js";

const GRACE_SECONDS = 5;

let redis: TestRedis;
let nvidiaSmi: NvidiaSmi;
let registry: WorkerRegistry;
let queues: AgentQueues;
let fleet: WorkerProcess;
const started: WorkerProcess[] = [];

before(async () => {
  redis = await startTestRedis();
  nvidiaSmi = await standInNvidiaSmi(4);
  registry = new WorkerRegistry({ redis: redis.connection });
  queues = new AgentQueues({ redis: redis.connection, retentionSeconds: 600 });
});
after(async () => {
  for (const worker of started) worker.signal("SIGKILL");
  await queues.close();
  await redis.stop();
  await nvidiaSmi.remove();
});

function startWorker(env: Readonly<Record<string, string>> = {}): WorkerProcess {
  const worker = new WorkerProcess({
    REDIS_URL: redis.url,
    PATH: nvidiaSmi.path,
    CUDA_VISIBLE_DEVICES: "0,1,2,3",
    GPUS_PER_WORKER: "2",
    SLOTS: "2",
    THREADS: "1",
    SHUTDOWN_GRACE_SECONDS: String(GRACE_SECONDS),
    ...env,
  });
  started.push(worker);
  return worker;
}

function gpusOf(worker: WorkerView): string {
  return worker.gpus.map((gpu) => gpu.index).join(",");
}

/** The fleet's two workers; those of earlier tests may still be listed, and are dead. */
function bothSeen(): Promise<WorkerView[]> {
  return until("two workers are seen", async () => {
    const workers = (await registry.list()).filter(({ pid }) => isAlive(pid));
    return workers.length === 2 && workers;
  });
}

async function submit(count: number): Promise<string[]> {
  return queues.submit(
    Array.from({ length: count }, (_, i) => agentJob(`Hello ${i}`, { model: "demo", tools: [] })),
  );
}

async function ended(id: string): Promise<string> {
  return until(`${id} ends`, async () => {
    const record = await queues.find(id);
    return record !== undefined && isTerminal(record.status) && record.status;
  });
}

describe("four GPUs and two for each worker", () => {
  beforeEach(async () => {
    fleet = startWorker();
    await fleet.untilReady();
  });
  afterEach(async () => {
    fleet.signal("SIGKILL");
    await fleet.ended();
  });

  test(
    verifies(["gpu-pairs", "heartbeat"], "two processes run, one dies and comes back, all are seen"),
    async () => {
      const [first, second] = (await bothSeen()).sort((a, b) => gpusOf(a).localeCompare(gpusOf(b)));
      assert.ok(first && second);
      assert.deepEqual([gpusOf(first), gpusOf(second)], ["0,1", "2,3"]);
      assert.equal(second.gpus[1]?.memory_used_bytes, 1_003 * 1024 * 1024);
      assert.equal(second.gpus[1]?.utilization, 0.3);
      const metrics = await (await fetch(`${await fleet.untilReady()}/metrics`)).text();
      assert.match(metrics, /^bullpen_slots\{app="worker"\} 4$/m);
      assert.match(metrics, /^bullpen_worker_processes_ready\{app="worker"\} 2$/m);
      assert.match(metrics, /^bullpen_gpu_memory_used_bytes\{gpu="3",.*\} 1051721728$/m);

      process.kill(first.pid, "SIGKILL");
      assert.deepEqual(new Set(await Promise.all((await submit(6)).map(ended))), new Set(["completed"]));
      assert.ok(isAlive(second.pid), "the other goes on");
      const again = await until("the dead one's pair has a worker again", async () =>
        (await registry.list()).find((worker) => gpusOf(worker) === "0,1" && worker.pid !== first.pid),
      );
      await until("the dead one is no longer seen", async () =>
        (await registry.list()).every((worker) => worker.id !== first.id),
      );
      const later = await until("its successor beats on", async () =>
        (await registry.list()).find((worker) => worker.id === again.id && worker.seen_at > again.seen_at),
      );
      assert.equal(later.started_at, again.started_at);
      assert.match(fleet.said, /worker on GPUs 0, 1 ended and starts again/);

      const running = await submit(500);
      await until("queries run", async () => (await queues.counts("demo")).completed > 10);
      fleet.signal("SIGTERM");
      assert.equal(await fleet.ended(), 0, fleet.said);
      assert.deepEqual(
        (await registry.list()).filter(({ pid }) => pid === later.pid || pid === second.pid),
        [],
        "who stops says so",
      );
      assert.deepEqual([later.pid, second.pid].filter(isAlive), []);
      const states = await Promise.all(running.map(async (id) => (await queues.find(id))?.status));
      assert.ok(states.includes("queued"), "those that did not come to their end go back");
      assert.ok(
        states.every((state) => state === "queued" || state === "completed"),
        String(states),
      );
    },
  );

  test(verifies(["gpu-pairs"], "a second SIGTERM ends all at once, also one that cannot hear"), async () => {
    const workers = await bothSeen();
    for (const { pid } of workers) process.kill(pid, "SIGSTOP");
    fleet.signal("SIGTERM");
    await until("it stops", () => fleet.said.includes('"msg":"stopping"'));
    const at = Date.now();
    fleet.signal("SIGTERM");
    assert.equal(await fleet.ended(), 1);
    await until("none is left", () => !workers.some(({ pid }) => isAlive(pid)));
    assert.ok(Date.now() - at < GRACE_SECONDS * 1_000, "sooner than the grace");
  });

  test(verifies(["gpu-pairs"], "a fleet that is killed leaves no worker behind"), async () => {
    const workers = await bothSeen();
    fleet.signal("SIGKILL");
    await fleet.ended();
    await until("none is left", () => !workers.some(({ pid }) => isAlive(pid)));
  });
});

test("a fleet none of whose workers can start says why, once", async () => {
  const worker = startWorker({ MODEL: "/nonexistent/model.gguf" });
  assert.equal(await worker.ended(), 1);
  const said = worker.said.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
  assert.match(said.at(-1) ?? "", /no model file at \/nonexistent\/model\.gguf/);
});

test(
  verifies(["gpu-pairs"], "with one group there is one process, and a sentence for what is unused"),
  async () => {
    const worker = startWorker({ CUDA_VISIBLE_DEVICES: "2,1,0" });
    await worker.untilReady();
    const [only] = await until("it is seen", async () => {
      const own = (await registry.list()).filter(({ pid }) => pid === worker.child.pid);
      return own.length > 0 && own;
    });
    assert.ok(only);
    assert.equal(gpusOf(only), "2,1");
    assert.match(worker.said, /1 of 3 GPUs \(0\) is left unused: GPUS_PER_WORKER=2 does not divide 3/);
    worker.signal("SIGTERM");
    assert.equal(await worker.ended(), 0);
  },
);

test(
  verifies(
    ["gpu-pairs"],
    "by itself a model that fits into one GPU gets a worker on each, and the start says why",
  ),
  async () => {
    const worker = startWorker({ CUDA_VISIBLE_DEVICES: "0,1", GPUS_PER_WORKER: "auto" });
    await worker.untilReady();
    const groups = (await bothSeen()).map(gpusOf).sort();
    assert.deepEqual(groups, ["0", "1"]);
    assert.match(worker.said, /GPUS_PER_WORKER=auto takes 1: 1 GPU holds the model with 256 slots/);
    worker.signal("SIGTERM");
    assert.equal(await worker.ended(), 0);
  },
);
