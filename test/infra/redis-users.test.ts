import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { REDIS_USERS } from "@bullpen/queue/redis-users";
import { z } from "zod";
import { verifies } from "../source-checks/requirements/requirements.js";
import { batchLine } from "../testing/batch-lines.js";
import { startReceiver } from "../testing/receiver.js";
import { until } from "../testing/until.js";
import { type ContainersRedis, startContainersRedis } from "./containers-redis.js";
import { REFUSED, REFUSED_TO_ALL } from "./refused-commands.js";
import { startWalledStack, type WalledStack } from "./walled-stack.js";

const USERS = REDIS_USERS.map(({ name }) => name);

/** Each entry is a list of names and values. */
const aclLogSchema = z.array(z.array(z.unknown()));

let redis: ContainersRedis;
let stack: WalledStack;

before(async () => {
  redis = await startContainersRedis(USERS);
  stack = await startWalledStack(redis);
});
after(async () => {
  await stack?.stop();
  await redis?.stop();
});

const turn = (tool_name: string, input: unknown) => ({ content: JSON.stringify({ tool_name, input }) });

/**
 * What Redis refused so far. The one thing that a process asks for in vain, and does without, is left out: whether a
 * call that a tool-worker gets twice was answered (tool-results.ts).
 */
async function refusals(): Promise<string[]> {
  const log = aclLogSchema.parse(await redis.admin.call("ACL", "LOG", "128"));
  const lines = log.map((entry) => {
    const field = (name: string) => String(entry[entry.indexOf(name) + 1]);
    return `${field("username")} ${field("reason")} ${field("context")} ${field("object")}`;
  });
  return lines.filter((line) => !/^tool-worker key \w+ \{bullpen\}:transcript:/.test(line));
}

/** A page of a process as JSON or text. */
async function page(url: string, init?: RequestInit): Promise<string> {
  const response = await fetch(url, init);
  const text = await response.text();
  assert.ok(response.ok, `${url}: ${response.status} ${text}`);
  return text;
}

