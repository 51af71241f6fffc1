import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startEmbeddedRedis } from "@bullpen/cli/stack/embedded-redis";
import { BullpenClient } from "@bullpen/client";
import { answerOf, batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { ROOT } from "../testing/run-app.js";
import { until } from "../testing/until.js";
import { ReleaseProcesses } from "../upgrades/release-processes.js";
import { SecondHost } from "./second-host.js";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "200" },
    cut: { type: "string", default: "30" },
    kilobits: { type: "string", default: "512" },
  },
});

/** Clocks of the second host's processes are this far from this host's, the one ahead and the other late. */
const SKEW_MS = 5 * 60_000;
const DEADLINE_MS = 8 * 60_000;

const folder = await mkdtemp(join(tmpdir(), "bullpen-two-hosts-"));
const host = await SecondHost.open().catch((error: Error) => {
  console.error(
    `No second host can be made here: ${error.message.trim()}\nIt needs Linux, iproute2 and root.`,
  );
  process.exit(1);
});
const redis = await startEmbeddedRedis({
  folder: join(folder, "redis"),
  settings: { bind: `127.0.0.1 ${host.addressOfThis}`, "protected-mode": "no" },
});
const processes = new ReleaseProcesses({ root: ROOT, redisUrl: redis.url, dataDir: join(folder, "data") });
try {
  await run(Number(values.lines), Number(values.cut));
} finally {
  await processes.stopAll();
  await redis.stop();
  await host.close();
  await rm(folder, { recursive: true, force: true });
}

/** Api, batcher, storage and Redis are here, worker and tool-worker there. */
async function run(lines: number, cutSeconds: number): Promise<void> {
  const startedAt = performance.now();
  const client = new BullpenClient({ url: await processes.start("api") });
  await processes.start("batcher");
  await processes.start("worker", thereWith(SKEW_MS), host.prefix);
  await processes.start("tool-worker", thereWith(-SKEW_MS), host.prefix);
  await host.slowDown(Number(values.kilobits));
  const text = Array.from({ length: lines }, (_, i) =>
    batchLine(`line-${i}`, questionOf(i), { model: "demo" }),
  );
  const { id: file } = await client.files.upload(text.join("\n"), { filename: "sums.jsonl" });
  const { id } = await client.batches.create({ input_file_id: file });
  const completed = async () => (await client.batches.get(id)).request_counts?.completed ?? 0;
  await until("a fifth has ended", async () => (await completed()) >= lines / 5, DEADLINE_MS);
  await host.cut();
  say(`the cable is pulled after ${await completed()} of ${lines} lines`);
  await sleep(cutSeconds * 1_000);
  const atHeal = await completed();
  assert.ok(atHeal < lines, "the batch ended before the cut did: it proves nothing");
  await host.heal();
  const healedAt = performance.now();
  await until("more lines end", async () => (await completed()) > atHeal, DEADLINE_MS);
  say(
    `work goes on ${((performance.now() - healedAt) / 1_000).toFixed(1)} s after the cut of ${cutSeconds} s`,
  );
  await until("it ends", async () => (await client.batches.get(id)).status === "completed", DEADLINE_MS);
  const right = await check(client, id, lines);
  for (const app of ["worker", "tool-worker"] as const)
    assert.ok(processes.isRunning(app), `${app} still runs`);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  say(
    `${lines} of ${lines} lines are there once and in order, ${right} with the right sum, after ${seconds} s`,
  );
}

/** Each line is there once, in the order of the input. @returns how many hold the right sum. */
async function check(client: BullpenClient, id: string, lines: number): Promise<number> {
  const batch = await client.batches.get(id);
  assert.deepEqual(batch.request_counts, { total: lines, completed: lines, failed: 0 });
  const results = parseJsonl<ResultLine>(await client.files.text(batch.output_file_id ?? ""));
  assert.deepEqual(
    results.map((line) => line.custom_id),
    Array.from({ length: lines }, (_, i) => `line-${i}`),
  );
  const wrong = results.filter(
    (line, i) => !(answerOf(line) ?? "").replaceAll(",", "").includes(`${sumOf(i)}`),
  );
  assert.deepEqual(wrong.map(answerOf), []);
  return results.length - wrong.length;
}

function thereWith(skewMs: number): Record<string, string> {
  return {
    REDIS_URL: `redis://${host.addressOfThis}:${redis.port}`,
    NODE_OPTIONS: `--import ${new URL("./process/skew-from-start.js", import.meta.url).href}`,
    BULLPEN_TEST_CLOCK_SKEW_MS: `${skewMs}`,
  };
}

function questionOf(line: number): string {
  return `What is ${1_000 + line * 37} plus ${200 + line * 11}?`;
}

function sumOf(line: number): number {
  return 1_200 + line * 48;
}

function say(text: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
}
