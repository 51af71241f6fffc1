import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTION_PRIMER, type JsonSchema, samplingSchema } from "@bullpen/contracts";
import { toChatRequest } from "./openai-request.js";

/** The schema that a server is asked to hold an action to. */
function schemaFor(tools: { name: string; inputSchema?: JsonSchema }[]) {
  const body = toChatRequest(
    {
      messages: [{ role: "user", content: "?" }],
      primer: ACTION_PRIMER,
      format: "action",
      tools,
      sampling: samplingSchema.parse({}),
      maxTokens: 10,
    },
    {
      model: "m",
      dialect: { structuredOutput: "guided_json", extensions: true, systemRole: true, fullTopP: true },
      maxTokens: 10,
    },
  );
  assert.ok("guided_json" in body);
  return body.guided_json;
}

function shape(names: string[], input: object) {
  return {
    type: "object",
    properties: { tool_name: { type: "string", enum: names }, input },
    required: ["tool_name", "input"],
    additionalProperties: false,
  };
}

test("texts share one shape, and each tool with a schema has its own", () => {
  const inputSchema = { $schema: "http://json-schema.org/draft-07/schema#", type: "object", properties: {} };
  assert.deepEqual(schemaFor([{ name: "Search" }, { name: "now", inputSchema }]), {
    anyOf: [
      shape(["Search", "Final Answer"], { type: "string" }),
      shape(["now"], { type: "object", properties: {} }),
    ],
  });
});

test("a schema with references, which lead astray inside another, stands for any object", () => {
  const inputSchema = { type: "object", properties: { a: { $ref: "#/$defs/a" } }, $defs: { a: {} } };
  assert.deepEqual(schemaFor([{ name: "tree", inputSchema }]), {
    anyOf: [shape(["Final Answer"], { type: "string" }), shape(["tree"], { type: "object" })],
  });
});
