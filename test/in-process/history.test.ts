import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ServerHistory } from "@bullpen/api/history/server-history";
import { NO_WORK, type WorkerView } from "@bullpen/contracts";
import { BacklogReader, SoleRecorder, WorkerRegistry } from "@bullpen/queue";
import { HistoryStore, LocalStore } from "@bullpen/storage";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";

/** A minute before a new hour of UTC. */
const START = Date.parse("2026-11-28T16:59:00Z");
const MINUTE = 60_000;

let redis: TestRedis;
let folder: string;
let store: HistoryStore;
let completed = 0;
let stopBeating: () => Promise<void>;

before(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(join(tmpdir(), "bullpen-history-"));
  store = new HistoryStore(await LocalStore.open(folder));
  const workers = new WorkerRegistry({ redis: redis.connection, beatMs: 20 });
  stopBeating = workers.keepBeating("worker_1", describe);
});
after(async () => {
  await stopBeating?.();
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

function describe(): Omit<WorkerView, "id" | "seen_at"> {
  const fixed = { host: "h", pid: 1, model: "m", engine: "openai", slots: 8, context_tokens: 1 } as const;
  const counts = { ...NO_WORK, completed, failed: { max_steps: 1 } };
  return { ...fixed, busy_slots: 6, tokens_per_second: 0, gpus: [], started_at: START - MINUTE, counts };
}

function open(): ServerHistory {
  const { connection } = redis;
  return new ServerHistory({
    backlog: new BacklogReader({ redis: connection, defaultModel: "m" }),
    workers: new WorkerRegistry({ redis: connection }),
    sole: new SoleRecorder(connection),
    store,
  });
}

/** Lets the worker say that it has completed so many queries since its start. */
async function complete(count: number): Promise<void> {
  completed = count;
  const workers = new WorkerRegistry({ redis: redis.connection });
  await until("the worker says it", async () =>
    (await workers.list()).some(({ counts }) => counts?.completed === count),
  );
}

test("one of two processes records, another goes on with it, and both tell the same; hours that are old go", async () => {
  await store.write("2026-11-20T16", []);
  const [first, second] = [open(), open()];
  await complete(100);
  await first.sample(START);
  await complete(130);
  await second.sample(START + 10_000);
  await first.sample(START + 10_000);
  await first.sample(START + MINUTE);
  const minutes = await second.read(START, START + MINUTE);
  assert.deepEqual(
    minutes.map(({ at, completed: done, busy_slots }) => [at * 1_000 - START, done, busy_slots]),
    [
      [0, 30, 6],
      [MINUTE, 0, 6],
    ],
    "what is stored is all there, and the samples of the other process do not count",
  );
  assert.equal(
    (await first.read(START, START + MINUTE)).length,
    2,
    "who records knows the minute that lasts",
  );
  assert.deepEqual(await readdir(join(folder, "history")), ["2026-11-28T16.json", "2026-11-28T17.json"]);
  await first.stop();
  await complete(137);
  await second.sample(START + MINUTE + 10_000);
  await complete(140);
  await second.sample(START + MINUTE + 20_000);
  const after = await second.read(START + MINUTE, START + 2 * MINUTE);
  assert.deepEqual(
    after.map(({ completed: done, failed }) => [done, failed]),
    [[3, {}]],
    "what was done between the two recordings is not known",
  );
  await second.stop();
});