describe("every process with TLS, as its own user of Redis", () => {
  before(() => {
    stack.model.script = ({ messages }) => {
      const done = messages.filter(({ role }) => role === "assistant").length;
      const asks = (question: string) => messages.some(({ content }) => content.includes(question));
      if (asks("q-hang")) return "hang";
      if (done === 0 && asks("q-mine")) return turn("mine", {});
      if (done === 0 && asks("q-long")) return turn("Calculator", "output = 6 * 7");
      if (done === 1 && asks("q-long")) return turn("Search", "tower");
      return turn("Final Answer", "done");
    };
  });

  test("queries with tools, votes and streams, repeated, cancelled and expired", async () => {
    const { client } = stack;
    const submit = async () =>
      (await client.queries.submit({ query: "q-long" }, { idempotencyKey: "once" })).id;
    const [id = "", again] = [await submit(), await submit()];
    assert.equal(id, again);
    const query = await client.queries.wait(id);
    assert.equal(query.status, "completed", JSON.stringify(query));
    assert.ok((await client.queries.transcript(id)).turns.length > 2);
    const pieces = [];
    for await (const piece of client.queries.stream({ query: "q-short" })) pieces.push(piece);
    assert.ok(pieces.length > 0);
    const voted = await client.queries.submit({ query: "q-short", votes: 3 });
    assert.equal((await client.queries.wait(voted.id)).status, "completed");
    const hanging = await client.queries.submit({ query: "q-hang" });
    await until("it runs", async () => (await client.queries.get(hanging.id)).status === "running");
    assert.equal((await client.queries.cancel(hanging.id)).status, "cancelled");
    const late = await client.queries.submit({ query: "q-hang", timeout_seconds: 1 });
    assert.equal((await client.queries.wait(late.id)).status, "expired");
    assert.deepEqual(await refusals(), []);
  });

  test("calls that the caller answers: listed, leased, given back, answered, out of time", async () => {
    const { client } = stack;
    const tools = [
      {
        type: "function" as const,
        function: { name: "mine", parameters: { type: "object", properties: {} } },
      },
    ];
    const { id } = await client.queries.submit({ query: "q-mine", tools });
    await until("it waits", async () => (await client.queries.get(id)).status === "requires_action");
    assert.equal((await client.toolCalls.list()).data.length, 1);
    assert.equal((await client.queries.list({ status: "requires_action" })).data.length, 1);
    const [leased] = await client.toolCalls.lease({ tools: ["mine"], lease_seconds: 30 });
    assert.ok(leased);
    await client.toolCalls.extendLease(leased, 0);
    const [call] = await client.toolCalls.lease({ tools: ["mine"], lease_seconds: 30 });
    assert.ok(call);
    await client.toolCalls.submitOutputs(id, [{ tool_call_id: call.id, output: "x" }]);
    assert.equal((await client.queries.wait(id)).status, "completed");
    const late = await client.queries.submit({ query: "q-mine", tools, tool_timeout_seconds: 1 });
    const cancelled = await client.queries.submit({ query: "q-mine", tools });
    await until(
      "it waits",
      async () => (await client.queries.get(cancelled.id)).status === "requires_action",
    );
    await client.queries.cancel(cancelled.id);
    assert.equal((await client.queries.wait(late.id)).status, "completed");
    assert.deepEqual(await refusals(), []);
  });

  test("batches from a bucket with TLS, one cancelled, with webhooks about them", async (t) => {
    const { client } = stack;
    const receiver = await startReceiver();
    t.after(() => receiver.close());
    const signal = AbortSignal.timeout(60_000);
    await client.webhookEndpoints.create({ url: receiver.url });
    const run = async (content: string, body: object = {}) => {
      const lines = ["a", "b"].map((name) => batchLine(name, content, { model: "m", ...body })).join("\n");
      const file = await client.files.upload(new Blob([lines]), { filename: "lines.jsonl" });
      return client.batches.create({
        input_file_id: file.id,
        endpoint: "/v1/chat/completions",
        completion_window: "24h",
      });
    };
    const [whole, cancelled] = await Promise.all([run("q-long"), run("q-hang in a batch")]);
    const asksIt = ({ content }: { content: string }) => content.includes("q-hang in a batch");
    await until("its lines run", () => stack.model.requests.some(({ messages }) => messages.some(asksIt)));
    await client.batches.cancel(cancelled.id);
    assert.equal((await client.batches.wait(cancelled.id, { signal })).status, "cancelled");
    const batch = await client.batches.wait(whole.id, { signal });
    assert.deepEqual(batch.request_counts, { total: 2, completed: 2, failed: 0 });
    await until("webhooks come", () => receiver.received.length >= 2);
    assert.deepEqual(await refusals(), []);
  });

  test("figures, readiness, and what operators see and change on the dashboards", async () => {
    const { client, api, dashboard, operators, others } = stack;
    for (const { url } of [api, dashboard, operators, ...others]) {
      assert.match(await page(`${url}/readyz`), /ok/);
      await page(`${url}/metrics`);
    }
    for (const list of ["queues", "tools", "workers", "models", "usage", "queries", "batches"])
      await page(`${api.url}/v1/${list}`);
    const board = `${dashboard.url}/queues/api/queues`;
    assert.match(await page(`${board}?activeQueue=agent.m&status=completed`), /agent\.m/);
    const id = (await client.queries.submit({ query: "q-short" })).id;
    await client.queries.wait(id);
    for (const path of [`/agent.m/${id}`, `/agent.m/${id}/flow`, `/agent.m/${id}/logs`])
      await page(`${board}${path}`);
    // Some of these are switched off, and then ask Redis nothing.
    for (const path of [
      "/agent.m/metrics",
      "/agent.m/rate-limit",
      "/agent.m/concurrency",
      "/agent.m/workers",
    ])
      await fetch(`${board}${path}`);
    await page(`${dashboard.url}/queues/api/redis/stats`);
    const writable = `${operators.url}/queues/api/queues/agent.m`;
    for (const path of ["/pause", "/resume", `/${id}/clean`, "/clean/completed"])
      await page(`${writable}${path}`, { method: "PUT" });
    assert.deepEqual(await refusals(), []);
  });

  test("the removal of what is due, and the check after Redis was away", async () => {
    const { admin } = redis;
    const due = await admin.zrange("{bullpen}:due", 0, "-1");
    assert.ok(due.length > 0);
    await admin.del("{bullpen}:checked-run");
    for (const user of USERS) await admin.call("CLIENT", "KILL", "USER", user);
    await until("the check is done", async () => (await admin.exists("{bullpen}:checked-run")) === 1);
    await admin.zadd("{bullpen}:due", ...due.flatMap((id) => [0, id]));
    await until("nothing is due", async () => (await admin.zcard("{bullpen}:due")) === 0);
    const { id } = await stack.client.queries.submit({ query: "q-short" });
    assert.equal((await stack.client.queries.wait(id)).status, "completed");
    assert.deepEqual(await refusals(), []);
  });

  test(verifies(["secrets-stay"], "no password of Redis is in a log"), async () => {
    for (const name of await readdir(stack.logFolder)) {
      const log = await readFile(join(stack.logFolder, name), "utf8");
      assert.doesNotMatch(log, /pass-of-/, name);
    }
  });
});

describe("a user of Redis", () => {
  for (const name of USERS) {
    test(verifies(["code-is-walled"], `${name} reaches no other's keys and rules nothing`), async () => {
      const user = await redis.connect(name);
      try {
        for (const [command, ...args] of [...REFUSED_TO_ALL, ...(REFUSED[name] ?? [])]) {
          await assert.rejects(
            user.call(command, ...args),
            /NOPERM|can't (access|run)|ACL failure|unknown command/i,
            `${command} ${args}`,
          );
        }
      } finally {
        user.disconnect();
      }
    });
  }

  test("becomes no other without that one's password", async () => {
    // No ACL can refuse RESET; it must lead nowhere.
    assert.match(await talk(`AUTH tool-worker pass-of-tool-worker`, "RESET", "KEYS *"), /RESET[\s\S]*NOAUTH/);
    assert.match(
      await talk(`AUTH tool-worker pass-of-tool-worker`, "AUTH default x", "KEYS *"),
      /WRONGPASS[\s\S]*NOPERM/,
    );
    for (const name of USERS) {
      const other = name === "api" ? "worker" : "api";
      assert.match(await talk(`AUTH ${name} pass-of-${other}`), /WRONGPASS/, name);
    }
  });
});

/** Sends lines over one connection, as telnet would, and gives all that comes back. */
async function talk(...lines: string[]): Promise<string> {
  const connection = connect(redis.socket);
  let said = "";
  connection.on("data", (bytes) => {
    said += bytes.toString();
  });
  connection.end(`${lines.join("\r\n")}\r\nQUIT\r\n`);
  await once(connection, "close");
  return said;
}
