import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  BUILT_IN_TOOLS,
  CALCULATOR,
  guardsSchema,
  limitsSchema,
  type Observation,
  renderActionContinuation,
  type Step,
  type Transcript,
} from "@bullpen/contracts";
import { nextMove } from "./next-move.js";

const LIMITS = limitsSchema.parse({ max_steps: 3, max_tokens: 100, max_total_tokens: 250 });
const GUARDS = guardsSchema.parse({});
const RULES = { limits: LIMITS, guards: GUARDS };
const BUILT_IN = { tools: BUILT_IN_TOOLS, missing: [] };
const SEEN: Observation = { observation: "42", is_error: false, duration_ms: 1 };

function step(toolName: string | undefined, observation?: Observation, tokens = 10): Step {
  const text =
    toolName === undefined ? "no action" : renderActionContinuation({ tool_name: toolName, input: "x" });
  const usage = { prompt_tokens: 5, cached_tokens: 0, completion_tokens: tokens };
  return { turn: { text, finish_reason: "stop", usage, duration_ms: 1 }, observation };
}

function move(...steps: Step[]) {
  const transcript: Transcript = { steps, end: undefined };
  return nextMove(transcript, RULES, BUILT_IN);
}

function failure(...steps: Step[]) {
  const next = move(...steps);
  return next.type === "finish" && next.outcome.status === "failed" ? next.outcome.error.code : next;
}

