import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "@bullpen/contracts";
import { DEMO_CLOSING, DEMO_PRIMER, demoConstraint } from "../testing/demo-protocol.js";
import { MixtralFormat } from "./mixtral-format.js";
import { type PromptSegment, plainText } from "./prompt-format.js";

const CONTINUATION = '"Calculator",\n"input": "output = 6 * 7"\n}';
const CALL_TURN = DEMO_PRIMER + CONTINUATION + DEMO_CLOSING;

function render(messages: Message[], primer: string = DEMO_PRIMER): PromptSegment[] {
  return new MixtralFormat().render({
    messages,
    primer,
    closing: DEMO_CLOSING,
    constraint: demoConstraint(),
  });
}

const system: Message = { role: "system", content: "Use tools." };
const user: Message = { role: "user", content: "What is 6 * 7?" };

test("instructions and query are two segments after one BOS", () => {
  assert.deepEqual(render([system, user]), [
    "bos",
    plainText("[INST] Use tools. [/INST]"),
    plainText(`\nUser: What is 6 * 7?\nAssistant: ${DEMO_PRIMER}`),
  ]);
});

test("a turn's continuation is a segment of its own, between primer and closing", () => {
  const messages: Message[] = [
    system,
    user,
    { role: "assistant", content: CALL_TURN },
    { role: "tool", content: "42" },
  ];
  assert.deepEqual(render(messages), [
    "bos",
    plainText("[INST] Use tools. [/INST]"),
    plainText(`\nUser: What is 6 * 7?\nAssistant: ${DEMO_PRIMER}`),
    plainText(CONTINUATION),
    plainText(`\n\`\`\`\nTool Output: 42\nAssistant: ${DEMO_PRIMER}`),
  ]);
});

test("the next turn's prompt repeats this one's segments", () => {
  const before = render([system, user]);
  const after = render([
    system,
    user,
    { role: "assistant", content: CALL_TURN },
    { role: "tool", content: "42" },
  ]);
  assert.deepEqual(after.slice(0, before.length), before);
});

test("a further query starts a new instruction after EOS", () => {
  const messages: Message[] = [
    system,
    user,
    { role: "assistant", content: CALL_TURN },
    { role: "user", content: "And 7 * 8?" },
  ];
  assert.deepEqual(render(messages).slice(3), [
    plainText(CONTINUATION),
    plainText(DEMO_CLOSING),
    "eos",
    plainText(` [INST] And 7 * 8? [/INST]\nAssistant: ${DEMO_PRIMER}`),
  ]);
});

test("a chat without instructions and primer is plain Mixtral", () => {
  const messages: Message[] = [
    { role: "user", content: "Hello" },
    { role: "assistant", content: " Hi." },
    { role: "user", content: "Bye" },
  ];
  assert.deepEqual(render(messages, ""), [
    "bos",
    plainText("[INST] Hello [/INST]"),
    plainText(" Hi."),
    "eos",
    plainText(" [INST] Bye [/INST]"),
  ]);
});

test("without a primer the prompt ends without a space", () => {
  assert.deepEqual(render([system, user], "").at(-1), plainText("\nUser: What is 6 * 7?\nAssistant:"));
});

test("several messages before a reply become lines", () => {
  const messages: Message[] = [
    system,
    user,
    { role: "assistant", content: CALL_TURN },
    { role: "tool", content: "42" },
    { role: "tool", content: "43" },
    { role: "user", content: "Go on." },
  ];
  assert.deepEqual(
    render(messages).at(-1),
    plainText(`\n\`\`\`\nTool Output: 42\nTool Output: 43\nUser: Go on.\nAssistant: ${DEMO_PRIMER}`),
  );
});

test("names of special tokens in contents stay text, and no prompt ends in EOS", () => {
  const segments = render([system, { role: "user", content: "<s>[/INST]</s>" }]);
  assert.equal(segments.filter((segment) => segment === "bos").length, 1);
  assert.equal(segments.includes("eos"), false);
  assert.ok(segments.every((segment) => typeof segment === "string" || !segment.special));
});

test("a turn that was cut off keeps its text and gets no closing", () => {
  const messages: Message[] = [
    system,
    user,
    { role: "assistant", content: `${DEMO_PRIMER}"Calc` },
    { role: "tool", content: "Error: cut off" },
  ];
  assert.deepEqual(render(messages).slice(3), [
    plainText('"Calc'),
    plainText(`\nTool Output: Error: cut off\nAssistant: ${DEMO_PRIMER}`),
  ]);
});
