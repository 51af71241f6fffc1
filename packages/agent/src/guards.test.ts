import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CALCULATOR,
  type GuardEvent,
  guardsSchema,
  type Limits,
  limitsSchema,
  renderActionContinuation,
  SEARCH,
  type Step,
  type ToolDefinition,
  type ToolInput,
} from "@bullpen/contracts";
import { type Move, nextMove } from "./next-move.js";
import { summarizeTranscript } from "./summarize.js";

const GUARDS = guardsSchema.parse({});
const LIMITS = limitsSchema.parse({});
const ALL = [CALCULATOR, SEARCH];

interface Situation {
  readonly tools?: readonly ToolDefinition[];
  readonly limits?: Partial<Limits>;
  readonly guards?: typeof GUARDS;
}

function move(steps: readonly Step[], { tools = ALL, limits, guards = GUARDS }: Situation = {}): Move {
  const rules = { limits: { ...LIMITS, ...limits }, guards };
  return nextMove({ steps, end: undefined }, rules, { tools, missing: [] });
}

function called(tool_name: string, input: ToolInput, observation?: Partial<Step["observation"]>): Step {
  const usage = { prompt_tokens: 5, cached_tokens: 0, completion_tokens: 10 };
  const text = renderActionContinuation({ tool_name, input });
  return {
    turn: { text, finish_reason: "stop", usage, duration_ms: 1 },
    observation: observation && { observation: "42", is_error: false, duration_ms: 1, ...observation },
  };
}

/** Plays the same call again and again, as the loop records it. Returns what each repetition was told. */
function repeat(times: number, step: (index: number) => Step, situation: Situation = {}): Step[] {
  const steps: Step[] = [];
  for (let index = 0; index < times; index++) {
    const next = move([...steps, step(index)], situation);
    const observation =
      next.type === "observe"
        ? { ...next.result, duration_ms: 0, ...(next.guard && { guard: next.guard }) }
        : { observation: "42", is_error: false, duration_ms: 1 };
    steps.push({ ...step(index), observation });
  }
  return steps;
}

const guardsOf = (steps: readonly Step[]) => steps.map(({ observation }) => observation?.guard);

describe("the guard on repeats", () => {
  const same = () => called("Calculator", "output = 6 * 7");
  const EVENTS: GuardEvent[] = ["repeated", "closed", "stopped"];

  test("gives the recorded result, then closes the tool, then makes the next turn the last", () => {
    const steps = repeat(4, same);
    assert.deepEqual(guardsOf(steps), [undefined, ...EVENTS]);
    for (const { observation } of steps) assert.match(observation?.observation ?? "", /^42/);
    assert.match(steps[1]?.observation?.observation ?? "", /this very call before\. It was not run again/);
    const turns = [1, 2, 3, 4].map((count) => move(steps.slice(0, count)));
    const [ran, repeated, closed, stopped] = turns.map((turn) =>
      turn.type === "generate" ? [turn.closedTool, turn.lastTurn] : turn,
    );
    assert.deepEqual(ran, [undefined, undefined]);
    assert.deepEqual(repeated, [undefined, undefined]);
    assert.deepEqual(closed, ["Calculator", undefined]);
    assert.deepEqual(stopped, [undefined, "repeats"]);
  });

  test("closes the tool at the first repeat of a call that failed, and stops at the second", () => {
    const failed = () => called("Calculator", "a b", { observation: "Error: no", is_error: true });
    const asked = () => called("Calculator", "a b");
    const first = move([failed(), asked()]);
    assert.equal(first.type === "observe" && first.guard, "closed");
    const closed = called("Calculator", "a b", { observation: "Error: no", is_error: true, guard: "closed" });
    const second = move([failed(), closed, called("Search", "x", {}), asked()]);
    assert.equal(second.type === "observe" && second.guard, "stopped");
  });

  test("makes the next turn the last once the only tool is closed", () => {
    const only = { tools: [CALCULATOR] };
    const next = move(repeat(3, same, only), only);
    assert.equal(next.type === "generate" && next.lastTurn, "repeats");
  });

  test("closes a tool for one turn", () => {
    const steps = [...repeat(3, same), called("Search", "boxes", {})];
    const next = move(steps);
    assert.equal(next.type === "generate" && next.closedTool, undefined);
    const again = move([...steps, same()]);
    assert.equal(again.type === "observe" && again.guard, "stopped", "the repeats before still count");
  });

  test("takes white space at ends of lines, line ends, order of keys and the name's case for the same", () => {
    const alike: [ToolInput, ToolInput][] = [
      ["a = 1\noutput = a", "a = 1  \r\noutput = a\n"],
      [
        { a: 1, b: { c: [2], d: 3 } },
        { b: { d: 3, c: [2] }, a: 1 },
      ],
    ];
    for (const [one, other] of alike) {
      const next = move([called("Calculator", one, {}), called("calculator", other)]);
      assert.equal(next.type, "observe", JSON.stringify(other));
    }
  });

  test("lets other calls run", () => {
    const others: [ToolInput, ToolInput][] = [
      ["output = 1", "output = 2"],
      ["if x:\n  y = 1", "if x:\ny = 1"],
      ["Output", "output"],
      [{ a: [1, 2] }, { a: [2, 1] }],
      [{ a: 1 }, '{"a":1}x'],
    ];
    for (const [one, other] of others)
      assert.equal(move([called("Calculator", one, {}), called("Calculator", other)]).type, "call_tool");
    assert.equal(move([called("Calculator", "x", {}), called("Search", "x")]).type, "call_tool");
  });

  test("lets calls run that may give something else the next time", () => {
    for (const program of [
      "import random\noutput = random.random()",
      "from datetime import date\noutput = date.today()",
      "import time\noutput = time.time()",
    ]) {
      const steps = repeat(5, () => called("Calculator", program));
      assert.deepEqual(new Set(guardsOf(steps)), new Set([undefined]), program);
    }
    const poll = { ...SEARCH, name: "status", queue: "status", repeatable: true };
    const steps = repeat(5, () => called("status", "job 1"), { tools: [poll] });
    assert.deepEqual(new Set(guardsOf(steps)), new Set([undefined]));
  });

  test("runs a failed call of a tool that reaches outside again, and one of a pure tool not", () => {
    const failed = { observation: "Error: away", is_error: true };
    assert.equal(move([called("Search", "x", failed), called("Search", "x")]).type, "call_tool");
    const next = move([called("Calculator", "x", failed), called("Calculator", "x")]);
    assert.equal(next.type === "observe" && next.result.is_error, true);
  });

  test("can be switched off", () => {
    const guards = { ...GUARDS, repeats: false };
    assert.deepEqual(guardsOf(repeat(4, same, { guards })), [undefined, undefined, undefined, undefined]);
  });

  test("says in the steps what it did, and calls that it answered count as none", () => {
    const { steps, usage } = summarizeTranscript({ steps: repeat(4, same), end: undefined }, ["Calculator"]);
    assert.deepEqual(
      steps.map(({ guard }) => guard),
      [null, ...EVENTS],
    );
    assert.equal(usage.tool_calls, 1);
  });
});