describe("nextMove", () => {
  test("begins with a turn", () => assert.deepEqual(move(), { type: "generate", step: 0, maxTokens: 100 }));

  test("calls the tool that the last turn named, in whatever case", () => {
    const call = { step: 0, tool: CALCULATOR, input: "x" };
    assert.deepEqual(move(step("Calculator")), { type: "call_tool", call });
    assert.deepEqual(move(step(" calculator ")), { type: "call_tool", call });
  });

  test("goes on once the tool has answered", () =>
    assert.deepEqual(move(step("Calculator", SEEN)), { type: "generate", step: 1, maxTokens: 100 }));

  test("ends at Final Answer and at any other name under which models answer", () => {
    for (const name of [
      "Final Answer",
      "final_answer",
      "Response",
      "None",
      "FinalAnswer",
      "No tool needed",
      "",
    ])
      assert.deepEqual(
        move(step(name)),
        { type: "finish", outcome: { status: "completed", answer: "x" } },
        name,
      );
  });

  test("tells the model the tools when it names one that there is not, and takes a second such for the answer", () => {
    const unknown = step("Python");
    const told = move(unknown);
    assert.ok(told.type === "observe");
    assert.deepEqual(told.result, {
      observation:
        'Error: there is no tool "Python". The tools are "Calculator", "Search". To answer the user, use "Final Answer".',
      is_error: true,
    });
    assert.equal(move({ ...unknown, observation: SEEN }).type, "generate");
    const again = move({ ...unknown, observation: SEEN }, step("Oracle"));
    assert.deepEqual(again, { type: "finish", outcome: { status: "completed", answer: "x" } });
    const used = { ...unknown, observation: SEEN };
    assert.equal(move(used, step("Calculator", SEEN)).type, "generate");
  });

  test("a tool that the query may not use is one that it does not have", () => {
    const transcript = { steps: [step("Search")], end: undefined };
    assert.equal(nextMove(transcript, RULES, { tools: [CALCULATOR], missing: [] }).type, "observe");
  });

  test("objects for tools that there are not are never answers", () => {
    const turn = {
      ...step("x").turn,
      text: renderActionContinuation({ tool_name: "lookup", input: { a: 1 } }),
    };
    const seen = { turn, observation: SEEN };
    const limits = limitsSchema.parse({});
    const next = (...steps: Step[]) =>
      nextMove({ steps, end: undefined }, { limits, guards: GUARDS }, BUILT_IN);
    const asked = { turn, observation: undefined };
    assert.deepEqual([next(asked).type, next(seen, asked).type], ["observe", "observe"]);
    const given = next(seen, seen, asked);
    assert.ok(given.type === "finish" && given.outcome.status === "failed");
    assert.equal(given.outcome.error.code, "malformed_output");
  });

  describe("a turn that a limit cuts off", () => {
    const cut = (text: string, finish_reason: "length" | "context" = "length"): Step => ({
      turn: { ...step(undefined).turn, text, finish_reason },
      observation: undefined,
    });
    const next = (max_tokens: number, ...steps: Step[]) =>
      nextMove(
        { steps, end: undefined },
        { limits: limitsSchema.parse({ max_tokens }), guards: GUARDS },
        BUILT_IN,
      );
    const ended = (answer: string) => ({
      type: "finish",
      outcome: { status: "completed", answer, finish_reason: "length" },
    });

    test("in its answer ends the query with what there is of it", () => {
      for (const [text, said] of [
        ['"Final Answer",\n"input": "It is 4', "It is 4"],
        ['"Final Answer",\n"input": "', ""],
        ['"Response", "input": "a \\"b\\" \\u00', 'a "b" '],
      ] as const)
        for (const reason of ["length", "context"] as const)
          assert.deepEqual(next(512, cut(text, reason)), ended(said), text);
    });

    const CALLS = [
      "",
      '"Calc',
      '"Calculator",\n"inp',
      '"Calculator",\n"input": "output = 1',
      '"Final Answer", "inp',
    ];

    test("in a call is asked for again where a call has room, and ends the query where none has", () => {
      for (const text of CALLS) {
        assert.equal(next(512, cut(text)).type, "generate");
        assert.deepEqual(next(512, cut(text), cut(text), cut(text)), ended(""));
        for (const maxTokens of [1, 5, 16, 20]) assert.deepEqual(next(maxTokens, cut(text)), ended(""));
      }
    });

    test("for lack of context inside a call is a failure", () => {
      for (const text of CALLS) assert.equal(failure(cut(text, "context")), "context_exceeded");
    });
  });

  test("tells the model when a tool that the query may use has gone", () => {
    const toolbox = { tools: [CALCULATOR], missing: ["Oracle"] };
    const result = { observation: "Error: the tool Oracle is not available any more.", is_error: true };
    const next = (...steps: Step[]) => nextMove({ steps, end: undefined }, RULES, toolbox);
    assert.deepEqual(next(step("oracle")), { type: "observe", step: 0, result });
    assert.equal(next(step("oracle", SEEN)).type, "generate");
  });

  test("hands an object on as it is, and takes one without a tool as its JSON", () => {
    const input = { a: 1, b: [2] };
    const turnWith = (tool_name: string): Step => {
      const { turn } = step("x");
      return {
        turn: { ...turn, text: renderActionContinuation({ tool_name, input }) },
        observation: undefined,
      };
    };
    const call = { step: 0, tool: CALCULATOR, input };
    assert.deepEqual(move(turnWith("Calculator")), { type: "call_tool", call });
    const outcome = { status: "completed", answer: '{"a":1,"b":[2]}' };
    assert.deepEqual(move(turnWith("Final Answer")), { type: "finish", outcome });
  });

  test("ends at the limit of steps, but lets the last step answer", () => {
    const used = [step("Calculator", SEEN), step("Calculator", SEEN)];
    assert.equal(failure(...used, step("Calculator")), "max_steps");
    assert.equal(move(...used, step("Final Answer")).type, "finish");
    assert.equal(failure(...used, step(undefined)), "max_steps");
  });

  test("gives the last turn only the tokens that are left, and ends without any", () => {
    const next = move(step("Calculator", SEEN, 100), step("Calculator", SEEN, 100));
    assert.deepEqual(next, { type: "generate", step: 2, maxTokens: 50, lastTurn: "max_steps" });
    assert.equal(failure(step("Calculator", SEEN, 250)), "max_tokens");
  });

  test("asks again after a reply that is no action, and gives up after three in a row", () => {
    const limits = limitsSchema.parse({});
    const next = (...steps: Step[]) =>
      nextMove({ steps, end: undefined }, { limits, guards: GUARDS }, BUILT_IN);
    assert.equal(next(step(undefined), step(undefined)).type, "generate");
    assert.equal(next(step(undefined), step(undefined), step(undefined)).type, "finish");
    const broken = next(step(undefined), step(undefined), step("Calculator", SEEN), step(undefined));
    assert.equal(broken.type, "generate", "only replies in a row count");
  });

  test("ends when the context is full", () => {
    const { turn } = step(undefined);
    assert.equal(
      failure({ turn: { ...turn, finish_reason: "context" }, observation: undefined }),
      "context_exceeded",
    );
  });
});
