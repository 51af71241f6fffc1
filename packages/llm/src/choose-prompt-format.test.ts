import assert from "node:assert/strict";
import { test } from "node:test";
import { choosePromptFormat, type PromptTraits } from "./choose-prompt-format.js";
import { PromptFormatError } from "./prompt-format.js";

const dense: PromptTraits = {
  architecture: "llama",
  expertCount: 0,
  chatTemplate: "<|im_start|>{{ messages[0]['content'] }}",
  hasInstructionToken: false,
  bosToken: "<s>",
  eosToken: "</s>",
  addBos: true,
};

test("auto gives Mixtral's format to what is shaped or written like it", () => {
  const mixtral = { ...dense, expertCount: 8 };
  const mistral = { ...dense, chatTemplate: "[INST] {{ messages[0]['content'] }} [/INST]" };
  const bare = { ...dense, chatTemplate: undefined };
  for (const traits of [mixtral, mistral, bare])
    assert.equal(choosePromptFormat("auto", traits).name, "mixtral");
});

test("auto gives the template to all others", () => {
  const llama2 = { ...dense, chatTemplate: "[INST] {# system #}{{ messages[0]['content'] }}" };
  const qwenMoe = { ...dense, architecture: "qwen3moe", expertCount: 128 };
  const tokenOfItsOwn = { ...dense, expertCount: 8, hasInstructionToken: true };
  assert.equal(choosePromptFormat("auto", dense).name, "chat-template");
  assert.equal(choosePromptFormat("auto", qwenMoe).name, "chat-template");
  assert.equal(choosePromptFormat("auto", tokenOfItsOwn).name, "chat-template");
  assert.equal(choosePromptFormat("auto", llama2).name, "chat-template");
});

test("a choice overrides the file", () => {
  assert.equal(choosePromptFormat("mixtral", dense).name, "mixtral");
  assert.equal(choosePromptFormat("chat-template", { ...dense, expertCount: 8 }).name, "chat-template");
  assert.throws(
    () => choosePromptFormat("chat-template", { ...dense, chatTemplate: undefined }),
    PromptFormatError,
  );
});
