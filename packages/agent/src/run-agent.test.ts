import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  agentJobSchema,
  BUILT_IN_TOOLS,
  type CompletionRequest,
  FINAL_ANSWER,
  type LanguageModel,
  type Outcome,
  renderActionContinuation,
  type Step,
  shapesOf,
} from "@bullpen/contracts";
import { type AgentRun, runAgent } from "./run-agent.js";
import { Crash, MemoryLog } from "./testing/memory-log.js";

/** Makes the same call whenever the constraint lets it, and else the first other that it may make. */
function stubborn(tool: string, requests: CompletionRequest[]): LanguageModel {
  return {
    name: "stubborn",
    slots: 1,
    contextTokens: 4_096,
    close: async () => {},
    complete: async (request) => {
      requests.push(request);
      const names = allowed(request);
      const tool_name = names.includes(tool) ? tool : (names[0] ?? "");
      return {
        text: renderActionContinuation({ tool_name, input: tool_name === FINAL_ANSWER ? "done" : "x" }),
        finishReason: "stop",
        usage: { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 10 },
      };
    },
  };
}

function allowed({ constraint }: CompletionRequest): string[] {
  return (shapesOf(constraint) ?? []).map(([name]) =>
    name?.value.type === "constant" ? name.value.text : "",
  );
}

interface Played {
  readonly outcome: Outcome | "suspended";
  readonly steps: readonly Step[];
  readonly requests: readonly CompletionRequest[];
  readonly ran: number;
  readonly events: readonly string[];
}

async function play(log: MemoryLog, job: object = {}, isError = false): Promise<Played> {
  const requests: CompletionRequest[] = [];
  const events: string[] = [];
  let ran = 0;
  const tools = BUILT_IN_TOOLS.map(({ name }) => name);
  const run: AgentRun = {
    id: "q",
    job: agentJobSchema.parse({ model: "m", query: "?", tools, sampling: {}, limits: {}, ...job }),
    toolbox: { tools: BUILT_IN_TOOLS, missing: [] },
    model: stubborn("Calculator", requests),
    log,
    toolRunner: {
      run: async () => {
        ran++;
        return { observation: isError ? "Error: no" : "42", is_error: isError, duration_ms: 0 };
      },
    },
    now: () => 0,
    onGuard: (event) => events.push(event),
    onLastTurn: (reason) => events.push(reason),
  };
  for (;;) {
    try {
      const outcome = await runAgent(run, new AbortController().signal);
      return { outcome, steps: log.steps, requests, ran, events };
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
}

const BOTH = ["Calculator", "Search", FINAL_ANSWER];

describe("a model that makes the same call again and again", () => {
  test("runs it once, finds its tool closed once, and answers in its last turn", async () => {
    const { outcome, requests, ran, events } = await play(new MemoryLog());
    assert.deepEqual(requests.map(allowed), [
      BOTH,
      BOTH,
      BOTH,
      ["Search", FINAL_ANSWER],
      BOTH,
      [FINAL_ANSWER],
    ]);
    assert.deepEqual(outcome, {
      status: "completed",
      answer: "done",
      finish_reason: "length",
      forced_by: "repeats",
    });
    assert.equal(ran, 2, "the Calculator and the Search");
    assert.deepEqual(events, ["repeated", "closed", "stopped", "repeats"]);
  });

  test("that fails finds its tool closed at the first repeat, and answers after the second", async () => {
    const { outcome, requests, ran, events } = await play(new MemoryLog(), {}, true);
    assert.deepEqual(requests.map(allowed), [BOTH, BOTH, ["Search", FINAL_ANSWER], BOTH, [FINAL_ANSWER]]);
    assert.equal(outcome !== "suspended" && outcome.status === "completed" && outcome.forced_by, "repeats");
    assert.equal(ran, 2, "the Calculator and the Search");
    assert.deepEqual(events, ["closed", "stopped", "repeats"]);
  });

  test("that fails answers after three failures where repeats are allowed", async () => {
    const job = { guards: { repeats: false } };
    const { outcome, requests, ran, events } = await play(new MemoryLog(), job, true);
    assert.deepEqual(requests.map(allowed), [BOTH, BOTH, BOTH, [FINAL_ANSWER]]);
    assert.equal(outcome !== "suspended" && outcome.status === "completed" && outcome.forced_by, "failures");
    assert.deepEqual([ran, events], [3, ["failures"]]);
  });

  test("with the guards off answers in its last step, and with on_limit fail not at all", async () => {
    const guards = { repeats: false, failures: false };
    const answered = await play(new MemoryLog(), { guards });
    assert.deepEqual([answered.ran, answered.requests.length, answered.events], [9, 10, ["max_steps"]]);
    const failed = await play(new MemoryLog(), { guards, limits: { on_limit: "fail" } });
    assert.deepEqual([failed.ran, failed.requests.length, failed.events], [9, 10, []]);
    assert.equal(
      failed.outcome !== "suspended" && failed.outcome.status === "failed" && failed.outcome.error.code,
      "max_steps",
    );
  });
});

describe("a run that dies before or after any record", () => {
  const jobs = { guards: {}, max_steps: { limits: { max_steps: 2 } }, off: { guards: { repeats: false } } };
  for (const [name, job] of Object.entries(jobs))
    for (const isError of [false, true])
      test(`is continued to the same transcript and end: ${name}, ${isError ? "failing" : "running"} calls`, async () => {
        const whole = await play(new MemoryLog(), job, isError);
        const writes = 2 * whole.steps.length - 1;
        assert.ok(writes >= 3);
        for (let write = 0; write < writes; write++)
          for (const when of ["before", "after"] as const) {
            const { outcome, steps } = await play(new MemoryLog({ write, when }), job, isError);
            assert.deepEqual(
              { outcome, steps },
              { outcome: whole.outcome, steps: whole.steps },
              `${when} ${write}`,
            );
          }
      });
});
