import assert from "node:assert/strict";
import { test } from "node:test";
import { startTestRedis } from "../harness/redis.js";
import { until } from "../harness/until.js";

const COMMANDS = 100;

test("commands of one turn of the event loop reach Redis in a few pieces and in order, also after it was away", async () => {
  const redis = await startTestRedis();
  try {
    const { connection } = redis;
    const reads = async () =>
      Number(/total_reads_processed:(\d+)/.exec(await connection.info("stats"))?.[1] ?? Number.NaN);
    const count = () => Promise.all(Array.from({ length: COMMANDS }, () => connection.incr("count")));
    const inOrder = (from: number) => Array.from({ length: COMMANDS }, (_, i) => from + i + 1);
    for (const from of [0, COMMANDS]) {
      const before = await reads();
      assert.deepEqual(await count(), inOrder(from));
      const pieces = (await reads()) - before;
      assert.ok(pieces < COMMANDS / 4, `${COMMANDS} commands came in ${pieces} pieces`);
      await redis.kill();
      await redis.restart();
      await until("it is back", async () => (await connection.ping().catch(() => "")) === "PONG");
      await connection.set("count", from + COMMANDS);
    }
  } finally {
    await redis.stop();
  }
});
