import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { abortable, deferred } from "@bullpen/base";
import { startTestRedis, type TestRedis } from "@bullpen/redis/testing";
import type { Job, Worker } from "bullmq";
import { QueuePool } from "./queue-pool.js";
import { type ActiveJob, type CreateWorkerOptions, closeWorker, createWorker } from "./worker.js";

let server: TestRedis;
let queues: QueuePool;
before(async () => {
  server = await startTestRedis();
  queues = new QueuePool(server.redis);
});
after(async () => {
  await queues.close();
  await server.stop();
});

/** A worker for `queue`, with one job in it. It is closed when `body` has ended. */
async function withWorker(
  queue: string,
  options: Pick<CreateWorkerOptions<unknown>, "process" | "isInterruption" | "onCancelled">,
  body: (worker: Worker, job: Job) => Promise<void>,
): Promise<void> {
  const job = await queues.get(queue).add("job", {}, { attempts: 1, priority: 1 });
  const worker = createWorker({ redis: server.redis, queue, concurrency: 1, ...options });
  try {
    await body(worker, job);
  } finally {
    await closeWorker(worker, 0);
  }
}

/** The job's next end: its result, or why it failed. */
function ended(worker: Worker): Promise<unknown> {
  return new Promise((resolve) => {
    worker.once("completed", (_job, result) => resolve(result));
    worker.once("failed", (_job, error) => resolve(error.message));
  });
}

/** Waits for the signal of a job and rejects with its reason. */
function untilAborted({ signal }: ActiveJob): Promise<never> {
  return abortable(new Promise<never>(() => {}), signal);
}

test("a processor gets the job's id, the lock's token and a signal", async () => {
  const active = deferred<ActiveJob>();
  const process = async (taken: ActiveJob) => active.resolve(taken);
  await withWorker("plain", { process }, async (_worker, job) => {
    const { id, token, signal } = await active.promise;
    assert.equal(id, job.id);
    assert.ok(token.length > 0);
    assert.equal(signal.aborted, false);
  });
});

test("an error is stored without secrets", async () => {
  const process = () => Promise.reject(new Error("redis://user:hunter2@host is away"));
  await withWorker("secret", { process }, async (worker, job) => {
    await ended(worker);
    const stored = JSON.stringify(await server.redis.hgetall(`{bullpen}:secret:${job.id}`));
    assert.match(stored, /is away/);
    assert.doesNotMatch(stored, /hunter2/);
  });
});

test("an interruption returns the job to its queue, where an attempt is not used up", async () => {
  let runs = 0;
  const process = async () => {
    if (++runs < 3) throw new Error("interrupted");
    return "done";
  };
  await withWorker("interrupted", { process, isInterruption: () => true }, async (worker) => {
    assert.equal(await ended(worker), "done");
    assert.equal(runs, 3);
  });
});

test("any other error uses up an attempt", async () => {
  const process = () => Promise.reject(new Error("broken"));
  await withWorker("broken", { process, isInterruption: () => false }, async (worker, job) => {
    assert.equal(await ended(worker), "broken");
    assert.equal(await job.getState(), "failed");
  });
});

test("a cancelled job comes to what `onCancelled` returns", async () => {
  const begun = deferred<void>();
  const process = (active: ActiveJob) => {
    begun.resolve();
    return untilAborted(active);
  };
  const onCancelled = async () => "cancelled";
  await withWorker("cancelled", { process, onCancelled }, async (worker, job) => {
    await begun.promise;
    const end = ended(worker);
    worker.cancelJob(job.id ?? "", "by the user");
    assert.equal(await end, "cancelled");
  });
});

test("a worker that closes returns a job whose grace is over to its queue, and wakes idle workers", async () => {
  const begun = deferred<void>();
  const process = (active: ActiveJob) => {
    begun.resolve();
    return untilAborted(active);
  };
  const onCancelled = async () => "cancelled";
  await withWorker("closing", { process, onCancelled }, async (worker, job) => {
    await begun.promise;
    await server.redis.del("{bullpen}:closing:marker"); // the one of the job's first arrival
    await closeWorker(worker, 10);
    assert.equal(await job.getState(), "prioritized");
    assert.equal(await server.redis.zcard("{bullpen}:closing:marker"), 1);
  });
});

test("a worker that closes lets a job end within its grace", async () => {
  const [begun, finish] = [deferred<void>(), deferred<string>()];
  const process = (active: ActiveJob) => {
    begun.resolve();
    return Promise.race([finish.promise, untilAborted(active)]);
  };
  await withWorker("grace", { process }, async (worker, job) => {
    await begun.promise;
    const closed = closeWorker(worker, 60_000);
    setTimeout(() => finish.resolve("in time"), 20); // later than an abort without grace
    await closed;
    assert.equal(await job.getState(), "completed");
  });
});
