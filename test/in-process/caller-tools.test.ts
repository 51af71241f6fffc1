import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { deferred } from "@bullpen/base";
import { BullpenClient, RequestRefusedError, type ServedCall } from "@bullpen/client";
import type { CompletionRequest } from "@bullpen/contracts";
import { QuerySweep } from "@bullpen/queue";
import { AccessKeyStore, LocalStore } from "@bullpen/storage";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { startTestApi } from "../testing/api.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { answerOf, batchLine, parseJsonl, type ResultLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";

let harness: BatchHarness;

/** A model that asks `first`, then `second`, and says what they answered. */
function say({ messages }: CompletionRequest): string {
  const question = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const results = messages.filter(({ role }) => role === "tool").map(({ content }) => content);
  if (results.length === 0) return action("first", { question });
  if (results.length === 1) return action("second", { after: results[0] });
  return finalAnswer(results.join(" and "));
}

before(async () => {
  harness = await startBatchHarness({ script: say, slots: 2 });
});
after(() => harness.stop());

const FUNCTIONS = ["first", "second"].map((name) => ({
  type: "function" as const,
  function: { name, parameters: { type: "object", properties: {} } },
}));

async function submit(query: string, more: object = {}) {
  return (await harness.client.queries.submit({ query, tools: FUNCTIONS, ...more })).id;
}

/** The query once it waits for the caller. */
function waiting(id: string) {
  return until(`${id} waits`, async () => {
    const query = await harness.client.queries.get(id);
    return query.status === "requires_action" && query;
  });
}

async function pendingCall(id: string) {
  const { required_action } = await waiting(id);
  const call = required_action?.submit_tool_outputs.tool_calls[0];
  assert.ok(call);
  return call;
}

function answer(queryId: string, tool_call_id: string, output: string, more: object = {}) {
  return harness.client.toolCalls.submitOutputs(queryId, [{ tool_call_id, output, ...more }]);
}

function refusedAs(code: string) {
  return (error: unknown) => error instanceof RequestRefusedError && error.code === code;
}

