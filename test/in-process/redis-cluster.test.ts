import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { limitsSchema } from "@bullpen/contracts";
import { FairShare } from "@bullpen/queue";
import { KEY_PREFIX } from "@bullpen/redis/commands";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { startAgentHarness } from "../testing/agent-harness.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { redisCli } from "../testing/redis-cli.js";
import { until } from "../testing/until.js";
import { untilAborted } from "../testing/until-aborted.js";

const SLOTS = 16_384;

/**
 * A cluster of one node, which holds all slots. It refuses commands, transactions and scripts whose keys
 * are in different slots, as any cluster does.
 */
async function startCluster(): Promise<TestRedis> {
  // The port of the cluster's bus is by default 10,000 above the server's, where there may be none.
  const bus = createServer().listen(0, "127.0.0.1");
  await once(bus, "listening");
  const { port } = bus.address() as AddressInfo; // of a TCP server
  bus.close();
  await once(bus, "close");
  const settings = { "cluster-enabled": "yes", "cluster-port": `${port}` };
  return startTestRedis(settings, async (url) => {
    await redisCli(url, "CLUSTER", "ADDSLOTSRANGE", "0", `${SLOTS - 1}`);
    await until("the cluster is up", async () =>
      (await redisCli(url, "CLUSTER", "INFO")).includes("cluster_state:ok"),
    );
  });
}

test(
  verifies(["redis-cluster"], "a query's whole life stays within one slot of a Redis Cluster"),
  async () => {
    const redis = await startCluster();
    await assert.rejects(redis.connection.mget("a", "b"), /CROSSSLOT/, "it is a cluster");
    let searching = false;
    const harness = await startAgentHarness({
      redis,
      script: ({ messages }) => {
        if (messages.length === 2) return action("Search", messages[1]?.content ?? "");
        return messages.length === 4 ? action("Calculator", "x") : finalAnswer("done");
      },
      tools: {
        Calculator: () => ({ observation: "1", is_error: false }),
        Search: async ({ input }, signal) => {
          if (input !== "stay") return { observation: "found", is_error: false };
          searching = true;
          return untilAborted(signal);
        },
      },
    });
    try {
      const { queues } = harness;
      const done = await harness.submit("go");
      assert.deepEqual((await harness.ended(done)).outcome, { status: "completed", answer: "done" });
      const cancelled = await harness.submit("stay");
      await until("its tool runs", () => searching);
      assert.equal(await queues.cancel(cancelled), true);
      const overdue = await harness.submit("stay", { limits: limitsSchema.parse({ timeout_seconds: 1 }) });
      await until("it expires", async () => (await queues.sweep()).expired === 1);
      assert.equal((await harness.record(overdue)).status, "expired");
      await new FairShare({ redis: redis.connection }).rebase("scripted");
      await queues.sweep();
      assert.equal((await queues.list("default", undefined, 10)).length, 3);
      const keys = await redis.connection.keys("*");
      assert.deepEqual(
        keys.filter((key) => !key.startsWith(`${KEY_PREFIX}:`)),
        [],
      );
    } finally {
      await harness.stop();
      await redis.stop();
    }
  },
);
