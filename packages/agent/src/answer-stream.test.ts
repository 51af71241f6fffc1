import assert from "node:assert/strict";
import { test } from "node:test";
import { renderActionContinuation } from "@bullpen/contracts";
import { AnswerStream } from "./answer-stream.js";
import { resolveToolName } from "./resolve-tool-name.js";

const isAnswer = (name: string) => resolveToolName(name, ["Calculator", "Search"]) === undefined;
const ANSWERS = [
  "It is 42.",
  "",
  'Quotes " and \\ and \n new lines \t and / slashes',
  "日本 ü 🐂🐂",
  '{"tool_name": "Calculator"}',
  "ends in a surrogate pair 🐂",
];

for (const answer of ANSWERS) {
  test(`an answer comes out as it is written, however it is cut: ${JSON.stringify(answer)}`, () => {
    const plain = renderActionContinuation({ tool_name: "Final Answer", input: answer });
    const escaped = plain.replace(
      /[^\x20-\x7e\n]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    for (const turn of [plain, escaped]) {
      for (const size of [1, 2, 3, 7, 1_000]) {
        const stream = new AnswerStream(isAnswer);
        const pieces: string[] = [];
        for (let i = 0; i < turn.length; i += size) pieces.push(stream.push(turn.slice(i, i + size)));
        assert.equal(pieces.join(""), answer);
        assert.ok(pieces.every((piece) => piece.isWellFormed()));
      }
    }
  });
}

test("a tool call is no answer, in whatever case it is written", () => {
  for (const name of ["Calculator", "calculator", " Search "]) {
    const turn = renderActionContinuation({ tool_name: name, input: "output = 1" });
    assert.equal(new AnswerStream(isAnswer).push(turn), "");
  }
});

test("a name that is an answer's answers with its input", () => {
  const turn = renderActionContinuation({ tool_name: "Response", input: "so be it" });
  assert.equal(new AnswerStream(isAnswer).push(turn), "so be it");
});

test("what is no action gives nothing or little, and does not fail", () => {
  for (const turn of [
    "I think that",
    '"',
    '"a" "b"',
    "{{{{",
    '"Final Answer", "input": {"a": "b"}',
    '"x\\uZZZZ',
  ]) {
    assert.doesNotThrow(() => new AnswerStream(isAnswer).push(turn));
  }
});
