import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { connectRedis, type Redis } from "@bullpen/redis";
import { z } from "zod";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";
import { startTestRedis, type TestRedis } from "../testing/redis.js";
import { ROOT } from "../testing/run-app.js";
import { startTestToolWorkers } from "../testing/tool-workers.js";
import { until } from "../testing/until.js";

const FOLDER = join(ROOT, "infra/redis");
const PASSWORD = "secret";

/** Each entry is a list of names and values. */
const aclLogSchema = z.array(z.array(z.unknown()));

describe("the tool-worker's user of Redis", () => {
  let redis: TestRedis;
  let harness: AgentHarness;
  let user: Redis;
  let toolWorker: { stop(): Promise<void> };

  before(async () => {
    redis = await startTestRedis();
    const rules = await readFile(join(FOLDER, "tool-worker.acl"), "utf8");
    await redis.connection.call(
      "ACL",
      "SETUSER",
      "tool-worker",
      "on",
      `>${PASSWORD}`,
      ...rules.trim().split(/\s+/),
    );
    const url = redis.url.replace("//", `//tool-worker:${PASSWORD}@`);
    user = await connectRedis({ url, whenAway: "fail-fast" });
    toolWorker = await startTestToolWorkers(url, { LOG_LEVEL: "fatal" });
    harness = await startAgentHarness({
      redis,
      script: ({ messages }) => {
        const turns = [
          action("Calculator", "output = 6 * 7"),
          action("Search", "tower"),
          finalAnswer("done"),
        ];
        return (
          turns[messages.filter(({ role }) => role === "assistant").length] ?? new Error("no more turns")
        );
      },
    });
  });

  after(async () => {
    user.disconnect();
    await toolWorker.stop();
    await harness.stop();
    await redis.stop();
  });

  test("is enough for the tool-worker's work: nothing that it needs is refused", async () => {
    const { status, transcript } = await harness.ended(await harness.submit("question"));
    assert.equal(status, "completed");
    assert.equal(transcript.steps[0]?.observation?.observation, "42");
    // The one thing that it asks for in vain, and does without: see tool-results.ts.
    for (const entry of aclLogSchema.parse(await redis.connection.call("ACL", "LOG"))) {
      const refused = entry[entry.indexOf("object") + 1];
      assert.match(String(refused), /^\{bullpen\}:transcript:/);
    }
  });

  test(
    verifies(["code-is-walled"], "reaches no transcript, no index, no other key, and rules nothing"),
    async () => {
      const id = await harness.submit("question");
      const refused: [string, ...string[]][] = [
        ["HGETALL", `{bullpen}:transcript:${id}`],
        ["HSET", `{bullpen}:transcript:${id}`, "end", "forged"],
        ["DEL", `{bullpen}:transcript:${id}`],
        ["EVAL", `return redis.call("HGETALL", "{bullpen}:transcript:${id}")`, "0"],
        ["ZRANGE", "{bullpen}:queries:default", "0", "-1"],
        ["ZADD", "{bullpen}:due", "0", id],
        ["SMEMBERS", "{bullpen}:models"],
        ["GET", "anything"],
        ["KEYS", "*"],
        ["SCAN", "0"],
        ["RANDOMKEY"],
        ["FLUSHALL"],
        ["CONFIG", "GET", "*"],
        ["CONFIG", "SET", "dir", "/tmp"],
        ["ACL", "LIST"],
        ["ACL", "SETUSER", "tool-worker", "+@all"],
        ["CLIENT", "LIST"],
        ["CLIENT", "INFO"],
        ["CLIENT", "TRACKING", "on", "BCAST", "PREFIX", "{bullpen}:transcript:"],
        ["CLIENT", "CACHING", "yes"],
        ["CLIENT", "NO-EVICT", "on"],
        ["CLIENT", "PAUSE", "1"],
        ["SELECT", "1"],
        ["SWAPDB", "0", "1"],
        ["COPY", `{bullpen}:transcript:${id}`, "{bullpen}:tools.x"],
        ["ZUNIONSTORE", "{bullpen}:tools.x", "1", "{bullpen}:due"],
        ["OBJECT", "ENCODING", "{bullpen}:due"],
        ["TYPE", "{bullpen}:due"],
        ["MONITOR"],
        ["SAVE"],
        ["MODULE", "LIST"],
        ["REPLICAOF", "127.0.0.1", "1"],
        ["MIGRATE", "127.0.0.1", "1", "key", "0", "1"],
        ["SCRIPT", "KILL"],
        ["FUNCTION", "LIST"],
        ["PUBLISH", "{bullpen}:cancel", id],
        ["SUBSCRIBE", "{bullpen}:ended:x"],
        ["PSUBSCRIBE", "*"],
      ];
      for (const [command, ...args] of refused) {
        await assert.rejects(user.call(command, ...args), /NOPERM|can't access|unknown command/i, command);
      }
      assert.equal((await harness.ended(id)).status, "completed");
    },
  );
});

test("the containers' Redis starts with a password and the tool-worker's user", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bullpen-redis-users-"));
  const socket = join(folder, "redis.sock");
  // What the image's own entrypoint does in the end.
  await writeFile(join(folder, "docker-entrypoint.sh"), '#!/bin/sh\nexec "$@"\n');
  await chmod(join(folder, "docker-entrypoint.sh"), 0o755);
  const flags = ["--port", "0", "--unixsocket", socket, "--dir", folder, "--save", ""];
  const server = spawn("sh", [join(FOLDER, "start-with-users.sh"), ...flags], {
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      REDIS_PASSWORD: "all",
      TOOL_WORKER_REDIS_PASSWORD: PASSWORD,
    },
    stdio: "ignore",
  });
  after(async () => {
    server.kill();
    await rm(folder, { recursive: true, force: true });
  });
  const ask = async (...args: string[]) =>
    (await promisify(execFile)("redis-cli", ["-s", socket, "--no-auth-warning", ...args])).stdout.trim();
  const asUser = (...args: string[]) => ask("--user", "tool-worker", "--pass", PASSWORD, ...args);
  await until("Redis answers", async () => (await ask("PING").catch(() => "")).includes("NOAUTH"));
  assert.equal(await ask("--pass", "all", "PING"), "PONG");
  assert.equal(
    await asUser("ACL", "WHOAMI").catch(String),
    "NOPERM this user has no permissions to run the 'acl|whoami' command",
  );
  assert.equal(await asUser("LPUSH", "{bullpen}:tools.calculator:wait", "x"), "1");
  assert.match(await asUser("GET", "{bullpen}:queries:default"), /^NOPERM/);
  // No ACL can refuse RESET; it must lead nowhere.
  assert.match(await talk(socket, `AUTH tool-worker ${PASSWORD}`, "RESET", "KEYS *"), /RESET[\s\S]*NOAUTH/);
  assert.match(
    await talk(socket, `AUTH tool-worker ${PASSWORD}`, "AUTH default x", "KEYS *"),
    /WRONGPASS[\s\S]*NOPERM/,
  );
});

/** Sends lines over one connection, as telnet would, and gives all that comes back. */
async function talk(socket: string, ...lines: string[]): Promise<string> {
  const connection = connect(socket);
  let said = "";
  connection.on("data", (bytes) => {
    said += bytes.toString();
  });
  connection.end(`${lines.join("\r\n")}\r\nQUIT\r\n`);
  await once(connection, "close");
  return said;
}
