import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isTerminal, MAX_STALLS } from "@bullpen/contracts";
import { AgentQueues } from "@bullpen/queue";
import { agentJob } from "../testing/agent-harness.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";

let redis: TestRedis;
let queues: AgentQueues;
let worker: ChildProcess;
let isOver = false;

before(async () => {
  redis = await startTestRedis();
  queues = new AgentQueues({ redis: redis.connection, retentionSeconds: 600 });
});
after(async () => {
  isOver = true;
  worker.kill("SIGKILL");
  await queues.close();
  await redis.stop();
});

/** Keeps one worker process alive, as `bullpen up` does. */
function keepWorker(): void {
  const entry = fileURLToPath(new URL("../testing/poison-worker.js", import.meta.url));
  worker = spawn(process.execPath, [entry], {
    env: { ...process.env, REDIS_URL: redis.url },
    stdio: "inherit",
  });
  worker.once("exit", () => {
    if (!isOver) keepWorker();
  });
}

test("a query that kills its worker each time fails by name after three times; the rest go on", async () => {
  // Four slots: three others are active at its first crash, and must not be blamed with it.
  const texts = ["one", "poison", "two", "three", "four", "five", "six", "seven"];
  const ids = await queues.submit(texts.map((text) => agentJob(text)));
  keepWorker();
  const records = await Promise.all(
    ids.map((id) =>
      until(`${id} ends`, async () => {
        const record = await queues.find(id);
        return record && isTerminal(record.status) && record;
      }),
    ),
  );
  assert.deepEqual(
    records.map((record) => record.status),
    texts.map((text) => (text === "poison" ? "failed" : "completed")),
  );
  const outcome = records[1]?.outcome;
  assert.equal(outcome?.status === "failed" && outcome.error.code, "worker_lost");
  assert.equal(Number(await redis.connection.get("poisoned")), MAX_STALLS);
});
