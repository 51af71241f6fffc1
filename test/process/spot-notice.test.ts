import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { isTerminal } from "@bullpen/contracts";
import { AgentQueues, type QueryRecord, WorkerRegistry } from "@bullpen/queue";
import { agentJob } from "../testing/agent-harness.js";
import { startTestRedis } from "../testing/redis.js";
import { startTestToolWorkers } from "../testing/tool-workers.js";
import { until } from "../testing/until.js";
import { WorkerProcess } from "../testing/worker-process.js";

const QUERIES = 24;
/** What a pod on a rented machine has from the notice to its end, and more than it needs. */
const MOVED_WITHIN_MS = 10_000;

test("a spot notice drains a worker within 10 s: its turns are kept, its queries go on at another", async (t) => {
  const stops: (() => unknown)[] = [];
  t.after(async () => {
    for (const stop of stops.reverse()) await stop();
  });
  const folder = await mkdtemp(join(tmpdir(), "bullpen-spot-"));
  stops.push(() => rm(folder, { recursive: true }));
  const redis = await startTestRedis();
  stops.push(() => redis.stop());
  const tools = await startTestToolWorkers(redis.url, { BUILT_IN_TOOLS: ["Calculator"] });
  stops.push(() => tools.stop());
  const notice = join(folder, "notice");
  const settings = { REDIS_URL: redis.url, GPU: "off", SLOTS: "2", THREADS: "1" };
  const rented = new WorkerProcess({ ...settings, SPOT_NOTICE_URL: pathToFileURL(notice).href });
  const other = new WorkerProcess(settings);
  stops.push(() => rented.signal("SIGKILL"));
  stops.push(() => other.signal("SIGKILL"));
  await Promise.all([rented.untilReady(), other.untilReady()]);
  const queues = new AgentQueues({ redis: redis.connection, retentionSeconds: 600 });
  stops.push(() => queues.close());

  const ids = await queues.submit(
    Array.from({ length: QUERIES }, (_, i) =>
      agentJob(`What is ${85 + i} times 9443?`, { model: "demo", tools: ["Calculator"] }),
    ),
  );
  const records = () => Promise.all(ids.map((id) => queues.find(id)));
  const hasGenerated = (record: QueryRecord | undefined) =>
    record?.transcript.steps.some(({ turn }) => turn.worker?.endsWith(`:${rented.child.pid}`));
  // Its heartbeat would tell too late: it comes every few seconds.
  await until("the rented worker generates", async () => (await records()).some(hasGenerated));

  const noticedAt = Date.now();
  await writeFile(notice, "");
  assert.equal(await rented.ended(), 0, rented.said);
  const tookMs = Date.now() - noticedAt;
  assert.ok(tookMs < MOVED_WITHIN_MS, `${tookMs} ms`);
  t.diagnostic(`drained ${tookMs} ms after the notice`);
  assert.match(rented.said, /this machine is about to be taken back/);
  const registry = new WorkerRegistry({ redis: redis.connection });
  const left = (await registry.list()).every(({ pid }) => pid !== rented.child.pid);
  assert.ok(left, "it says that it has left");

  const ended = await Promise.all(
    ids.map((id) =>
      until(`${id} ends`, async () => {
        const record = await queues.find(id);
        return record !== undefined && isTerminal(record.status) && record;
      }),
    ),
  );
  assert.deepEqual(new Set(ended.map(({ status }) => status)), new Set(["completed"]));
  for (const record of ended) assert.ok(hasLostNoTurn(record), JSON.stringify(record.transcript.steps));
  const workers = new Set(ended.flatMap(({ transcript }) => transcript.steps.map(({ turn }) => turn.worker)));
  assert.equal(workers.size, 2, "both have generated");
});

/** Each time that a worker took the query a turn was recorded: a turn that is cut off leaves a gap. */
function hasLostNoTurn({ transcript }: QueryRecord): boolean {
  const activations = [0, ...transcript.steps.map(({ turn }) => turn.activation ?? 0)];
  return activations.every((activation, i) => i === 0 || activation - (activations[i - 1] ?? 0) <= 1);
}