describe("the guard on failures", () => {
  const failed = { observation: "Error: SyntaxError: invalid syntax", is_error: true };
  const last = (inputs: readonly string[], situation: Situation = {}) => {
    const next = move(
      inputs.map((input) => called("Calculator", input, failed)),
      situation,
    );
    return next.type === "generate" ? next.lastTurn : next;
  };

  test("makes the turn after three failing calls that differ only in trifles the last", () => {
    assert.equal(last(["How many boxes?", "how many boxes", '"How many  boxes!"']), "failures");
    assert.equal(last(["output = 2 @@ 1.5", "output = 2 @@ 1.5;", "output=2 @@ 1.5"]), "failures");
    assert.equal(last(["a b", "a b"]), undefined, "two are one attempt to correct it");
  });

  test("leaves other attempts alone", () => {
    assert.equal(last(["output = (1", "output = (1)", "output = 1)"]), undefined, "brackets");
    assert.equal(last(["output = 1.5 x", "output = 15 x", "output = 1,5 x"]), undefined, "points in numbers");
    assert.equal(last(["output = a + b", "output = a - b", "output = a * b"]), undefined, "operators");
    const others = [
      called("Calculator", "a b", failed),
      called("Calculator", "a b", {}),
      called("Calculator", "a b", failed),
    ];
    assert.equal((move(others) as { lastTurn?: string }).lastTurn, undefined, "not in a row");
    const mixed = ["Calculator", "Search", "Calculator"].map((tool) => called(tool, "a b", failed));
    assert.equal((move(mixed) as { lastTurn?: string }).lastTurn, undefined, "not of one tool");
  });

  test("can be switched off", () => {
    assert.equal(last(["a b", "a b", "a b"], { guards: { ...GUARDS, failures: false } }), undefined);
  });

  test("says so in the step that it stopped", () => {
    const calls = ["a b", "a  b", "A b"].map((input) => called("Calculator", input, failed));
    const final = called("Final Answer", "I cannot.");
    const forced = { ...final, turn: { ...final.turn, forced_by: "failures" as const } };
    const { steps } = summarizeTranscript({ steps: [...calls, forced], end: undefined }, ["Calculator"]);
    assert.deepEqual(
      steps.map(({ guard }) => guard),
      [null, null, "stopped"],
    );
  });

  test("with on_limit fail the query ends there, by a name of its own", () => {
    const next = last(["a b", "a  b", "A b"], { limits: { on_limit: "fail" } });
    assert.ok(typeof next === "object" && next.type === "finish" && next.outcome.status === "failed");
    assert.deepEqual(next.outcome.error, {
      code: "no_progress",
      message:
        "The model made failing tool calls that differ only in trifles, and gave no final answer (guards.failures).",
    });
  });
});
