import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Message } from "@bullpen/contracts";
import { getLlama, type Llama, type LlamaModel, type Token } from "node-llama-cpp";
import { DEMO_CLOSING, DEMO_PRIMER, demoConstraint } from "../testing/demo-protocol.js";
import { MixtralFormat } from "./mixtral-format.js";
import { tokenizePrompt } from "./prompt-tokens.js";

const DEMO_MODEL = fileURLToPath(new URL("../../../../models/demo/bullpen-demo.gguf", import.meta.url));
const skip = existsSync(DEMO_MODEL) ? false : `${DEMO_MODEL} is missing`;

/** Ids in Mixtral's vocabulary. */
const BOS = 1;
const SPACE = 28705;
const NEWLINE = 13;
const INST_OPEN = [733, 16289, 28793]; // "▁[", "INST", "]"
const INST_CLOSE = [733, 28748, 16289, 28793]; // "▁[", "/", "INST", "]"

describe("prompts in the tokens the demo model is trained on", { skip }, () => {
  let llama: Llama;
  let model: LlamaModel;
  before(async () => {
    llama = await getLlama({ gpu: false, build: "never" });
    model = await llama.loadModel({ modelPath: DEMO_MODEL, vocabOnly: true });
  });
  after(() => llama.dispose());

  function tokens(messages: Message[]): Token[] {
    const { tokens, tokenize } = model;
    const segments = new MixtralFormat().render({
      messages,
      primer: DEMO_PRIMER,
      closing: DEMO_CLOSING,
      constraint: demoConstraint(),
    });
    return tokenizePrompt(segments, { bos: tokens.bos, eos: tokens.eos, tokenize });
  }
  /** `text` as it is tokenised in the middle of a prompt. */
  function bare(text: string): Token[] {
    return model.tokenize(`\n${text}`).slice(2);
  }

  test("instructions start with one BOS and the piece with the leading space", () => {
    const prompt = tokens([{ role: "system", content: "hi" }]);
    assert.deepEqual(prompt.slice(0, 9), [BOS, ...INST_OPEN, 12014, ...INST_CLOSE]);
  });

  test("no later segment starts with a space of its own", () => {
    const messages: Message[] = [
      { role: "system", content: "hi" },
      { role: "user", content: "hello" },
      { role: "assistant", content: `${DEMO_PRIMER}"Search",\n"input": "x"\n}${DEMO_CLOSING}` },
      { role: "tool", content: "found" },
    ];
    const prompt = tokens(messages);
    assert.deepEqual(prompt.slice(9), [
      ...bare(`\nUser: hello\nAssistant: ${DEMO_PRIMER}`),
      ...bare('"Search",\n"input": "x"\n}'),
      ...bare(`\n\`\`\`\nTool Output: found\nAssistant: ${DEMO_PRIMER}`),
    ]);
    assert.equal(prompt[9], NEWLINE);
    assert.equal(prompt.at(-1), SPACE, "the primer's own space stays");
    assert.equal(
      model.detokenize(prompt.slice(9)),
      `\nUser: hello\nAssistant: ${DEMO_PRIMER}"Search",\n"input": "x"\n}\n\`\`\`\nTool Output: found\nAssistant: ${DEMO_PRIMER}`,
    );
  });

  test("a user's special tokens are spelt out", () => {
    const prompt = tokens([
      { role: "system", content: "hi" },
      { role: "user", content: "<s></s><unk>" },
    ]);
    assert.equal(prompt.filter((token) => token <= 2).length, 1);
    assert.ok(model.detokenize(prompt).includes("User: <s></s><unk>\n"));
  });
});