describe("a query that waits for its caller", () => {
  test(verifies(["caller-tools"], "says what for, holds no slot, and goes on with the result"), async () => {
    const id = await submit("one");
    const first = await pendingCall(id);
    assert.deepEqual(first.function, { name: "first", arguments: '{"question":"one"}' });
    const listed = await harness.client.queries.list({ status: "requires_action" });
    assert.deepEqual(
      listed.data.map((query) => query.id),
      [id],
    );
    await answer(id, first.id, "1");
    const second = await until("the second call", async () => {
      const call = await pendingCall(id);
      return call.id !== first.id && call;
    });
    assert.deepEqual(second.function, { name: "second", arguments: '{"after":"1"}' });
    await answer(id, second.id, "2");
    const query = await harness.client.queries.wait(id);
    assert.equal(query.answer, "1 and 2");
    assert.deepEqual(
      query.steps.map(({ tool_name, observation }) => [tool_name, observation]),
      [
        ["first", "1"],
        ["second", "2"],
      ],
    );
    assert.equal((await harness.client.toolCalls.list()).data.length, 0);
  });

  test(verifies(["caller-tools"], "takes one output of a call, and the same again"), async () => {
    const id = await submit("two");
    const call = await pendingCall(id);
    const at = { tool_call_id: call.id };
    assert.deepEqual((await answer(id, call.id, "1")).data, [{ ...at, status: "recorded" }]);
    assert.deepEqual((await answer(id, call.id, "1")).data, [{ ...at, status: "already_recorded" }]);
    await assert.rejects(answer(id, call.id, "other"), refusedAs("tool_output_conflict"));
    await assert.rejects(answer(id, call.id, "1", { is_error: true }), refusedAs("tool_output_conflict"));
    const next = await until("the second call", async () => {
      const found = await pendingCall(id);
      return found.id !== call.id && found;
    });
    // The first one is in the transcript now.
    assert.deepEqual((await answer(id, call.id, "1")).data, [{ ...at, status: "already_recorded" }]);
    await assert.rejects(answer(id, call.id, "other"), refusedAs("tool_output_conflict"));
    await answer(id, next.id, "2");
    await harness.client.queries.wait(id);
    assert.deepEqual((await answer(id, call.id, "1")).data, [{ ...at, status: "already_recorded" }]);
    const later = call.id.replace(/_0$/, "_7");
    await assert.rejects(answer(id, later, "1"), refusedAs("already_finished"));
    const other = await submit("other");
    await assert.rejects(answer(other, call.id, "1"), refusedAs("tool_call_not_found"));
    await harness.client.queries.cancel(other);
  });

  test(verifies(["caller-tools"], "ends by a cancel, and its call with it"), async () => {
    const id = await submit("three");
    const call = await pendingCall(id);
    await harness.client.queries.cancel(id);
    const left = await harness.client.toolCalls.list({ queryId: id });
    assert.equal(left.data.length, 0);
    await assert.rejects(answer(id, call.id, "1"), refusedAs("already_finished"));
    const jobs = await harness.agents.redis.connection.keys("*caller-*");
    assert.ok(!jobs.some((key) => key.includes(id)), jobs.join());
  });

  test(
    verifies(["caller-tools"], "is told of a call that nobody answers in time, and expires by its deadline"),
    async () => {
      const sweep = new QuerySweep({ queues: harness.agents.queues, everyMs: 100 });
      try {
        const late = await submit("four", { tool_timeout_seconds: 1 });
        const expired = await submit("five", { timeout_seconds: 1 });
        const query = await until("both calls are given up", async () => {
          const found = await harness.client.queries.get(late);
          return found.status === "completed" && found;
        });
        assert.match(
          query.answer ?? "",
          /nobody has answered this call of first within 1 seconds\. and Error: nobody/,
        );
        assert.deepEqual(
          query.steps.map(({ is_error }) => is_error),
          [true, true],
        );
        assert.equal((await harness.client.queries.wait(expired)).status, "expired");
      } finally {
        await sweep.stop();
      }
    },
  );
});

describe("calls are handed out", () => {
  const lease = (more: object = {}) => harness.client.toolCalls.lease({ tools: ["first"], ...more });

  test(
    verifies(["caller-tools"], "to one at a time, again after their lease, and not after their result"),
    async () => {
      const id = await submit("six");
      const call = await pendingCall(id);
      const [held] = await lease({ lease_seconds: 1, max_calls: 10 });
      assert.equal(held?.id, call.id);
      assert.deepEqual(await lease(), []);
      const [again] = await lease({ wait_seconds: 10, lease_seconds: 60 });
      assert.equal(again?.id, call.id);
      await assert.rejects(harness.client.toolCalls.extendLease(held, 60), refusedAs("lease_lost"));
      assert.ok(again);
      await harness.client.toolCalls.extendLease(again, 0);
      const [third] = await lease();
      assert.equal(third?.id, call.id);
      // Whoever answers first has answered.
      await answer(id, call.id, "1");
      assert.ok(third);
      await assert.rejects(harness.client.toolCalls.extendLease(third, 0), refusedAs("lease_lost"));
      assert.deepEqual(await lease(), []);
      await harness.client.queries.cancel(id);
    },
  );

  test(verifies(["caller-tools"], "as soon as they are made, to who waits for that tool"), async () => {
    const wanted = lease({ wait_seconds: 30 });
    const other = harness.client.toolCalls.lease({ tools: ["third"], wait_seconds: 1 });
    const id = await submit("seven");
    const [call] = await wanted;
    assert.equal(call?.query_id, id);
    assert.deepEqual(await other, []);
    await harness.client.queries.cancel(id);
  });
});

