import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CALCULATOR,
  guardsSchema,
  type LastTurnReason,
  type Limits,
  limitsSchema,
  renderActionContinuation,
  type Step,
} from "@bullpen/contracts";
import { nextMove } from "./next-move.js";

const guards = guardsSchema.parse({});

interface Turn {
  readonly input?: string;
  readonly tokens?: number;
  readonly duration_ms?: number;
  readonly forced_by?: LastTurnReason;
}

let count = 0;
function step(
  tool_name: string,
  { input = `${count++}`, tokens = 10, duration_ms = 1, forced_by }: Turn = {},
): Step {
  const usage = { prompt_tokens: 5, cached_tokens: 0, completion_tokens: tokens };
  const text = renderActionContinuation({ tool_name, input });
  return {
    turn: { text, finish_reason: "stop", usage, duration_ms, ...(forced_by && { forced_by }) },
    observation: undefined,
  };
}
function seen(turn: Turn = {}): Step {
  return { ...step("Calculator", turn), observation: { observation: "42", is_error: false, duration_ms: 1 } };
}

function move(steps: readonly Step[], limits: Partial<Limits>, timeLeftMs?: number, tools = [CALCULATOR]) {
  const rules = {
    limits: limitsSchema.parse(limits),
    guards,
    ...(timeLeftMs !== undefined && { timeLeftMs }),
  };
  return nextMove({ steps, end: undefined }, rules, { tools, missing: [] });
}
const generated = (...args: Parameters<typeof move>) => {
  const next = move(...args);
  assert.ok(next.type === "generate", JSON.stringify(next));
  return next;
};

describe("the last turn", () => {
  test("is the last of max_steps", () => {
    const limits = { max_steps: 3 };
    assert.equal(generated([], limits).lastTurn, undefined);
    assert.equal(generated([seen()], limits).lastTurn, undefined);
    assert.equal(generated([seen(), seen()], limits).lastTurn, "max_steps");
    assert.equal(generated([], { max_steps: 1 }).lastTurn, "max_steps");
  });

  test("has the tokens that the turns before it must leave", () => {
    for (const [max_total_tokens, reserve] of [
      [1_000, 128],
      [200, 50],
    ] as const) {
      const first = generated([], { max_total_tokens, max_tokens: 2_000 });
      assert.equal(first.maxTokens, max_total_tokens - reserve);
      const used = first.maxTokens - 64 + 1;
      const next = generated([seen({ tokens: used })], { max_total_tokens, max_tokens: 2_000 });
      assert.deepEqual([next.lastTurn, next.maxTokens], ["max_total_tokens", max_total_tokens - used]);
      const before = generated([seen({ tokens: used - 1 })], { max_total_tokens, max_tokens: 2_000 });
      assert.deepEqual([before.lastTurn, before.maxTokens], [undefined, 64]);
    }
  });

  test("begins while there is time for the slowest step and an answer", () => {
    const steps = [seen({ duration_ms: 999 }), seen({ duration_ms: 10 })];
    assert.equal(generated(steps, {}, 2_000).lastTurn, undefined);
    assert.equal(generated(steps, {}, 1_999).lastTurn, "timeout_seconds");
    assert.equal(generated([], {}, 1).lastTurn, undefined, "nothing is known of a first turn");
  });

  test("says of its answer that it was forced, and by what", () => {
    const forced = step("Final Answer", { input: "It is 4.", forced_by: "max_steps" });
    assert.deepEqual(move([seen(), forced], { max_steps: 2 }), {
      type: "finish",
      outcome: { status: "completed", answer: "It is 4.", finish_reason: "length", forced_by: "max_steps" },
    });
  });

  test("without an answer ends the query with the limit's code: a server need not keep to the grammar", () => {
    const code = (forced_by: LastTurnReason, limits: Partial<Limits>, tokens = 10) => {
      const next = move([seen(), step("Calculator", { forced_by, tokens })], limits);
      return next.type === "finish" && next.outcome.status === "failed" ? next.outcome.error.code : next.type;
    };
    assert.equal(code("max_steps", { max_steps: 2 }), "max_steps");
    assert.equal(code("max_total_tokens", { max_total_tokens: 100 }, 90), "max_tokens");
    assert.equal(code("repeats", {}), "no_progress");
    assert.equal(code("failures", {}), "no_progress");
    assert.equal(
      code("timeout_seconds", {}),
      "call_tool",
      "time may be left, and the deadline ends the query",
    );
  });

  test("takes the input of a made-up name for the answer", () => {
    const next = move([seen(), step("Oracle", { input: "It is 4.", forced_by: "repeats" })], {});
    assert.equal(
      next.type === "finish" && next.outcome.status === "completed" && next.outcome.answer,
      "It is 4.",
    );
  });

  test("is like any other with on_limit fail, and without tools", () => {
    const limits = { max_steps: 1, max_total_tokens: 100, on_limit: "fail" } as const;
    assert.deepEqual(move([], limits), { type: "generate", step: 0, maxTokens: 100 });
    assert.deepEqual(move([], { max_steps: 1, max_total_tokens: 100 }, undefined, []), {
      type: "generate",
      step: 0,
      maxTokens: 100,
    });
  });

  test("is decided alike by every process, whatever the clock says once it is recorded", () => {
    const steps = [
      seen({ duration_ms: 999 }),
      step("Final Answer", { input: "4", forced_by: "timeout_seconds" }),
    ];
    for (const timeLeftMs of [-1, 5, 1e9]) assert.equal(move(steps, {}, timeLeftMs).type, "finish");
  });
});
