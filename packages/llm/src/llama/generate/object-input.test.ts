import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { actionSchema } from "@bullpen/contracts";
import { z } from "zod";
import { DEMO_PRIMER, demoConstraint } from "../../testing/demo-protocol.js";
import { loadNodeLlamaModel } from "../load/load-node-llama-model.js";

const DEMO = fileURLToPath(new URL("../../../../../models/demo/", import.meta.url));

const inputSchema = {
  type: "object",
  properties: { language: { enum: ["python"] }, exact: { type: "boolean" }, program: { type: "string" } },
  required: ["language", "exact", "program"],
};
const fits = z.strictObject({ language: z.literal("python"), exact: z.boolean(), program: z.string() });

test("a model that knows the Calculator's input as a text writes an object where the tool asks for one", async () => {
  const model = await loadNodeLlamaModel({
    modelPath: `${DEMO}bullpen-demo.gguf`,
    name: "demo",
    slots: 1,
    contextTokensPerSlot: 1_024,
    gpu: false,
  });
  try {
    const completion = await model.complete(
      {
        messages: [
          { role: "system", content: (await readFile(`${DEMO}instructions.txt`, "utf8")).trimEnd() },
          { role: "user", content: "what is 12 times 34?" },
        ],
        primer: DEMO_PRIMER,
        constraint: demoConstraint([{ name: "Calculator", inputSchema }, { name: "Search" }]),
        sampling: { temperature: 0, top_p: 1, top_k: 0, repetition_penalty: 1 },
        maxTokens: 200,
      },
      new AbortController().signal,
    );
    assert.equal(completion.finishReason, "stop");
    const opening = DEMO_PRIMER.slice(DEMO_PRIMER.indexOf("{"));
    const action = actionSchema.parse(JSON.parse(opening + completion.text));
    assert.equal(action.tool_name, "Calculator");
    fits.parse(action.input);
  } finally {
    await model.close();
  }
});
