import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ScriptedModel } from "@bullpen/llm/testing";
import { AgentQueues } from "@bullpen/queue";
import { connectRedis, findRedisOutage, RedisSetupError } from "@bullpen/redis";
import { ChannelListener } from "@bullpen/redis/commands";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { agentJob, startAgentWorker, startToolWorkers } from "../testing/agent-harness.js";
import { RedisCluster } from "../testing/redis-cluster.js";
import type { FailOver, RedisGroup } from "../testing/redis-group.js";
import { RedisSentinels } from "../testing/redis-sentinels.js";
import { until } from "../testing/until.js";

/** A job whose end was cut off waits for its lock to run out. */
const TIMES = { lockMs: 2_000, stalledCheckMs: 500 };

const PASSWORD = "a-word-of-the-sentinels";

describe("a Redis of several servers", { concurrency: 2 }, () => {
  test(verifies(["redis-outages"], "the master that Sentinels name is followed"), async () => {
    const group = await RedisSentinels.start({ sentinels: 3, replicas: 1, downMs: 500, password: PASSWORD });
    try {
      const { url } = group;
      await refuses({ url }, /Sentinels of.*refused the credentials.*REDIS_SENTINEL_PASSWORD/);
      const sentinel = { password: PASSWORD };
      const other = url.replace(/[^/]*$/, "other");
      await refuses({ url: other, sentinel }, /do not know the master.*SENTINEL MASTERS/);
      const [port] = group.sentinelPorts;
      await refuses({ url: `redis://:${PASSWORD}@127.0.0.1:${port}` }, /is a Sentinel.*redis\+sentinel/);
      const redisPort = await group.masterPort();
      const wrong = `redis+sentinel://127.0.0.1:${redisPort}/m`;
      await refuses({ url: wrong }, /host of the URL is no Sentinel.*26379/);
      await refuses(
        { url: `redis://127.0.0.1:${redisPort}`, sentinel },
        /REDIS_SENTINEL_PASSWORD is for Sentinels/,
      );
      await group.killSentinel(); // two of three decide, and one that is dead is no obstacle
      await workThrough(group, ["killed"]);
    } finally {
      await group.stop();
    }
  });

  test(verifies(["redis-cluster"], "the node of a cluster that holds our keys is followed"), async () => {
    const group = await RedisCluster.start({ masters: 3, replicas: 1 });
    try {
      // A managed cluster has one name, which leads to any node.
      for (const url of group.nodeUrls) {
        const connection = await connectRedis({ url, whenAway: "wait" }).catch((error: Error) => error);
        if (connection instanceof Error) throw connection;
        assert.match(await connection.info("replication"), /role:master/);
        connection.disconnect();
      }
      await workThrough(group, ["handed over"]);
    } finally {
      await group.stop();
    }
  });
});

async function refuses(
  target: Omit<Parameters<typeof connectRedis>[0], "whenAway">,
  said: RegExp,
): Promise<void> {
  await assert.rejects(connectRedis({ ...target, whenAway: "wait" }), (error) => {
    assert.ok(error instanceof RedisSetupError, String(error));
    assert.match(error.message, said);
    assert.doesNotMatch(error.message, new RegExp(PASSWORD));
    return true;
  });
}

/** Queries of every stage go on through fail-overs, and so do channels. */
async function workThrough(group: RedisGroup, failOvers: readonly FailOver[]): Promise<void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { connection } = group;
  const model = new ScriptedModel({
    slots: 4,
    script: async ({ messages }) => {
      if (messages[1]?.content === "held") await held;
      return messages.length === 2 ? action("Calculator", "x") : finalAnswer("done");
    },
  });
  const worker = await startAgentWorker(connection, model, TIMES);
  const tools = await startToolWorkers(
    connection,
    { Calculator: () => ({ observation: "1", is_error: false }) },
    TIMES,
  );
  const queues = new AgentQueues({ redis: connection, retentionSeconds: 600 });
  const submit = async (query: string) => (await queues.submit([agentJob(query)]))[0] ?? "";
  const listener = await ChannelListener.open(connection);
  const heard: string[] = [];
  await listener.listen("{bullpen}:test", (message) => heard.push(message));
  try {
    const ids = [await submit("held"), await submit("before")];
    await until("the turn is under way", () => model.calls >= 2);
    for (const how of failOvers) {
      const before = await group.masterPort();
      await group.failOver(how);
      assert.notEqual(await group.masterPort(), before);
      // The first command after it may be refused, and is told to whoever sent it: the api answers 503 then.
      ids.push(await until("one more is accepted", () => submit(how).catch(ifOutage)));
      await until("a message is heard", async () => {
        await connection.publish("{bullpen}:test", how).catch(ifOutage);
        return heard.includes(how);
      });
    }
    release();
    for (const id of ids) {
      const outcome = await until(`${id} ends`, () =>
        queues.find(id).then((query) => query?.outcome, ifOutage),
      );
      assert.deepEqual(outcome, { status: "completed", answer: "done" }, id);
    }
  } finally {
    release();
    await listener.close();
    await Promise.all([worker.stop(0), ...tools.map((tool) => tool.stop(0))]);
    await queues.close();
  }
}

/** @throws what is no outage that passes. */
function ifOutage(error: Error): undefined {
  if (findRedisOutage(error) === undefined) throw error;
}
