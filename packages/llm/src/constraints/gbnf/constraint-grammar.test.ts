import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type JsonSchema, renderActionContinuation, type ToolInput } from "@bullpen/contracts";
import { getLlama, type Llama } from "node-llama-cpp";
import { type DemoTool, demoConstraint } from "../../testing/demo-protocol.js";
import { constraintGrammar } from "./constraint-grammar.js";
import { forXgrammar } from "./for-xgrammar.js";
import { GrammarCache } from "./grammar-cache.js";

const FORECAST: JsonSchema = {
  type: "object",
  properties: {
    town: { type: "string" },
    days: { type: "integer" },
    unit: { enum: ["C", 'F "old"'] },
    tags: { type: "array", items: { type: "string" }, minItems: 1, maxItems: 2 },
    wind: { type: ["number", "null"] },
  },
  required: ["town", "tags"],
};
const TOOLS: readonly DemoTool[] = [{ name: "Calculator" }, { name: "forecast", inputSchema: FORECAST }];

describe("constraintGrammar", () => {
  let llama: Llama;
  before(async () => {
    llama = await getLlama({ gpu: false, build: "never" });
  });
  after(() => llama.dispose());

  /** Whether llama.cpp takes a whole action under the grammar of `tools`. */
  async function takes(tools: readonly DemoTool[], tool_name: string, input: ToolInput): Promise<boolean> {
    return takesText(
      constraintGrammar(demoConstraint(tools)),
      renderActionContinuation({ tool_name, input }),
    );
  }

  test("for xgrammar the same strings are taken, and bounded ones without escapes", async () => {
    const bounded: JsonSchema = {
      type: "object",
      properties: { code: { type: "string", minLength: 2, maxLength: 3 }, "char{1,2}": { type: "string" } },
      required: ["code"],
    };
    const plain = constraintGrammar(demoConstraint([...TOOLS, { name: "b", inputSchema: bounded }]));
    const quick = forXgrammar(plain);
    assert.doesNotMatch(quick, /char\*|[^"]char\{\d/);
    const inputs: [tool: string, input: ToolInput][] = [
      ["Calculator", ""],
      ["Calculator", 'a "b" \\ \n \u00e9 \ud83d\ude00'],
      ["forecast", { town: 'S"t', tags: ["x"], wind: -1.5 }],
      ["b", { code: "abc", "char{1,2}": "\t" }],
    ];
    for (const [tool_name, input] of inputs)
      for (const grammar of [plain, quick])
        assert.ok(await takesText(grammar, renderActionContinuation({ tool_name, input })), tool_name);
    for (const wrong of ['"Calculator",\n"input": "a"b"\n}', '"Calculator",\n"input": "\\x"\n}'])
      assert.ok(!(await takesText(quick, wrong)), wrong);
    for (const code of ["a", "abcd", 'a"b'])
      assert.ok(
        !(await takesText(quick, renderActionContinuation({ tool_name: "b", input: { code } }))),
        code,
      );
  });

  async function takesText(gbnf: string, text: string): Promise<boolean> {
    const grammar = await llama.createGrammar({ grammar: gbnf });
    // A cast: the check exists on every grammar, but is left out of the published types.
    return (grammar as unknown as { _testText(text: string): boolean })._testText(text);
  }

  async function takesInput(schema: JsonSchema, input: ToolInput): Promise<boolean> {
    return takes([{ name: "tool", inputSchema: schema }], "tool", input);
  }

  test("each tool has an input of its own form", async () => {
    const good = { town: "Port Lindow", days: -3, tags: ["a", "naïve 日本 \n"], wind: null };
    assert.equal(await takes(TOOLS, "forecast", good), true);
    assert.equal(await takes(TOOLS, "forecast", "tomorrow"), false);
    assert.equal(await takes(TOOLS, "Calculator", "output = 1"), true);
    assert.equal(await takes(TOOLS, "Calculator", good), false);
    assert.equal(await takes(TOOLS, "Final Answer", "Rain."), true);
    assert.equal(await takes(TOOLS, "Oracle", "?"), false);
  });

  test("properties are required, optional, typed and listed as the schema says", async () => {
    const refused: ToolInput[] = [
      { town: "x" },
      { tags: ["a"], days: 1 },
      { town: 7, tags: ["a"] },
      { town: "x", days: 1.5, tags: ["a"] },
      { town: "x", unit: "K", tags: ["a"] },
      { town: "x", tags: [] },
      { town: "x", tags: ["a", "b", "c"] },
      { town: "x", tags: ["a"], more: 1 },
    ];
    for (const input of refused)
      assert.equal(await takesInput(FORECAST, input), false, JSON.stringify(input));
    assert.equal(await takesInput(FORECAST, { town: "x", unit: 'F "old"', tags: ["a"] }), true);
    assert.equal(await takesInput(FORECAST, { tags: ["a"], town: "x" }), false, "the schema's order");
  });

  test("an indented object is taken", async () => {
    const schema = { properties: { a: { type: "boolean" }, b: { type: "number" } } };
    const tools = [{ name: "t", inputSchema: schema }];
    assert.equal(
      await takesText(
        constraintGrammar(demoConstraint(tools)),
        '"t",\n"input": {\n  "a": true,\n  "b": 1e3\n}\n}',
      ),
      true,
    );
    for (const input of [{}, { a: true }, { b: 0.5 }, { a: false, b: -1 }]) {
      assert.equal(await takesInput(schema, input), true, JSON.stringify(input));
    }
  });

  test("references, also to themselves, choices and maps are followed", async () => {
    const tree = {
      type: "object",
      properties: { node: { $ref: "#/$defs/node" } },
      required: ["node"],
      $defs: {
        node: {
          type: "object",
          properties: {
            value: { anyOf: [{ type: "string" }, { const: 0 }] },
            next: { $ref: "#/$defs/node" },
          },
          required: ["value"],
        },
      },
    };
    assert.equal(await takesInput(tree, { node: { value: "a", next: { value: 0 } } }), true);
    assert.equal(await takesInput(tree, { node: { value: 1 } }), false);
    const map = { properties: { env: { type: "object", additionalProperties: { type: "integer" } } } };
    assert.equal(await takesInput(map, { env: { a: 1, b: 2 } }), true);
    assert.equal(await takesInput(map, { env: { a: "x" } }), false);
  });

  test("a schema that a grammar cannot express accepts any value, one without properties any object", async () => {
    const anyObject = { a: [1, { b: null }], c: "d" };
    assert.equal(await takesInput({}, anyObject), true);
    assert.equal(await takesInput({ allOf: [{ required: ["a"] }] }, anyObject), true);
    assert.equal(await takesInput({}, "text"), false);
    const odd = {
      properties: {
        x: { allOf: [{ type: "string" }, { minLength: 1 }] },
        y: { $ref: "https://example.org" },
      },
    };
    assert.equal(await takesInput(odd, { x: [1], y: { z: 1 } }), true);
  });

  test("a schema that llama.cpp refuses falls back to any object, for its tool alone", async () => {
    const circle = { properties: { a: { $ref: "#/$defs/a" } }, $defs: { a: { $ref: "#/$defs/a" } } };
    const tools = [...TOOLS, { name: "t", inputSchema: circle }];
    const opened: string[] = [];
    const grammars = new GrammarCache({
      create: (grammar) => llama.createGrammar({ grammar }),
      onOpen: (name) => opened.push(name),
    });
    const constraint = demoConstraint(tools);
    const grammar = await grammars.for(constraint);
    assert.equal(
      grammar.grammar,
      constraintGrammar(constraint, (shape) => shape === constraint.alternatives[2]),
    );
    assert.deepEqual(opened, ["t"]);
    assert.equal(await grammars.for(demoConstraint([...tools])), grammar, "made once");
    assert.equal((await grammars.for(demoConstraint())).grammar, constraintGrammar(demoConstraint()));
  });

  test("lengths of strings are kept, and strings alone need no schema", async () => {
    assert.equal(await takes([], "Anything", "x"), true);
    assert.equal(await takes([], "n".repeat(64), "x"), true);
    assert.equal(await takes([], "n".repeat(65), "x"), false);
    assert.equal(await takes([], "", "x"), false);
    assert.equal(await takes([{ name: "Search" }], "Search", "x"), true);
    assert.equal(await takes([{ name: "Search" }], "Anything", "x"), false);
  });
});
