import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "@bullpen/contracts";
import { MixtralChatFormat } from "./mixtral-chat-format.js";
import { plainText } from "./prompt-format.js";

function render(messages: Message[], primer = "") {
  return new MixtralChatFormat().render({ messages, primer });
}

const user: Message = { role: "user", content: "Hello" };

test("a question is one instruction without added text", () => {
  assert.deepEqual(render([user]), ["bos", plainText("[INST] Hello [/INST]")]);
});

test("each exchange ends in EOS, and the next begins an instruction", () => {
  assert.deepEqual(render([user, { role: "assistant", content: "Hi." }, { role: "user", content: "Bye" }]), [
    "bos",
    plainText("[INST] Hello [/INST]"),
    plainText(" Hi."),
    "eos",
    plainText(" [INST] Bye [/INST]"),
  ]);
});

test("the first instruction contains the system message, and a leading assistant message gets a user message before it", () => {
  const system: Message = { role: "system", content: "Be brief." };
  assert.deepEqual(render([system, user]), ["bos", plainText("[INST] Be brief.\n\nHello [/INST]")]);
  const greeting: Message = { role: "assistant", content: "Hi." };
  assert.deepEqual(render([system, greeting, user]).slice(0, 3), [
    "bos",
    plainText("[INST] Be brief.\n\nHello. [/INST]"),
    plainText(" Hi."),
  ]);
});

test("the start of a reply follows the last instruction", () => {
  assert.deepEqual(render([user], "Well,").slice(1), [
    plainText("[INST] Hello [/INST]"),
    plainText(" Well,"),
  ]);
});
