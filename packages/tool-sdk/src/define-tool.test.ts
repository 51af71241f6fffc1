import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { defineTool } from "./define-tool.js";

const context = { signal: new AbortController().signal, fetch };

test("a tool with a JSON Schema is returned as it is, and its input is typed by the schema", () => {
  const tool = defineTool({
    name: "Repeat",
    description: "use it to repeat a text.",
    inputSchema: {
      type: "object",
      properties: {
        text: { type: "string" },
        times: { type: "integer" },
        unit: { enum: ["mm", "cm"] },
        marks: { type: "array", items: { type: "boolean" } },
      },
      required: ["text", "unit"],
    },
    example: { text: "again ", unit: "mm" },
    run({ text, times = 2, unit, marks }) {
      const kind: "mm" | "cm" = unit;
      const first: boolean | undefined = marks?.[0];
      return `${text.repeat(times)}${kind}${first ?? ""}`;
    },
  });
  assert.equal(tool.run({ text: "a", times: 3, unit: "cm" }, context), "aaacm");
  assert.deepEqual(tool.example, { text: "again ", unit: "mm" });
});

test("a tool without a schema takes a text", () => {
  const tool = defineTool({
    name: "Reverse",
    description: "use it to reverse a text.",
    example: "stressed",
    run: (text) => [...text].reverse().join(""),
  });
  assert.equal(tool.run("ab", context), "ba");
});

test("a zod schema becomes a JSON Schema, and its defaults and transformations apply", async () => {
  const tool = defineTool({
    name: "Convert",
    description: "use it to convert a length.",
    inputSchema: z.strictObject({ value: z.number().min(0), unit: z.string().default("m").transform(upper) }),
    example: { value: 1 },
    run: ({ value, unit }) => `${value.toFixed(1)} ${unit}`,
  });
  assert.deepEqual(tool.inputSchema, {
    type: "object",
    properties: { value: { type: "number", minimum: 0 }, unit: { type: "string", default: "m" } },
    required: ["value"],
    additionalProperties: false,
  });
  assert.equal(await tool.run({ value: 2 }, context), "2.0 M");
  await assert.rejects(
    async () => tool.run({ value: -1 }, context),
    /^Error: the input does not fit: value: .*>=0/,
  );
});

function upper(text: string): string {
  return text.toUpperCase();
}
