import assert from "node:assert/strict";
import { test } from "node:test";
import { startTestRedis } from "../testing/redis.js";
import { until } from "../testing/until.js";

const COMMANDS = 100;

test("commands of one turn of the event loop leave in one piece and in order, also after Redis was away", async () => {
  const redis = await startTestRedis();
  try {
    const { connection } = redis;
    const inOrder = Array.from({ length: COMMANDS }, (_, i) => i + 1);
    for (const life of ["first", "second"]) {
      const replies = Promise.all(inOrder.map(() => connection.incr(life)));
      assert.equal(connection.stream.writableCorked, 1, "they are held back until the turn is over");
      assert.deepEqual(await replies, inOrder);
      assert.equal(connection.stream.writableCorked, 0);
      await redis.kill();
      await redis.restart();
      await until("it is back", async () => (await connection.ping().catch(() => "")) === "PONG");
    }
  } finally {
    await redis.stop();
  }
});
