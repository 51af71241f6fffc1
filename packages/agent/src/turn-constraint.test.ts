import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AgentJob,
  CALCULATOR,
  limitsSchema,
  renderActionContinuation,
  SEARCH,
  type Step,
  type ToolChoice,
} from "@bullpen/contracts";
import { nextMove } from "./next-move.js";
import { toolboxOf } from "./toolbox.js";
import { turnConstraint } from "./turn-constraint.js";

const caller_tools = [{ name: "forecast", parameters: { type: "object" } }, { name: "final_answer" }];
const FOUND = { tools: [CALCULATOR, SEARCH], missing: [] };
const LIMITS = limitsSchema.parse({});
const GUARDS = { repeats: true, failures: true };

function step(tool_name: string, input: string | Record<string, unknown>, observation?: string): Step {
  return {
    turn: {
      text: renderActionContinuation({ tool_name, input }),
      finish_reason: "stop",
      usage: { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1 },
      duration_ms: 1,
    },
    observation: observation === undefined ? undefined : { observation, is_error: false, duration_ms: 1 },
  };
}

type Case = Pick<AgentJob, "tool_choice" | "tool_mode"> & { steps?: Step[]; lastTurn?: "max_steps" };

/** The names that the next turn may begin with. */
function names({ steps = [], lastTurn, ...rest }: Case): string[] {
  const job = { tools: ["Calculator", "Search"], caller_tools, ...rest };
  const toolbox = toolboxOf(job, FOUND);
  const { alternatives } = turnConstraint(
    job,
    toolbox,
    { steps, end: undefined },
    lastTurn ? { lastTurn } : {},
  );
  return alternatives.map(([name]) => (name?.value.type === "constant" ? name.value.text : "any"));
}

const OWN = ["forecast", "final_answer"];
const ALL = ["Calculator", "Search", ...OWN];
const ANSWER = "Final Answer";

test("the choice of tools decides what a turn may be", () => {
  const required: ToolChoice = { mode: "required" };
  const cases: [Case, string[]][] = [
    [{}, [...ALL, ANSWER]],
    [{ tool_choice: { mode: "none" } }, [ANSWER]],
    [{ tool_choice: required }, ALL],
    [{ tool_choice: { mode: "required", named: "forecast" } }, ["forecast"]],
    [{ tool_choice: { mode: "auto", allowed: ["Search"] } }, ["Search", ANSWER]],
    [{ tool_choice: { mode: "required", allowed: ["Search", "forecast"] } }, ["Search", "forecast"]],
    // A call of Bullpen's tool is none of the caller's.
    [{ tool_choice: required, steps: [step("Calculator", "1", "1")] }, ALL],
    [{ tool_choice: required, tool_mode: "wait", steps: [step("forecast", {}, "sun")] }, [...ALL, ANSWER]],
    [{ lastTurn: "max_steps" }, [...OWN, ANSWER]],
    [{ lastTurn: "max_steps", tool_choice: required }, OWN],
    [{ lastTurn: "max_steps", tool_mode: "wait" }, [ANSWER]],
  ];
  for (const [input, expected] of cases) assert.deepEqual(names(input), expected, JSON.stringify(input));
});

test("a call of the caller's own tool ends the query, also at its last step", () => {
  const toolbox = toolboxOf({ caller_tools }, FOUND);
  const limits = { ...LIMITS, max_steps: 1 };
  const steps = [step("forecast", { town: "Oslo" })];
  assert.deepEqual(nextMove({ steps, end: undefined }, { limits, guards: GUARDS }, toolbox), {
    type: "finish",
    outcome: {
      status: "completed",
      answer: "",
      finish_reason: "tool_calls",
      tool_calls: [{ step: 0, name: "forecast", arguments: '{"town":"Oslo"}' }],
    },
  });
});

test("the model is told that arguments are an object", () => {
  const toolbox = toolboxOf({ caller_tools }, FOUND);
  const rules = { limits: LIMITS, guards: GUARDS };
  const move = nextMove({ steps: [step("forecast", "Oslo")], end: undefined }, rules, toolbox);
  assert.ok(move.type === "observe" && /must be a JSON object/.test(move.result.observation), move.type);
});

test("the answer's own name is the answer beside a tool that is spelt like it", () => {
  const toolbox = toolboxOf({ caller_tools }, FOUND);
  const rules = { limits: LIMITS, guards: GUARDS };
  const move = nextMove({ steps: [step(ANSWER, "It rains.")], end: undefined }, rules, toolbox);
  assert.deepEqual(move, { type: "finish", outcome: { status: "completed", answer: "It rains." } });
});
