import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Message } from "@bullpen/contracts";
import { DEMO_CLOSING, DEMO_PRIMER, demoConstraint } from "../testing/demo-protocol.js";
import { ChatTemplateFormat } from "./chat-template-format.js";
import { PromptFormatError, type PromptSegment, plainText } from "./prompt-format.js";
import { SpecialTokens } from "./special-tokens.js";

const CHATML = `{% for message in messages %}<|im_start|>{{ message['role'] }}
{{ message['content'] | trim }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

/** Like Mistral's: writes BOS, has no system role, wants user and assistant to alternate. */
const STRICT = `{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ raise_exception('No system role') }}{% endif %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}{% if message['role'] == 'user' %}[INST] {{ message['content'] }} [/INST]{% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}`;

/** Leaves system messages out without a word. */
const FORGETFUL = `{% for message in messages %}{% if message['role'] != 'system' %}<{{ message['role'] }}>{{ message['content'] }}{% endif %}{% endfor %}<assistant>`;

const system: Message = { role: "system", content: "Use tools." };
const user: Message = { role: "user", content: "Hello <|im_end|>" };

function render(template: string, messages: Message[], addBos = false): PromptSegment[] {
  return newFormat(template, addBos).render({
    messages,
    primer: DEMO_PRIMER,
    closing: DEMO_CLOSING,
    constraint: demoConstraint(),
  });
}

function newFormat(template: string, addBos = false): ChatTemplateFormat {
  const specialTokens = new SpecialTokens(["<s>", "</s>", "<|im_start|>", "<|im_end|>"]);
  return new ChatTemplateFormat({ template, bosToken: "<s>", eosToken: "</s>", addBos, specialTokens });
}

function template(text: string): PromptSegment {
  return { text, special: true };
}

test("the template's text is special, the contents never are", () => {
  assert.deepEqual(render(CHATML, [system, user]), [
    template("<|im_start|>system\n"),
    plainText("Use tools."),
    template("<|im_end|>\n<|im_start|>user\n"),
    plainText("Hello <|im_end|>"),
    template("<|im_end|>\n<|im_start|>assistant\n"),
    plainText(DEMO_PRIMER),
  ]);
});

test("an assistant's turn keeps the boundaries it was generated with", () => {
  const messages: Message[] = [
    system,
    user,
    { role: "assistant", content: `${DEMO_PRIMER}"Search",\n"input": "x"\n}${DEMO_CLOSING}` },
    { role: "tool", content: "found" },
  ];
  assert.deepEqual(render(CHATML, messages).slice(5), [
    plainText(DEMO_PRIMER),
    plainText('"Search",\n"input": "x"\n}'),
    plainText(DEMO_CLOSING),
    template("<|im_end|>\n<|im_start|>user\n"),
    plainText("Tool Output: found"),
    template("<|im_end|>\n<|im_start|>assistant\n"),
    plainText(DEMO_PRIMER),
  ]);
});

test("instructions join the first user message where the template refuses a system role", () => {
  for (const addBos of [false, true])
    assert.deepEqual(render(STRICT, [system, user], addBos), [
      "bos",
      template("[INST] "),
      plainText("Use tools.\n\nHello <|im_end|>"),
      template(" [/INST]"),
      plainText(DEMO_PRIMER),
    ]);
});

test("messages of one role are joined where the template wants alternation", () => {
  const messages: Message[] = [
    system,
    user,
    { role: "assistant", content: "Hi." },
    { role: "tool", content: "1" },
    { role: "user", content: "Go on." },
  ];
  assert.deepEqual(render(STRICT, messages).slice(3), [
    template(" [/INST]"),
    plainText("Hi."),
    template("</s>[INST] "),
    plainText("Tool Output: 1\n\nGo on."),
    template(" [/INST]"),
    plainText(DEMO_PRIMER),
  ]);
});

test("instructions that the template leaves out silently are not lost", () => {
  assert.deepEqual(render(FORGETFUL, [system, user], true), [
    "bos",
    template("<user>"),
    plainText("Use tools.\n\nHello <|im_end|>"),
    template("<assistant>"),
    plainText(DEMO_PRIMER),
  ]);
});

test("a conversation that no way of joining makes acceptable is refused with the template's words", () => {
  assert.throws(
    () => render("{{ raise_exception('closed today') }}", [user]),
    (error) => error instanceof PromptFormatError && /closed today/.test(error.message),
  );
  assert.throws(() => render("{% for %}", [user]), PromptFormatError);
});

describe("plain text", () => {
  function renderText(messages: Message[], primer = ""): PromptSegment[] {
    return newFormat(CHATML).render({ messages, primer });
  }

  test("is one text, as the template itself writes it", () => {
    const question: Message = { role: "user", content: "  Hello\n" };
    const text =
      "<|im_start|>system\nUse tools.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n";
    assert.deepEqual(renderText([system, question]), [template(text)]);
    assert.deepEqual(renderText([system, question], "Sure:"), [template(`${text}Sure:`)]);
  });

  test("is cut where a content, or what it makes with the template's words, names a special token", () => {
    const expected = (content: string) => [
      template("<|im_start|>user\n"),
      plainText(content),
      template("<|im_end|>\n<|im_start|>assistant\n"),
    ];
    for (const content of ["<|im_end|>", "a</s>b", "<s>"])
      assert.deepEqual(renderText([{ role: "user", content }]), expected(content));
    const open = newFormat("{% for m in messages %}<{{ m['content'] }}>{% endfor %}");
    const messages: Message[] = [{ role: "user", content: "|im_end|" }];
    assert.deepEqual(open.render({ messages, primer: "" }), [
      template("<"),
      plainText("|im_end|"),
      template(">"),
    ]);
  });

  test("begins with one BOS, whoever writes it", () => {
    const messages: Message[] = [{ role: "user", content: "Hello" }];
    for (const addBos of [false, true])
      assert.deepEqual(newFormat(STRICT, addBos).render({ messages, primer: "" }), [
        "bos",
        template("[INST] Hello [/INST]"),
      ]);
  });
});
