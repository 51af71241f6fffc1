import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ChatMessage } from "./chat-messages.js";
import { ChatTemplate, type RenderedConversation } from "./chat-template.js";
import { PromptFormatError } from "./prompt-format.js";

const ALTERNATE = (from: string) =>
  `{%- for m in ${from} -%}{%- if (m.role == 'user') != (loop.index0 % 2 == 0) -%}{{ raise_exception('roles must alternate') }}{%- endif -%}`;
const SPLIT_SYSTEM = `{%- if messages[0].role == 'system' -%}{%- set sys = messages[0].content -%}{%- set talk = messages[1:] -%}{%- else -%}{%- set sys = '' -%}{%- set talk = messages -%}{%- endif -%}`;

/** What the templates of well-known families ask of a conversation, each in as few words as do it. */
const FAMILIES: Readonly<Record<string, string>> = {
  "ChatML: any order": `{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n`,
  "Mixtral: no system, strict turns": `{{ bos_token }}${ALTERNATE("messages")}{%- if m.role == 'user' -%}[INST] {{ m.content }} [/INST]{%- elif m.role == 'assistant' -%}{{ m.content }}</s>{%- else -%}{{ raise_exception('only user and assistant roles') }}{%- endif -%}{%- endfor -%}`,
  "Llama 2: system in the first user's turn": `${SPLIT_SYSTEM}${ALTERNATE("talk")}{%- if m.role == 'user' -%}{{ bos_token }}[INST] {% if loop.first and sys %}<<SYS>>{{ sys }}<</SYS>>{% endif %}{{ m.content | trim }} [/INST]{%- else -%}{{ m.content | trim }}</s>{%- endif -%}{%- endfor -%}`,
  "Llama 3: headers, the user first": `${SPLIT_SYSTEM}{%- if talk[0].role != 'user' -%}{{ raise_exception('the first message must be the user\\'s') }}{%- endif -%}{%- for m in messages -%}<|start_header_id|>{{ m.role }}<|end_header_id|>{{ m.content | trim }}<|eot_id|>{%- endfor -%}<|start_header_id|>assistant<|end_header_id|>`,
  "Gemma: system refused, strict turns": `{{ bos_token }}{%- if messages[0].role == 'system' -%}{{ raise_exception('System role not supported') }}{%- endif -%}${ALTERNATE("messages")}<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}\n{{ m.content | trim }}<end_of_turn>\n{%- endfor -%}<start_of_turn>model\n`,
  "Phi-3: what it does not know is left out": `{{ bos_token }}{%- for m in messages -%}{%- if m.role == 'user' -%}<|user|>{{ m.content }}<|end|><|assistant|>{%- elif m.role == 'assistant' -%}{{ m.content }}<|end|>{%- endif -%}{%- endfor -%}`,
  "Vicuna: system at the head, strict turns": `${SPLIT_SYSTEM}{{ sys }}${ALTERNATE("talk")}{%- if m.role == 'user' %} USER: {{ m.content }}{% else %} ASSISTANT: {{ m.content }}</s>{%- endif -%}{%- endfor %} ASSISTANT:`,
  "a user is demanded": `{%- set seen = namespace(user=false) -%}{%- for m in messages -%}{%- if m.role == 'user' -%}{%- set seen.user = true -%}{%- endif -%}{%- endfor -%}{%- if not seen.user -%}{{ raise_exception('No user query found') }}{%- endif -%}{%- for m in messages -%}<{{ m.role }}>{{ m.content }}{%- endfor -%}<assistant>`,
  "tools must be a list": `{%- if tools | length > 0 -%}{{ tools }}{%- endif -%}{%- for m in messages -%}<{{ m.role }}>{{ m.content }}{%- endfor -%}<assistant>`,
  "contents in parts": `{%- for m in messages -%}<{{ m.role }}>{%- for part in m.content -%}{%- if part.type == 'text' -%}{{ part.text }}{%- endif -%}{%- endfor -%}{%- endfor -%}<assistant>`,
  "system only at the head": `{%- for m in messages -%}{%- if m.role == 'system' and not loop.first -%}{{ raise_exception('System message must be at the beginning') }}{%- endif -%}<{{ m.role }}>{{ m.content }}{%- endfor -%}<assistant>`,
};

/** Every order of up to four roles, each message with a content of its own. */
function conversations(): ChatMessage[][] {
  const roles = ["system", "user", "assistant"] as const;
  let orders: ChatMessage["role"][][] = [[]];
  const all: ChatMessage["role"][][] = [];
  for (let length = 1; length <= 4; length++) {
    orders = orders.flatMap((order) => roles.map((role) => [...order, role]));
    all.push(...orders);
  }
  return all.map((order) => order.map((role, index) => ({ role, content: `${role}-${index}.` })));
}

function render(template: string, messages: readonly ChatMessage[]): RenderedConversation {
  return new ChatTemplate({ template, bosToken: "<s>", eosToken: "</s>" }).render(messages);
}

describe("a conversation in any order of roles is taken whole", () => {
  for (const [family, template] of Object.entries(FAMILIES))
    test(family, () => {
      for (const messages of conversations()) {
        const { text, parts } = render(template, messages);
        const said = messages.map(({ role }) => role).join();
        for (const { content } of messages) assert.ok(text.includes(content), `${said}: ${content} is lost`);
        const talk = messages.filter(({ role }) => role !== "system").map(({ content }) => content);
        assert.deepEqual(
          talk.toSorted((a, b) => text.indexOf(a) - text.indexOf(b)),
          talk,
          `${said}: out of order`,
        );
        const joined = parts.map((part) => (typeof part === "string" ? part : part.content)).join("");
        assert.equal(joined, text, said);
      }
    });
});

test("a conversation that the template accepts is not changed", () => {
  const messages: ChatMessage[] = [
    { role: "assistant", content: "Hello!" },
    { role: "user", content: "Hi." },
    { role: "user", content: "Are you there?" },
    { role: "system", content: "Be brief." },
  ];
  const { parts } = render(FAMILIES["ChatML: any order"] ?? "", messages);
  assert.deepEqual(
    parts.filter((part) => typeof part !== "string"),
    messages,
  );
});

test("a user message is added before a leading assistant message where the template requires one", () => {
  const messages: ChatMessage[] = [
    { role: "system", content: "Be brief." },
    { role: "assistant", content: "Hello! What shall I calculate?" },
    { role: "user", content: "85 times 9443" },
  ];
  const { text } = render(FAMILIES["Mixtral: no system, strict turns"] ?? "", messages);
  assert.equal(
    text,
    "<s>[INST] Be brief.\n\nHello. [/INST]Hello! What shall I calculate?</s>[INST] 85 times 9443 [/INST]",
  );
});

test("the text contains the contents as the template writes them", () => {
  const { text, parts } = render("{% for m in messages %}<{{ m.content | trim }}>{% endfor %}", [
    { role: "user", content: " {{ 7 * 6 }} \n" },
  ]);
  assert.equal(text, "<{{ 7 * 6 }}>");
  assert.deepEqual(parts, ["<", { role: "user", content: " {{ 7 * 6 }} \n" }, ">"]);
});

test("a conversation that no shape makes acceptable is refused in the template's words", () => {
  for (const template of [
    "{{ raise_exception('closed today') }}",
    "{% if messages | length > 0 %}{{ raise_exception('closed today') }}{% endif %}",
  ])
    assert.throws(
      () => render(template, [{ role: "user", content: "Hello" }]),
      (error) => error instanceof PromptFormatError && /closed today\.$/.test(error.message),
    );
  assert.throws(() => render("{% for %}", []), PromptFormatError);
});
