import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answerKey } from "./answer-key.js";

/** A question, answers that agree, and answers that agree with none of these and none of each other. */
type Row = readonly [question: string, agreeing: readonly string[], others: readonly string[]];

const CLIPS = "Natalia sold 48 clips in April and half as many in May. How many in all?";
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  "numbers are compared as numbers": [
    [
      CLIPS,
      ["72", " 72.", "72.0", "$72", "**72**", "72 clips", "seventy-two", "Natalia sold 72 clips in all."],
      ["27", "720", "-72", "7.2"],
    ],
    [CLIPS, ["48 / 2 = 24, and 48 + 24 = 72", "24 + 48 = 72.", "#### 72", "\\boxed{72}"], ["48 + 24 = 73"]],
    [CLIPS, ["She sold 48 and 24.\nThe answer is 72.", "Final Answer: 72"], ["The answer is 24"]],
    ["How large is it?", ["2 million", "2,000,000", "2e6"], ["2", "200000"]],
    ["0.1 + 0.2?", ["0.3", "0.30000000000000004", ".3"], ["0.31"]],
    ["2^70?", ["1180591620717411303424", "1,180,591,620,717,411,303,424"], ["1180591620717411303425"]],
    ["Which is larger, 3 or 5?", ["5", "5.0", "five"], ["3"]],
    ["What share?", ["15%", "15 percent"], ["0.15"]],
  ],
  "several numbers are compared as a text": [
    ["When did it land?", ["14 May 2023", "14 may 2023."], ["15 May 2023", "14 June 2023"]],
    ["Solve it.", ["2 and 3", "2 and 3."], ["1 and 3", "2 and -3"]],
    ["Solve it.", ["x = 2, y = 3"], ["x = 1, y = 3"]],
    ["List them.", ["1. Alice\n2. Bob"], ["1. Carol\n2. Bob", "1. Alice\n2. Carol"]],
    ["What is it?", ["between 3.5 and 7"], ["between 35 and 7"]],
  ],
  "words in a text are no numbers": [
    ["Who?", ["One of them is Alice", "one of them is Alice."], ["One of them is Bob", "1", "no one"]],
    ["How many?", ["Six apples", "6", "six"], ["Sixty"]],
  ],
  "texts are compared without what writers vary": [
    [
      "What is the capital?",
      ["Paris", "paris.", '"Paris"', " PARIS\n", "**Paris**"],
      ["London", "Paris, Texas"],
    ],
    ["What is it?", ["The Eiffel Tower", "Eiffel Tower", "Eiffel\u00a0tower."], ["Tower"]],
    ["Which option?", ["A", "a."], ["B", "C"]],
    ["What is the formula?", ["x + y", "X + Y"], ["x - y", "(x + y)", "x * y"]],
    ["Say nothing.", ["…", "…"], ["!?"]],
  ],
  "JSON is compared as a value": [
    [
      "As JSON.",
      ['{"a": 1, "b": [1, 2]}', '{"b":[1,2],"a":1}', ' {"a":1.0,"b":[1,2]}'],
      [
        '{"a": 1, "b": [2, 1]}',
        '{"a": "1", "b": [1, 2]}',
        '{"a": 12345678901234567890}',
        '{"a": 12345678901234567891}',
      ],
    ],
  ],
};

for (const [title, rows] of Object.entries(ROWS)) {
  describe(title, () => {
    for (const [question, agreeing, others] of rows) {
      test(`${agreeing[0]}`, () => {
        const keys = agreeing.map((answer) => answerKey(answer, question));
        assert.deepEqual(new Set(keys).size, 1, JSON.stringify(keys));
        const all = new Set([...keys, ...others.map((answer) => answerKey(answer, question))]);
        assert.equal(all.size, 1 + others.length, [...all].join(" | "));
      });
    }
  });
}
