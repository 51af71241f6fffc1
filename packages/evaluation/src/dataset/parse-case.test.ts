import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CaseIds, DatasetError, parseCase } from "./parse-case.js";
import { questionText } from "./question-text.js";

const line = (fields: object) =>
  JSON.stringify({ id: "a", question: "q?", answer: 42, check: "numeric", ...fields });

function problemOf(text: string): string {
  try {
    parseCase(text);
  } catch (error) {
    if (error instanceof DatasetError) return error.message;
    throw error;
  }
  return "";
}

describe("a line that does not fit is refused by field, with a remedy", () => {
  const rows: readonly (readonly [text: string, problem: RegExp])[] = [
    ["{", /not JSON/],
    ["[1]", /one JSON object with id, question, answer and check/],
    ["7", /one JSON object/],
    [line({ id: undefined }), /^id: is required/],
    [line({ id: "" }), /^id: /],
    [line({ id: "x".repeat(513) }), /^id: .*512/],
    [line({ question: " " }), /^question: must not be empty\.$/],
    [line({ question: 3 }), /^question: must be a text/],
    [line({ answer: undefined }), /^answer: is required/],
    [line({ answer: "many" }), /^answer: must be one number/],
    [line({ check: { type: "json", mode: "schema" } }), /^answer: must be a JSON Schema/],
    [
      line({ check: { type: "json", mode: "schema" }, answer: { type: "x" } }),
      /^answer: is not a valid JSON Schema/,
    ],
    [line({ answer: "3 or 4" }), /^answer: must be one number/],
    [line({ check: undefined }), /^check: is required: one of numeric, exact/],
    [line({ check: "number" }), /^check\.type: must be one of numeric, exact/],
    [line({ check: { type: "numeric", tolerence: 1 } }), /^check: "tolerence" is unknown/],
    [line({ check: { type: "numeric", tolerance: -1 } }), /^check\.tolerance: must be 0 or more/],
    [line({ check: "exact", answer: [] }), /^answer: must be a text/],
    [line({ check: "contains", answer: { a: 1 } }), /^answer: must be a text/],
    [line({ check: "regex", answer: "(" }), /^answer: is no pattern/],
    [line({ check: "tool", answer: { name: "x" } }), /^answer: must be the name of a tool/],
    [line({ expected: 3 }), /the line: "expected" is unknown\. Fields are id, /],
    [line({ documents: "text" }), /^documents: must be an array/],
    [line({ documents: [{ body: "x" }] }), /^documents\.0/],
    [line({ question: "x".repeat(32_001) }), /^question has 32001 characters, the limit is 32000\. Shorten/],
    [line({ documents: ["x".repeat(32_000)] }), /^question and documents together have/],
  ];
  for (const [text, problem] of rows) {
    test(`${text.slice(0, 90)} … ${problem}`, () => assert.match(problemOf(text), problem));
  }
});

test("a line may be short or say everything", () => {
  assert.deepEqual(parseCase(line({ id: 7 })), {
    id: "7",
    question: "q?",
    answer: 42,
    check: { type: "numeric" },
  });
  const whole = parseCase(
    line({
      check: { type: "tool" },
      answer: ["Search", { tool: "Calculator", input: "2 * 3" }],
      class: "two steps",
      documents: ["one", { title: "Two", text: "two" }],
      system: "Be brief.",
      tools: ["Search", "Calculator"],
    }),
  );
  assert.equal(whole.class, "two steps");
  assert.equal(questionText(whole), "Documents:\n\n[1]\none\n\n[2] Two\ntwo\n\nQuestion: q?");
});

test("an id that comes twice is refused with both lines", () => {
  const ids = new CaseIds();
  ids.add("a", 1);
  ids.add("b", 2);
  assert.throws(() => ids.add("a", 3), /"a" is used on line 1 already/);
});
