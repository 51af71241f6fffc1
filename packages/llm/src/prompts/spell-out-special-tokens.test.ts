import assert from "node:assert/strict";
import { test } from "node:test";
import { restoreSpecialTokens, spellOutSpecialTokens } from "./spell-out-special-tokens.js";

const NAMES = [
  ..."<s> </s> <unk> <pad> <bos> <eos> <mask> <sep> [gMASK] <sop> <BOS_TOKEN>".split(" "),
  ..."[INST] [/INST] <<SYS>> <</SYS>> [TOOL_CALLS] [AVAILABLE_TOOLS] [/TOOL_RESULTS] [SYSTEM_PROMPT]".split(
    " ",
  ),
  ..."<|im_start|> <|im_end|> <|endoftext|> <|begin_of_text|> <|start_header_id|> <|eot_id|> <|eom_id|>".split(
    " ",
  ),
  ..."<|user|> <|assistant|> <|system|> <|end|> <|START_OF_TURN_TOKEN|> <|reserved_special_token_7|>".split(
    " ",
  ),
  ..."<start_of_turn> <end_of_turn> <start_of_image> <fim_prefix> <unused42> <extra_id_1> [|user|]".split(
    " ",
  ),
  ..."<｜begin▁of▁sentence｜> <｜User｜> <｜end▁of▁sentence｜>".split(" "),
];

test("the name of a special token is spelled out, and is restored unchanged", () => {
  for (const name of NAMES)
    for (const content of [name, `${name}${name}`, `a${name}b`, `<${name}>`, `${name.slice(0, -1)}${name}`]) {
      const spelt = spellOutSpecialTokens(content);
      for (const other of NAMES) assert.ok(!spelt.includes(other), `${content}: ${JSON.stringify(spelt)}`);
      assert.equal(spelt.replaceAll("\u200b", ""), content, "nothing else changes");
      assert.equal(restoreSpecialTokens(spelt), content);
    }
});

test("all other text stays as it is", () => {
  const contents = [
    "if (a < b || c > d) x[i] = y[|z|]",
    "<b>bold</b> <script>a|b</script> <strong> <span> <p>",
    "List<String> [1] [x] <| |> || <|> a<|b c|>",
    "[INSTALL] [inst] <S> <user> ｜",
  ];
  for (const content of contents) assert.equal(spellOutSpecialTokens(content), content);
});

test("its work grows linearly with the text, whatever it contains", () => {
  const unfinished = ["<|", "<|a", "[|a", "<", "[", "<unused1", "<|".padEnd(64, "a"), "</", "<<"];
  for (const piece of unfinished) {
    const content = piece.repeat(1_000_000 / piece.length);
    assert.equal(spellOutSpecialTokens(content), content);
  }
});
