import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { samplingOf } from "@bullpen/agent";
import { type CompletionRequest, MAX_VOTES } from "@bullpen/contracts";
import type { ScriptedReply } from "@bullpen/llm/testing";
import { verifies } from "../source-checks/requirements/requirements.js";
import { action, finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine } from "../testing/batch-lines.js";
import { until } from "../testing/until.js";
import { untilAborted } from "../testing/until-aborted.js";

const SEED = 7;

let harness: BatchHarness;

before(async () => {
  harness = await startBatchHarness({
    script: reply,
    slots: 2,
    tools: { Calculator: () => ({ observation: "42", is_error: false }) },
  });
});
after(() => harness.stop());

/** `say A B C`: each run calls the Calculator, then gives the answer in its place; `fail` cuts it, `hang` never ends. */
function reply(
  request: CompletionRequest,
  _call: number,
  signal: AbortSignal,
): ScriptedReply | Promise<ScriptedReply> {
  const question = request.messages.find(({ role }) => role === "user")?.content ?? "";
  const word = question.split(" ")[1 + runOf(request)] ?? "";
  if (request.messages.length === 2) return action("Calculator", "output = 6 * 7");
  if (word === "hang") return untilAborted(signal);
  return word === "fail" ? { text: "", finishReason: "context" } : finalAnswer(word);
}

function runOf({ sampling }: CompletionRequest): number {
  for (let run = 0; run < MAX_VOTES; run++) {
    if (samplingOf({ ...sampling, seed: SEED }, run).seed === sampling.seed) return run;
  }
  throw new Error(`no run has the seed ${sampling.seed}`);
}

async function ask(query: string, body: object = {}) {
  const tools = ["Calculator"];
  const [view] = await harness.client.queries.runAll([{ query, tools, seed: SEED, ...body }]);
  assert.ok(view);
  return view;
}

