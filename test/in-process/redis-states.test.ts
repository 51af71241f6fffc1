import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { verifies } from "../source-checks/requirements/requirements.js";
import { finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";
import { startTestApi, type TestApi } from "../testing/api.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { redisCli } from "../testing/redis-cli.js";
import { until } from "../testing/until.js";

/** A state in which Redis answers, and does not do what it is asked. */
interface State {
  readonly name: string;
  /** What `/readyz` says of it. */
  readonly reason: RegExp;
  enter(ask: (...args: string[]) => Promise<string>): Promise<unknown>;
  leave(ask: (...args: string[]) => Promise<string>): Promise<unknown>;
}

const STATES: readonly State[] = [
  {
    name: "READONLY: it was made a replica while connections live",
    reason: /read-only replica.*READONLY/,
    enter: (ask) => ask("REPLICAOF", "127.0.0.1", "1"),
    leave: (ask) => ask("REPLICAOF", "NO", "ONE"),
  },
  {
    name: "MASTERDOWN: a replica that takes writes, and has lost its master",
    reason: /lost its master.*MASTERDOWN/,
    enter: async (ask) => {
      await ask("CONFIG", "SET", "replica-serve-stale-data", "no", "replica-read-only", "no");
      await ask("REPLICAOF", "127.0.0.1", "1");
    },
    leave: async (ask) => {
      await ask("REPLICAOF", "NO", "ONE");
      await ask("CONFIG", "SET", "replica-serve-stale-data", "yes", "replica-read-only", "yes");
    },
  },
  {
    name: "NOREPLICAS: too few replicas",
    reason: /too few replicas.*NOREPLICAS/,
    enter: (ask) => ask("CONFIG", "SET", "min-replicas-to-write", "1"),
    leave: (ask) => ask("CONFIG", "SET", "min-replicas-to-write", "0"),
  },
  {
    name: "MISCONF: its disk refuses the snapshot",
    reason: /cannot save to its disk.*MISCONF/,
    enter: async (ask) => {
      await mkdir(join(await blockedSnapshot(ask), "in-the-way"), { recursive: true });
      await ask("CONFIG", "SET", "save", "3600 1");
      await ask("BGSAVE");
      await until("the snapshot fails", async () =>
        /bgsave_status:err/.test(await ask("INFO", "persistence")),
      );
    },
    leave: async (ask) => {
      await rm(await blockedSnapshot(ask), { recursive: true });
      await ask("BGSAVE");
      await until("it is saved", async () => /bgsave_status:ok/.test(await ask("INFO", "persistence")));
    },
  },
  {
    name: "BUSY: a script that does not end",
    reason: /busy with a script.*BUSY/,
    enter: async (ask) => {
      await ask("CONFIG", "SET", "busy-reply-threshold", "50");
      void ask("EVAL", "while true do end", "0").catch(() => {}); // it is killed
      await until("it is busy", async () => /BUSY/.test(await ask("GET", "x")));
    },
    leave: (ask) => ask("SCRIPT", "KILL"),
  },
  {
    name: "NOAUTH: it was given a password, and drops its clients",
    reason: /asks for a password.*NOAUTH/,
    enter: async (ask) => {
      await ask("CONFIG", "SET", "requirepass", "new");
      await ask("-a", "new", "CLIENT", "KILL", "TYPE", "normal");
    },
    leave: (ask) => ask("-a", "new", "CONFIG", "SET", "requirepass", ""),
  },
  {
    name: "NOPERM: the user lost its right to write",
    reason: /refuses the user a command.*NOPERM/,
    enter: (ask) => ask("ACL", "SETUSER", "default", "-@write"),
    leave: (ask) => ask("ACL", "SETUSER", "default", "+@all"),
  },
];

async function blockedSnapshot(ask: (...args: string[]) => Promise<string>): Promise<string> {
  const [, folder = ""] = (await ask("CONFIG", "GET", "dir")).split("\n");
  return join(folder, "dump.rdb");
}

describe("a Redis that answers and takes no writes is one that is away", () => {
  let redis: TestRedis;
  let harness: AgentHarness;
  let api: TestApi;
  let release = () => {};
  let held = Promise.resolve();
  const ask = (...args: string[]) => redisCli(redis.url, ...args);

  before(async () => {
    redis = await startTestRedis();
    harness = await startAgentHarness({
      redis,
      slots: 2,
      script: async ({ messages }) => {
        if (messages[1]?.content === "held") await held;
        return finalAnswer("done");
      },
    });
    api = await startTestApi(redis.url);
  });

  after(async () => {
    release();
    await api.stop();
    await harness.stop();
    await redis.stop();
  });

  for (const state of STATES) {
    test(verifies(["redis-outages"], state.name), async () => {
      held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const calls = harness.model.calls;
      const ids = [await harness.submit("held"), await harness.submit("beside it")];
      await until("both run", () => harness.model.calls === calls + 2);
      await state.enter(ask);
      const unready = await until("readyz turns 503", async () => {
        const reply = await api.raw.get("/readyz");
        return reply.status === 503 && state.reason.test(String(reply.body.reason)) && reply;
      });
      assert.equal(unready.body.status, "unavailable");
      for (let i = 0; i < 3; i++) {
        const refused = await api.raw.post("/v1/queries", { query: "x", model: "scripted" });
        assert.deepEqual([refused.status, refused.body.error?.code], [503, "redis_unavailable"]);
        assert.equal(refused.headers.get("retry-after"), "1");
      }
      release(); // a turn ends while Redis takes no writes
      await state.leave(ask);
      const accepted = await until("a query is accepted", async () => {
        const reply = await api.raw.post("/v1/queries", { query: "after", model: "scripted" });
        return reply.status === 202 && reply;
      });
      assert.equal((await api.raw.get("/readyz")).status, 200);
      for (const id of [...ids, String(accepted.body.id)]) {
        assert.deepEqual((await harness.ended(id)).outcome, { status: "completed", answer: "done" }, id);
      }
    });
  }
});
