import assert from "node:assert/strict";
import { test } from "node:test";
import { CALCULATOR, type ToolDefinition } from "@bullpen/contracts";
import { buildInstructions } from "./instructions.js";

const WEATHER: ToolDefinition = {
  name: "weather.forecast",
  queue: "weather.forecast",
  usage: "Tells tomorrow's weather.",
  exampleInput: { town: "Pellworth" },
  inputSchema: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: { town: { type: "string" } },
    required: ["town"],
  },
  crashPolicy: "rerun",
  timeoutMs: 1_000,
};

test("a tool that takes an object is described by its schema and an example", () => {
  const instructions = buildInstructions([CALCULATOR, WEATHER]);
  assert.ok(instructions.includes('"input" is a string, or an object for the tools that ask for one.'));
  assert.ok(
    instructions.includes(
      'fits this schema: {"type":"object","properties":{"town":{"type":"string"}},"required":["town"]}.',
    ),
  );
  assert.ok(instructions.includes('"tool_name": "weather.forecast",\n"input": {"town":"Pellworth"}\n}'));
});

test("a tool without an example is described without one", () => {
  const { exampleInput: _, ...tool } = WEATHER;
  const instructions = buildInstructions([tool]);
  assert.match(instructions, /weather\.forecast: Tells tomorrow's weather\. .*\}\.\n\nFinal Answer: /);
});

test("without such a tool both values are strings", () => {
  assert.ok(buildInstructions([CALCULATOR]).includes("and both values are strings."));
});
