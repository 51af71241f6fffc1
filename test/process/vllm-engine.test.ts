import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isTerminal } from "@bullpen/contracts";
import { AgentQueues } from "@bullpen/queue";
import { verifies } from "../source-checks/requirements/requirements.js";
import { agentJob } from "../testing/agent-harness.js";
import { SERVED } from "../testing/model-server-flavours.js";
import { type NvidiaSmi, standInNvidiaSmi } from "../testing/nvidia-smi.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";
import { isAlive, WorkerProcess } from "../testing/worker-process.js";

const VLLM = fileURLToPath(new URL("../testing/vllm-main.js", import.meta.url));

let redis: TestRedis;
let gpus: NvidiaSmi;
let folder: string;
let workers: WorkerProcess[];

before(async () => {
  redis = await startTestRedis();
  gpus = await standInNvidiaSmi(2);
});
after(async () => {
  await redis.stop();
  await gpus.remove();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bullpen-vllm-"));
  workers = [];
});
afterEach(async () => {
  for (const worker of workers) {
    worker.signal("SIGKILL");
    await worker.ended();
  }
  await until("no process of vLLM is left", () => pids().every((pid) => !isRunning(pid)));
  await until("its folder is gone", () =>
    readdirSync(folder).every((name) => !name.startsWith("bullpen-vllm-")),
  );
  rmSync(folder, { recursive: true, force: true });
});

function startWorker(behaviour: string, env: Record<string, string> = {}): WorkerProcess {
  const worker = new WorkerProcess({
    REDIS_URL: redis.url,
    PATH: gpus.path,
    ENGINE: "vllm",
    MODEL: SERVED,
    SHUTDOWN_GRACE_SECONDS: "2",
    TMPDIR: folder,
    VLLM_COMMAND: `"${process.execPath}" "${VLLM}"`,
    VLLM_ARGS: `--pids "${join(folder, "pids")}" --stand-in "${behaviour}"`,
    ...env,
  });
  workers.push(worker);
  return worker;
}

/** All processes of vLLM that were started, the server and its engine of each start. */
function pids(): number[] {
  const file = join(folder, "pids");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
}

/** A zombie that its new parent does not ask for has ended. */
function isRunning(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function answer(query: string): Promise<string | undefined> {
  const queues = new AgentQueues({ redis: redis.connection, retentionSeconds: 600 });
  try {
    const [id = ""] = await queues.submit([agentJob(query, { model: "mixtral-8x7b-instruct-v0.1" })]);
    const record = await until(`${id} ends`, async () => {
      const found = await queues.find(id);
      return found && isTerminal(found.status) && found;
    });
    assert.equal(record.status, "completed", JSON.stringify(record));
    return JSON.stringify(record);
  } finally {
    await queues.close();
  }
}

test(
  verifies(["vllm-engine"], "a worker starts vLLM on its GPUs, shows how it loads, and stops it with itself"),
  async () => {
    const worker = startWorker("", { LOG_LEVEL: "debug" });
    await worker.untilReady();
    assert.match(worker.said, /--tensor-parallel-size 2/);
    for (const stage of ["loading the weights", "weights: 50 %", "weights: 100 %", "vLLM is ready"])
      assert.ok(worker.said.includes(`"${stage}"`), stage);
    assert.match((await answer("Hello")) ?? "", /characters/);
    worker.signal("SIGTERM");
    assert.equal(await worker.ended(), 0);
    assert.ok(pids().length === 2 && pids().every((pid) => !isRunning(pid)), "nothing is left");
  },
);

test(verifies(["vllm-engine"], "a vLLM that dies or hangs is started again, and queries wait"), async () => {
  const triggers = ["dies", "hangs"].map((how) => join(folder, how));
  const pair = triggers.map((file) =>
    startWorker(`${basename(file)}-when:${file}`, { WATCHDOG_SECONDS: "3" }),
  );
  await Promise.all(pair.map((worker) => worker.untilReady()));
  for (const file of triggers) writeFileSync(file, "");
  const [dead, hung] = pair;
  await until("one has died", () => dead?.said.includes("vLLM ended and starts again in 1 s"));
  assert.match(dead?.said ?? "", /CUDA out of memory/);
  await until("one was killed", () => /not healthy for \d+ s and was killed/.test(hung?.said ?? ""));
  assert.match((await answer("Are you back?")) ?? "", /characters/);
  for (const worker of pair)
    await until("it is back", () => worker.said.split('"vLLM is ready"').length === 3);
  assert.equal(pids().length, 8, "both were started twice, a server and an engine each");
});

test(
  verifies(
    ["vllm-engine"],
    "a worker that is killed leaves no vLLM, not even one that ignores SIGTERM or loads",
  ),
  async () => {
    const worker = startWorker("ignores-sigterm");
    await worker.untilReady();
    const loading = startWorker("ignores-sigterm");
    await until("the second one loads", () => pids().length === 4);
    assert.ok(pids().every(isRunning));
    for (const killed of [worker, loading]) killed.signal("SIGKILL");
    await until("its processes are gone", () => pids().every((pid) => !isRunning(pid)));
  },
);

/** What a worker that must refuse to start says to its operator. */
async function refusal(behaviour: string, env: Record<string, string> = {}): Promise<string> {
  const worker = startWorker(behaviour, env);
  assert.equal(await worker.ended(), 1, worker.said);
  const said = worker.said.split("\n").filter((line) => !line.startsWith("{"));
  assert.ok(!said.some((line) => /^\s+at /.test(line)), "no stack trace");
  return said.join("\n");
}

test(verifies(["vllm-engine"], "a worker says why vLLM does not start"), async () => {
  assert.match(
    await refusal("dies-at-load"),
    /ended before it was ready \(exit code 1\).*No available memory/s,
  );
  assert.match(
    await refusal("", { VLLM_COMMAND: "/nonexistent/vllm" }),
    /VLLM_COMMAND=\/nonexistent\/vllm: there is no such program\. Install vLLM, such as .*pip install vllm/,
  );
});
