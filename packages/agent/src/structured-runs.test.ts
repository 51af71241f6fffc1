import assert from "node:assert/strict";
import { test } from "node:test";
import { agentJobSchema, type CompletionRequest } from "@bullpen/contracts";
import { runAgent } from "./run-agent.js";
import { Crash, MemoryLog } from "./testing/memory-log.js";

const schema = { type: "object", properties: { degrees: { type: "number", minimum: -90 } } };

/** Answers with a number that is too small, and corrects it. Each run of a query has another number. */
function answerTo({ messages, sampling, primer }: CompletionRequest): string {
  const wasCorrected = messages.some(({ content }) => content.startsWith("Error: the answer"));
  const degrees = (wasCorrected ? 0 : -1_000) + ((sampling.seed ?? 0) % 50);
  const json = JSON.stringify({ degrees });
  return primer === "" ? json : `"Final Answer",\n"input": ${json}\n}`;
}

/** Runs the query again as often as it crashes, as another worker does. */
async function play(log: MemoryLog, given: object) {
  const job = agentJobSchema.parse({
    ...{ query: "?", model: "m", limits: {}, sampling: { seed: 7 }, tools: [] },
    response_format: { name: "weather", schema, strict: true },
    ...given,
  });
  for (;;) {
    try {
      const outcome = await runAgent(
        {
          ...{ id: "query", job, toolbox: { tools: [], missing: job.tools }, log, now: () => 0 },
          model: {
            ...{ name: "m", slots: 1, contextTokens: 4_096, close: async () => {} },
            complete: async (request) => ({
              text: answerTo(request),
              finishReason: "stop",
              usage: { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 10 },
            }),
          },
          toolRunner: { run: async () => "suspended" },
        },
        new AbortController().signal,
      );
      return { outcome, steps: log.steps };
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
}

const QUERIES: Record<string, object> = {
  "without tools": {},
  "with tools": { tools: ["Search"] },
  "three answers": { n: 3 },
};

for (const [name, given] of Object.entries(QUERIES)) {
  test(`a correction that dies before or after any record is continued to the same end: ${name}`, async () => {
    const whole = await play(new MemoryLog(), given);
    assert.ok(whole.outcome !== "suspended" && whole.outcome.status === "completed");
    assert.equal(whole.outcome.answer, '{"degrees":7}');
    const runs = "votes" in whole.outcome ? whole.outcome.votes?.runs : undefined;
    const answers = runs?.map(({ outcome }) => outcome.status === "completed" && outcome.answer);
    assert.equal(new Set(answers).size, name === "three answers" ? 3 : 0, JSON.stringify(answers));
    const writes = whole.steps.length + whole.steps.filter(({ observation }) => observation).length;
    assert.equal(writes, 3 * (runs?.length ?? 1));
    for (let write = 0; write < writes; write++) {
      for (const when of ["before", "after"] as const)
        assert.deepEqual(await play(new MemoryLog({ write, when }), given), whole, `${when} ${write}`);
    }
  });
}
