import assert from "node:assert/strict";
import { test } from "node:test";
import { choosePromptFormats, type PromptTraits } from "./choose-prompt-format.js";
import { PromptFormatError } from "./prompt-format.js";
import { SpecialTokens } from "./special-tokens.js";

const dense: PromptTraits = {
  architecture: "llama",
  expertCount: 0,
  chatTemplate: "<|im_start|>{{ messages[0]['content'] }}",
  hasInstructionToken: false,
  bosToken: "<s>",
  eosToken: "</s>",
  addBos: true,
  specialTokens: new SpecialTokens(["<s>", "</s>", "<|im_end|>"]),
};

test("auto chooses Mixtral's format for models of its shape or with its template", () => {
  const mixtral = { ...dense, expertCount: 8 };
  const mistral = { ...dense, chatTemplate: "[INST] {{ messages[0]['content'] }} [/INST]" };
  const bare = { ...dense, chatTemplate: undefined };
  for (const traits of [mixtral, mistral, bare])
    assert.equal(choosePromptFormats("auto", traits).constrained.name, "mixtral");
});

test("auto chooses the template for all other models", () => {
  const llama2 = { ...dense, chatTemplate: "[INST] {# system #}{{ messages[0]['content'] }}" };
  const qwenMoe = { ...dense, architecture: "qwen3moe", expertCount: 128 };
  const tokenOfItsOwn = { ...dense, expertCount: 8, hasInstructionToken: true };
  assert.equal(choosePromptFormats("auto", dense).constrained.name, "chat-template");
  assert.equal(choosePromptFormats("auto", qwenMoe).constrained.name, "chat-template");
  assert.equal(choosePromptFormats("auto", tokenOfItsOwn).constrained.name, "chat-template");
  assert.equal(choosePromptFormats("auto", llama2).constrained.name, "chat-template");
});

test("a choice overrides the file", () => {
  assert.equal(choosePromptFormats("mixtral", dense).constrained.name, "mixtral");
  assert.equal(
    choosePromptFormats("chat-template", { ...dense, expertCount: 8 }).constrained.name,
    "chat-template",
  );
  assert.throws(
    () => choosePromptFormats("chat-template", { ...dense, chatTemplate: undefined }),
    PromptFormatError,
  );
});

test("plain text uses the file's own template if it has a readable one", () => {
  const mixtral = { ...dense, expertCount: 8 };
  const cases: [choice: "auto" | "mixtral", traits: PromptTraits, expected: string][] = [
    ["auto", mixtral, "chat-template"],
    ["auto", { ...mixtral, chatTemplate: "{% for %}" }, "mixtral"],
    ["auto", { ...dense, chatTemplate: undefined }, "mixtral"],
    ["mixtral", mixtral, "mixtral"],
    ["auto", dense, "chat-template"],
  ];
  for (const [choice, traits, expected] of cases)
    assert.equal(choosePromptFormats(choice, traits).text.name, expected);
});

test("the special token that a template puts after a reply ends it", () => {
  const chatTemplate =
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}<|im_end|>\n{% endfor %}<assistant>";
  assert.equal(choosePromptFormats("auto", { ...dense, chatTemplate }).endOfReply, "<|im_end|>");
  assert.equal(choosePromptFormats("auto", dense).endOfReply, undefined);
});
