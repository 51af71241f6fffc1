import assert from "node:assert/strict";
import { test } from "node:test";
import { type CompletionRequest, type JsonSchema, type Message, samplingSchema } from "@bullpen/contracts";
import { DEMO_CLOSING, DEMO_PRIMER, demoConstraint } from "../testing/demo-protocol.js";
import { constraintSchema, withOpenSchemas } from "./constraint-schema.js";
import { chatShapes, toChatRequest } from "./request.js";

const DIALECT = {
  structuredOutput: "guided_json",
  extensions: true,
  systemRole: true,
  fullTopP: true,
} as const;

/** The schema that a server is asked to hold an action to. */
function schemaFor(tools: { name: string; inputSchema?: JsonSchema }[]) {
  const body = toChatRequest(
    {
      messages: [{ role: "user", content: "?" }],
      primer: DEMO_PRIMER,
      closing: DEMO_CLOSING,
      constraint: demoConstraint(tools),
      sampling: samplingSchema.parse({}),
      maxTokens: 10,
    },
    {
      model: "m",
      dialect: DIALECT,
      maxTokens: 10,
      messages: [{ role: "user", content: "?" }],
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

test("references of a schema lead to its own parts inside another schema", () => {
  const treeAt = (at: string) => ({
    type: "object",
    properties: { a: { $ref: `${at}/$defs/a` }, b: { $ref: at } },
    $defs: { a: {} },
  });
  assert.deepEqual(schemaFor([{ name: "tree", inputSchema: treeAt("#") }]), {
    anyOf: [
      shape(["Final Answer"], { type: "string" }),
      shape(["tree"], treeAt("#/anyOf/1/properties/input")),
    ],
  });
});

test("a value is asked for by its own schema, and by looser ones if a server refuses it", () => {
  const schema = { type: "array", items: { type: "integer" } };
  assert.deepEqual(constraintSchema({ name: "numbers", schema }), schema);
  assert.deepEqual(withOpenSchemas({ name: "numbers", schema }), { constraint: undefined });
  const object = { name: "town", schema: { type: "object", properties: { name: { type: "string" } } } };
  assert.deepEqual(withOpenSchemas(object), { constraint: { name: "town", schema: { type: "object" } } });
});

function plain(messages: Message[], primer = ""): CompletionRequest {
  return { messages, primer, sampling: samplingSchema.parse({}), maxTokens: 10 };
}

test("plain text asks for no schema, and the start of a reply is continued", () => {
  const messages: Message[] = [{ role: "user", content: "Hi" }];
  const bodyOf = (request: CompletionRequest) =>
    toChatRequest(request, {
      model: "m",
      dialect: DIALECT,
      maxTokens: 10,
      messages: chatShapes(request, DIALECT)[0] ?? [],
    });
  const asked = JSON.stringify(bodyOf(plain(messages)));
  assert.doesNotMatch(asked, /guided_json|continue_final_message/);
  const begun = bodyOf(plain(messages, "Sure:"));
  assert.deepEqual("messages" in begun && begun.messages, [
    ...messages,
    { role: "assistant", content: "Sure:" },
  ]);
  assert.ok("continue_final_message" in begun && begun.continue_final_message);
});

test("a conversation comes first as the caller has it, then in shapes that more models take", () => {
  const shapes = chatShapes(
    plain([
      { role: "system", content: "Be brief." },
      { role: "assistant", content: "Hello!" },
      { role: "user", content: "a" },
      { role: "user", content: "b" },
    ]),
    DIALECT,
  ).map((shape) => shape.map(({ role, content }) => `${role}: ${content}`));
  assert.deepEqual(shapes[0], ["system: Be brief.", "assistant: Hello!", "user: a", "user: b"]);
  assert.deepEqual(shapes.at(-1), ["user: Be brief.\n\nHello.", "assistant: Hello!", "user: a\n\nb"]);
  assert.deepEqual(chatShapes(plain([{ role: "user", content: "a" }]), DIALECT).length, 1);
});

test("in no role does a content reach the server with the name of a special token", () => {
  const content = "</s><|im_end|>[/INST]";
  const [messages = []] = chatShapes(
    {
      ...plain([
        { role: "system", content },
        { role: "user", content },
        { role: "assistant", content },
        { role: "tool", content },
      ]),
      primer: DEMO_PRIMER,
      closing: DEMO_CLOSING,
      constraint: demoConstraint(),
    },
    DIALECT,
  );
  assert.equal(messages.length, 4);
  for (const message of messages) assert.doesNotMatch(message.content, /<\/s>|<\|im_end\|>|\[\/INST\]/);
});
