import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { actionConstraint } from "@bullpen/agent";
import { type JsonSchema, renderActionContinuation } from "@bullpen/contracts";
import { constraintGrammar, GrammarCache } from "@bullpen/llm";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import { getLlama, type Llama } from "node-llama-cpp";
import { verifies } from "../source-checks/requirements/requirements.js";
import { generatedSchemas } from "../testing/generated-schemas.js";
import { KINDS, NO_SCHEMAS } from "../testing/tool-schemas.js";

type Input = Record<string, unknown>;

describe("a tool's schema as a grammar", () => {
  let llama: Llama;
  before(async () => {
    llama = await getLlama({ gpu: false, build: "never" });
  });
  after(() => llama.dispose());

  const create = (grammar: string) => llama.createGrammar({ grammar });

  async function takes(schema: JsonSchema, inputs: readonly Input[]): Promise<Input | undefined> {
    const grammar = await create(constraintGrammar(actionConstraint([{ name: "t", inputSchema: schema }])));
    // A cast: the check exists on every grammar, but is left out of the published types.
    const { _testText } = grammar as unknown as { _testText(text: string): boolean };
    return inputs.find(
      (input) => !_testText.call(grammar, renderActionContinuation({ tool_name: "t", input })),
    );
  }

  /** Some schemas that are legal are too much for the validator. */
  function validates(schema: JsonSchema, input: Input): boolean {
    try {
      return validatorOf(schema)(input).valid;
    } catch {
      return true;
    }
  }

  function validatorOf(schema: JsonSchema) {
    return new AjvJsonSchemaValidator().getValidator(schema);
  }

  for (const [kind, [schema, ...inputs]] of Object.entries(KINDS)) {
    test(verifies(["grammar-open"], `takes what fits: ${kind}`), async () => {
      for (const input of inputs) {
        assert.ok(validates(schema, input), JSON.stringify(input));
      }
      assert.equal(JSON.stringify(await takes(schema, inputs)), undefined);
    });
  }

  test(
    verifies(["grammar-open"], "takes what fits, of schemas that are put together at random"),
    async () => {
      let tried = 0;
      for (const { schema, inputs } of generatedSchemas(400)) {
        const validate = validatorOf(schema);
        const fitting = inputs.filter((input) => validate(input).valid);
        tried += fitting.length;
        assert.equal(JSON.stringify(await takes(schema, fitting)), undefined, JSON.stringify(schema));
      }
      assert.ok(tried > 600, `${tried} inputs were tried`);
    },
  );

  test("a schema that is none leaves the other tools as they are, and is told by name", async () => {
    const good = { name: "good", inputSchema: { properties: { a: { type: "integer" } }, required: ["a"] } };
    for (const [i, inputSchema] of NO_SCHEMAS.entries()) {
      const told: string[] = [];
      const grammars = new GrammarCache({ create, onOpen: (name) => told.push(name) });
      const grammar = await grammars.for(actionConstraint([good, { name: "bad", inputSchema }]));
      const { _testText } = grammar as unknown as { _testText(text: string): boolean }; // as above
      const takesIt = (tool_name: string, input: Input) =>
        _testText.call(grammar, renderActionContinuation({ tool_name, input }));
      assert.ok(takesIt("good", { a: 1 }) && !takesIt("good", { a: "x" }), `schema ${i}`);
      assert.ok(told.every((name) => name === "bad"));
    }
  });
});
