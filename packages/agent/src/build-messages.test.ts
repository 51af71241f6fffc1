import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { ACTION_PRIMER, BUILT_IN_TOOLS, CALCULATOR, SEARCH } from "@bullpen/contracts";
import { buildMessages } from "./build-messages.js";
import { buildInstructions } from "./instructions.js";

test("the demo model was trained on the instructions that the agent sends", async () => {
  const trained = await readFile(new URL("../../../models/demo/instructions.txt", import.meta.url), "utf8");
  assert.equal(`${buildInstructions(BUILT_IN_TOOLS)}\n`, trained);
});

test("the instructions name the tools that the query may use, and no others", () => {
  const instructions = buildInstructions([SEARCH]);
  assert.ok(instructions.includes("Search:") && instructions.includes("Final Answer:"));
  assert.ok(!instructions.includes(CALCULATOR.name));
});

test("turns, observations and corrections follow the query in order", () => {
  const usage = { prompt_tokens: 1, cached_tokens: 0, completion_tokens: 1 };
  const turn = (text: string) => ({ text, finish_reason: "stop" as const, usage, duration_ms: 1 });
  const messages = buildMessages({ query: "How many?" }, BUILT_IN_TOOLS, {
    steps: [
      { turn: turn("hm"), observation: undefined },
      {
        turn: turn('"Search",\n"input": "x"\n}'),
        observation: { observation: "seven", is_error: false, duration_ms: 1 },
      },
    ],
    end: undefined,
  });
  assert.deepEqual(messages.slice(1), [
    { role: "user", content: "How many?" },
    { role: "assistant", content: `${ACTION_PRIMER}hm\n\`\`\`` },
    {
      role: "tool",
      content: 'Error: your reply was not a JSON object with exactly the keys "tool_name" and "input".',
    },
    { role: "assistant", content: `${ACTION_PRIMER}"Search",\n"input": "x"\n}\n\`\`\`` },
    { role: "tool", content: "seven" },
  ]);
});

test("a caller's own instructions follow the agent's, and earlier answers are written as the agent gives them", () => {
  const messages = buildMessages(
    {
      query: "And twice that?",
      system: "Be brief.",
      history: [
        { role: "user", content: "What is 2 + 2?" },
        { role: "assistant", content: "4" },
      ],
    },
    BUILT_IN_TOOLS,
    { steps: [], end: undefined },
  );
  assert.equal(messages[0]?.content, `${buildInstructions(BUILT_IN_TOOLS)}\n\nBe brief.`);
  assert.deepEqual(messages.slice(1), [
    { role: "user", content: "What is 2 + 2?" },
    { role: "assistant", content: `${ACTION_PRIMER}"Final Answer",\n"input": "4"\n}\n\`\`\`` },
    { role: "user", content: "And twice that?" },
  ]);
});
