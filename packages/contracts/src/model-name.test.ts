import assert from "node:assert/strict";
import { test } from "node:test";
import { modelNameOf, modelNameSchema, servedModelName } from "./model-name.js";

test("a model's name comes from its alias, path or URI, and always fits a queue's name", () => {
  const names: [string, string][] = [
    ["demo", "demo"],
    ["/models/Mixtral-8x7B-Instruct-v0.1.Q4_K_M.gguf", "mixtral-8x7b-instruct-v0.1.q4_k_m"],
    ["hf:TheBloke/Mixtral-8x7B-Instruct-v0.1-GGUF:Q4_K_M", "q4_k_m"],
    ["hf:user/repo/My Model (1).gguf", "my-model-1-"],
    ["C:\\models\\A.gguf", "a"],
    ["///", "model"],
  ];
  for (const [model, name] of names) {
    assert.equal(modelNameOf(model), name);
    assert.ok(modelNameSchema.safeParse(name).success);
  }
});

test("the model is named by MODEL_NAME, else by its server's name for it, else by its file", () => {
  const MODEL = "/models/a.gguf";
  assert.equal(servedModelName({ MODEL }), "a");
  assert.equal(servedModelName({ MODEL, LLM_MODEL: "org/Model-B" }), "model-b");
  assert.equal(servedModelName({ MODEL, LLM_MODEL: "org/Model-B", MODEL_NAME: "c" }), "c");
});