describe("a vote", () => {
  test(
    verifies(
      ["votes"],
      "gives the answer of most runs, their share, the others' answers and the cost of all",
    ),
    async () => {
      const before = harness.agents.model.calls;
      const view = await ask("say 5 6 6.0 6 7", { votes: 5 });
      assert.deepEqual([view.status, view.answer], ["completed", "6"]);
      assert.ok(view.votes);
      const { requested, answers, agreed, share, runs } = view.votes;
      assert.deepEqual([requested, answers, agreed, share], [5, 4, 3, 0.75]);
      assert.deepEqual(
        runs.map((run) => [run.answer, run.agrees, run.steps.length, run.usage.turns]),
        [
          ["5", false, 1, 2],
          ["6", true, 1, 2],
          ["6.0", true, 1, 2],
          ["6", true, 1, 2],
        ],
      );
      assert.deepEqual([view.usage.turns, view.usage.tool_calls, view.steps.length], [8, 4, 1]);
      assert.equal(harness.agents.model.calls - before, 8, "the fifth run would change nothing");
      const { temperature, top_p } = harness.agents.model.requests.at(-1)?.sampling ?? {};
      assert.deepEqual([temperature, top_p], [0.7, 0.95], "nearly greedy runs would all be one");
      const listed = await harness.client.queries.list({ limit: 5 });
      assert.equal(listed.data.filter(({ query }) => query === view.query).length, 1, "it is listed once");
    },
  );

  test("leaves out runs that fail, and fails where all do", async () => {
    const view = await ask("say fail 6 fail 6", { votes: 4 });
    assert.deepEqual([view.answer, view.votes?.answers, view.votes?.agreed], ["6", 2, 2]);
    assert.equal(view.votes?.runs[0]?.error?.code, "context_exceeded");
    const failed = await ask("say fail fail", { votes: 2 });
    assert.deepEqual(
      [failed.status, failed.error?.code, failed.votes?.share],
      ["failed", "context_exceeded", null],
    );
  });

  test("is cancelled in the middle of a run, and keeps what was answered", async () => {
    const { id } = await harness.client.queries.submit({
      query: "say 5 hang",
      tools: ["Calculator"],
      seed: SEED,
      votes: 3,
    });
    const live = await until("the second run hangs", async () => {
      const view = await harness.client.queries.get(id);
      return view.usage.turns === 3 && view.status === "running" && view;
    });
    assert.deepEqual([live.votes?.answers, live.votes?.agreed], [1, null]);
    const view = await harness.client.queries.cancel(id);
    assert.deepEqual([view.status, view.answer, view.votes?.runs[0]?.answer], ["cancelled", null, "5"]);
    await until("the slot is free", async () => (await ask("say 1")).answer === "1");
  });

  test("is a chat's, in one piece where it streams", async () => {
    const bullpen = { tools: ["Calculator"], votes: 3 };
    const messages = [{ role: "user" as const, content: "say 5 6 6" }];
    const {
      choices,
      usage,
      bullpen: trace,
    } = await harness.client.chat.complete({ messages, seed: SEED, bullpen });
    assert.deepEqual([choices[0]?.message.content, trace.votes?.share], ["6", 2 / 3]);
    assert.equal(
      usage.completion_tokens,
      trace.votes?.runs.reduce((sum, run) => sum + run.usage.completion_tokens, 0),
    );
    const pieces: string[] = [];
    for await (const chunk of harness.client.chat.stream({ messages, seed: SEED, bullpen })) {
      const piece = chunk.choices[0]?.delta.content;
      if (piece) pieces.push(piece);
    }
    assert.deepEqual(pieces, ["6"]);
  });

  test("is refused where it cannot be one, by the field's name", async () => {
    const refusal = async (body: object) => {
      const { status, body: answer } = await harness.api.raw.post("/v1/queries", { query: "?", ...body });
      return `${status} ${answer.error?.message}`;
    };
    assert.match(
      await refusal({ votes: 3, temperature: 0 }),
      /^400 temperature: with 0 all 3 runs of the vote \(votes\)/,
    );
    assert.match(await refusal({ votes: 3, top_k: 1 }), /^400 top_k: with 1 all 3 runs/);
    assert.match(await refusal({ votes: 17 }), /^400 votes: must be at most 16/);
    assert.match(await refusal({ votes: 0 }), /^400 votes: must be at least 1/);
    assert.match(await refusal({ votes: 2.5 }), /^400 votes: /);
  });

  test(
    verifies(["votes"], "is a batch's, unless its lines say otherwise, and its tokens are counted"),
    async () => {
      const body = { seed: SEED, bullpen: { tools: ["Calculator"] } };
      const lines = [
        batchLine("batch's", "say 5 6 6", body),
        batchLine("own", "say 5 6 6", { ...body, bullpen: { ...body.bullpen, votes: 1 } }),
        batchLine("greedy", "say 5", { ...body, temperature: 0 }),
      ];
      const file = await harness.client.files.upload(`${lines.join("\n")}\n`, { filename: "votes.jsonl" });
      const { id } = await harness.client.batches.create({ input_file_id: file.id, bullpen: { votes: 3 } });
      const batch = await harness.client.batches.wait(id);
      const told = new Map<string, unknown[]>();
      let tokens = 0;
      for await (const { custom_id, response } of harness.client.batches.results(id)) {
        assert.ok(response);
        if ("choices" in response.body) {
          const { choices, bullpen, usage } = response.body;
          told.set(custom_id, [choices[0].message.content, bullpen.turns, bullpen.votes?.agreed]);
          tokens += usage.completion_tokens;
        } else told.set(custom_id, [response.status_code, response.body.error?.message.split(":")[0]]);
      }
      assert.deepEqual(told.get("batch's"), ["6", 6, 2]);
      assert.deepEqual(told.get("own"), ["5", 2, undefined]);
      assert.deepEqual(told.get("greedy"), [400, "temperature"]);
      assert.equal(batch.usage.output_tokens, tokens);
    },
  );
});
