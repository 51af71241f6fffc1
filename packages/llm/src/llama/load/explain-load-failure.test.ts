import assert from "node:assert/strict";
import { test } from "node:test";
import { explainLoadFailure } from "./explain-load-failure.js";

function explain(...said: string[]): string {
  const attempt = { modelPath: "/m/x.gguf", slots: 1, contextTokensPerSlot: 1_024, said };
  return explainLoadFailure(new Error("Failed to load model"), attempt).message;
}

test("a Mixtral in the format of before April 2024 is named as old, not as broken", () => {
  const message = explain(
    "llama_model_load: error loading model: missing tensor 'blk.0.ffn_down_exps.weight'",
    "llama_model_load_from_file_impl: failed to load model",
  );
  assert.match(message, /could not be loaded \(missing tensor 'blk\.0\.ffn_down_exps\.weight'\)/);
  assert.match(message, /take a newer conversion, such as mixtral-8x7b-instruct/);
});

test("another missing tensor means a broken file", () => {
  assert.match(
    explain("llama_model_load: error loading model: missing tensor 'blk.3.ffn_down.weight'"),
    /Download it again/,
  );
});