describe("a tool server", () => {
  test(
    verifies(
      ["caller-tools"],
      "answers the calls of a batch's lines, each once, and tries again what throws",
    ),
    async () => {
      const lines = Array.from({ length: 40 }, (_, i) =>
        batchLine(`line-${i}`, `${i}`, { tools: FUNCTIONS, bullpen: { tool_mode: "wait" } }),
      );
      const file = await harness.client.files.upload(lines.join("\n"), { filename: "input.jsonl" });
      const batch = await harness.client.batches.create({ input_file_id: file.id });
      await until(
        "all lines wait",
        async () => (await harness.client.toolCalls.list({ limit: 100 })).data.length === 40,
      );
      assert.equal(harness.agents.model.requests.length >= 40, true);
      const ran = new Map<string, number>();
      const failed = new Set<string>();
      const note = ({ id, customId }: ServedCall, result: string) => {
        if (customId === "line-7" && !failed.has(id)) {
          failed.add(id);
          throw new Error("once");
        }
        ran.set(id, (ran.get(id) ?? 0) + 1);
        return result;
      };
      const errors: unknown[] = [];
      const server = harness.client.serveTools(
        {
          first: ({ question }: { question: string }, call) => note(call, `a${question}`),
          second: ({ after }: { after: string }, call) => ({ b: note(call, after) }),
        },
        { onError: (error) => errors.push(error) },
      );
      const { output_file_id } = await harness.client.batches.wait(batch.id);
      await server.stop();
      const results = parseJsonl<ResultLine>(await harness.client.files.text(output_file_id ?? ""));
      assert.deepEqual(
        results.map((line) => [line.custom_id, answerOf(line)]),
        lines.map((_, i) => [`line-${i}`, `a${i} and {"b":"a${i}"}`]),
      );
      assert.deepEqual([ran.size, Math.max(...ran.values())], [80, 1]);
      assert.equal(errors.length, 2);
    },
  );

  test("hands back what it has not ended when it stops, and tells the model what keeps failing", async () => {
    const id = await submit("nine");
    const begun = deferred<AbortSignal>();
    const server = harness.client.serveTool("first", (_args, { signal }) => {
      begun.resolve(signal);
      return new Promise(() => {});
    });
    const signal = await begun.promise;
    await server.stop(0);
    assert.ok(signal.aborted);
    const second = harness.client.serveTools(
      {
        first: () => {
          throw new Error("no such town");
        },
        second: () => undefined,
      },
      { maxAttempts: 1 },
    );
    const query = await harness.client.queries.wait(id);
    await second.stop();
    assert.equal(query.answer, "Error: no such town and done");
    assert.equal(query.steps[0]?.is_error, true);
  });
});

test(verifies(["caller-tools"], "calls are handed out within their tenant"), async () => {
  const keys = new AccessKeyStore(await LocalStore.open(harness.dataDir));
  const { key } = await keys.create({ tenant: "other", role: "submit", name: "" });
  const mine = await keys.create({ tenant: "default", role: "submit", name: "" });
  // An api that has not seen a time without keys.
  const api = await startTestApi(harness.agents.redis.url, { DATA_DIR: harness.dataDir });
  const client = (apiKey: string) => new BullpenClient({ url: api.url, apiKey, maxAttempts: 1 });
  const [own, stranger] = [client(mine.key), client(key)];
  const { id } = await own.queries.submit({ query: "eight", tools: FUNCTIONS });
  const call = await until("the call", async () => (await own.toolCalls.list({ queryId: id })).data[0]);
  assert.deepEqual((await stranger.toolCalls.list()).data, []);
  assert.deepEqual(await stranger.toolCalls.lease({ tools: ["first"] }), []);
  const [held] = await own.toolCalls.lease({ tools: ["first"] });
  assert.equal(held?.id, call.id);
  await assert.rejects(stranger.toolCalls.extendLease(held, 60), refusedAs("lease_lost"));
  const output = [{ tool_call_id: call.id, output: "1" }];
  await assert.rejects(stranger.toolCalls.submitOutputs(id, output), refusedAs("tool_call_not_found"));
  await own.toolCalls.submitOutputs(id, output);
  await own.queries.cancel(id);
  await api.stop();
});
