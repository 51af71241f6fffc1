import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTION_PRIMER, objectOpening, renderActionContinuation } from "@bullpen/contracts";
import { actionConstraint, answerConstraint, continuesQuery } from "./action-constraint.js";

const schema = { type: "object", properties: { town: { type: "string" } } };

test("an action is a call of one of the tools, with an input of its form, or the final answer", () => {
  const { alternatives } = actionConstraint([{ name: "Search" }, { name: "forecast", inputSchema: schema }]);
  assert.deepEqual(
    alternatives.map((shape) => shape.map(({ value }) => value)),
    [
      [{ type: "constant", text: "Search" }, { type: "string" }],
      [
        { type: "constant", text: "forecast" },
        { type: "object", schema },
      ],
      [{ type: "constant", text: "Final Answer" }, { type: "string" }],
    ],
  );
});

test("without tools any name is taken", () => {
  const { alternatives, fallback } = actionConstraint([]);
  assert.deepEqual(alternatives, [fallback]);
  assert.deepEqual(fallback[0]?.value, { type: "string", minLength: 1, maxLength: 64 });
});

test("the primer opens the object of the constraint", () => {
  const [name] = answerConstraint().alternatives[0] ?? [];
  assert.ok(name && ACTION_PRIMER.endsWith(objectOpening(name.key)));
});

test("a query goes on after a call and ends with the final answer", () => {
  assert.equal(continuesQuery(renderActionContinuation({ tool_name: "Search", input: "x" })), true);
  assert.equal(continuesQuery(renderActionContinuation({ tool_name: "Final Answer", input: "x" })), false);
});
