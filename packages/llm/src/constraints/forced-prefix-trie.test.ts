import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { renderActionContinuation } from "@bullpen/contracts";
import { getLlama, type Llama, type LlamaModel, type Token } from "node-llama-cpp";
import { tokenizeBare } from "../prompts/prompt-tokens.js";
import { demoConstraint } from "../testing/demo-protocol.js";
import { ForcedPrefixTries } from "./forced-prefix-trie.js";
import { ShapeGuide } from "./shape-guide.js";
import { TokenMasks } from "./token-mask.js";
import { Vocabulary } from "./vocabulary.js";

const DEMO_MODEL = fileURLToPath(new URL("../../../../models/demo/bullpen-demo.gguf", import.meta.url));
const skip = existsSync(DEMO_MODEL) ? false : `${DEMO_MODEL} is missing`;
const TOOLS = ["Calculator", "Search"];
const NAMES = [...TOOLS, "Final Answer"];

describe("the prefixes of shapes in Mixtral's tokens", { skip }, () => {
  let llama: Llama;
  let model: LlamaModel;
  before(async () => {
    llama = await getLlama({ gpu: false, build: "never" });
    model = await llama.loadModel({ modelPath: DEMO_MODEL, vocabOnly: true });
  });
  after(() => llama.dispose());

  function setUp() {
    const { detokenize, tokenize, tokens } = model;
    const tokenizer = { bos: tokens.bos, eos: tokens.eos, tokenize };
    const bare = (text: string) => tokenizeBare(text, false, tokenizer);
    const vocabulary = new Vocabulary<Token>({
      detokenize,
      anchor: tokenize("\n"),
      allTokens: () => model.iterateAllTokens(),
      isEndOfText: (token) => model.isEogToken(token),
    });
    const tries = new ForcedPrefixTries({ vocabulary, tokenize: bare });
    const masks = new TokenMasks(vocabulary);
    const guideTo = (tools: readonly string[]) =>
      new ShapeGuide(vocabulary, masks, tries.of(demoConstraint(tools.map((name) => ({ name })))));
    return { bare, vocabulary, guideTo };
  }

  const isLegal = (guide: ShapeGuide<Token>, token: Token) => !guide.mask().tokens.includes(token);

  test("a guide forces all of a shape's prefix but the choice of the constant", () => {
    const { bare, vocabulary, guideTo } = setUp();
    for (const name of NAMES) {
      const guide = guideTo(TOOLS);
      const forced: Token[] = [];
      const chosen: Token[] = [];
      for (const token of bare(renderActionContinuation({ tool_name: name, input: "2 + 2" }))) {
        if (guide.ended) break;
        if (guide.forced() === undefined) chosen.push(token);
        else forced.push(token);
        assert.ok(isLegal(guide, token), `${name}: ${vocabulary.textOf(token)}`);
        guide.push(token);
      }
      assert.ok(guide.ended);
      assert.equal(vocabulary.textOf(forced[0] ?? (0 as Token)), '"', "the quotation mark before any name");
      assert.ok(forced.length >= 6, `${name}: only ${forced.length} forced`);
      assert.ok(
        chosen
          .map((token) => vocabulary.textOf(token))
          .join("")
          .includes("2"),
      );
    }
  });

  test("no other name, and no end of the text, is legal", () => {
    const { bare, vocabulary, guideTo } = setUp();
    const guide = guideTo(TOOLS);
    for (let token = guide.forced(); token !== undefined; token = guide.forced()) guide.push(token);
    const legal = vocabulary.tokens.filter((token) => isLegal(guide, token));
    assert.equal(legal.length, NAMES.length);
    assert.ok(!isLegal(guide, bare("Python")[0] ?? (0 as Token)));
    assert.ok(model.tokens.eos !== null && !isLegal(guide, model.tokens.eos));
  });

  test("an input that merges with its quotation mark keeps its regular tokens", () => {
    const { bare, vocabulary, guideTo } = setUp();
    for (const input of ["/path", "$5", "<b>", "'quoted'", " leading", "{}", "", "5 % 2"]) {
      const guide = guideTo(["Search"]);
      for (const token of bare(renderActionContinuation({ tool_name: "Search", input }))) {
        if (guide.ended) break;
        assert.ok(isLegal(guide, token), `${input}: ${vocabulary.textOf(token)}`);
        guide.push(token);
      }
      assert.ok(guide.ended, input);
    }
  });
});
