import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readNumerals } from "@bullpen/base";
import { checkNumeric, isNumeric, type NumericOptions } from "./check-numeric.js";

describe("numbers are read from prose", () => {
  const rows: readonly (readonly [text: string, values: readonly number[]])[] = [
    ["85 times 9443 is 802,655.", [85, 9443, 802655]],
    ["It is 1,234,567.89 or 1'234 or 1\u202f234\u202f567", [1234567.89, 1234, 1234567]],
    ["1.234.567,5 and 1.234,5 and 0,5 and 12,75", [1234567.5, 1234.5, 0.5, 12.75]],
    ["3, 4,5,6 and 12,345", [3, 4, 5, 6, 12345]],
    ["3/4, 1 3/4, ½, 2½, 12 / 5 and \\frac{1}{8}", [0.75, 1.75, 0.5, 2.5, 2.4, 0.125]],
    ["is -5, −7, (-8), minus 9, 10-3, 10 -3, 5 minus 2, covid-19", [-5, -7, -8, -9, 10, 3, 10, 3, 5, 2, 19]],
    ["15%, 20 percent, 3.5 per cent", [15, 20, 3.5]],
    ["1.5 million, 3k, 2 thousand", [1.5e6, 3000, 2000]],
    ["6.02 × 10^23, 1e6, 4*10⁻³, 2 \\times 10^{5}", [6.02e23, 1e6, 0.004, 2e5]],
    ["$45.0, €1.20, -$3, 12€, .5", [45, 1.2, -3, 12, 0.5]],
    ["H2O, x1, v2, covid19 and F_1 hold none but 7km does", [7]],
    ["on 2024-03-01 at 12:30", [2024, 3, 1, 12, 30]],
    ["forty-two apples", [42]],
    ["three hundred and five, then two thousand and ten", [305, 2010]],
    ["", []],
    ["no number at all.", []],
  ];
  for (const [text, values] of rows) {
    test(JSON.stringify(text), () =>
      assert.deepEqual(
        readNumerals(text).map(({ readings }) => readings[0]),
        values,
      ),
    );
  }

  test("a long text of any shape is read in time that grows with its length", () => {
    for (const piece of ["1", "1,", "1.", "1/", "-", "1e", " 1 ", "1×10^", "\\frac{1}", "seven ", "½"]) {
      const began = performance.now();
      readNumerals(piece.repeat(200_000 / piece.length));
      assert.ok(performance.now() - began < 5_000, piece);
    }
  });
});

type Row = readonly [
  wanted: string | number,
  answer: string,
  passed: boolean,
  question?: string,
  options?: NumericOptions,
];

const rows: readonly Row[] = [
  [802655, "85 times 9443 is 802,655.", true],
  [802655, "85 times 9443 is 802,656.", false],
  [42, "The answer is 42.0000000000001", true],
  [13, "12.999999999999998", true],
  [42, "I do not know.", false],
  [42, "It is 41, no: 42. Done.", true],
  [42, "#### 42\nthat is 6 times 7", true],
  [42, "so \\boxed{42} follows from 6 and 7", true],
  // The last number is the question's own, the last new one is the answer.
  [12, "12 apples are in 3 boxes of 4.", true, "How many apples are in 3 boxes of 4?"],
  [5, "5 times 1 is 5", true, "What is 5 times 1?"],
  [12, "There are 3 boxes of 4.", false, "How many apples are in 3 boxes of 4?"],
  // Whole numbers are compared digit by digit.
  ["1234567890123456789012", "1,234,567,890,123,456,789,012", true],
  ["1234567890123456789012", "1234567890123456789013", false],
  [-5, "It is 5", false],
  [-5, "It is -5", true],
  // Rounded right to two decimals or more.
  [33.333333333, "about 33.33", true],
  [33.333333333, "about 33.3", false],
  [33.333333333, "about 33.34", false],
  [33.333333333, "about 33.3", true, "", { tolerance: 0.05 }],
  [1000, "about 990", true, "", { relative_tolerance: 0.01 }],
  [1000, "about 989", false, "", { relative_tolerance: 0.01 }],
  [0.15, "15%", true],
  [15, "15 percent", true],
  ["15%", "0.15", true],
  ["3/4", "0.75", true],
  ["0.75", "three quarters, that is 3/4", true],
  [2_000_000, "2 million", true],
  [7, "seven", true],
  [1500, "1.5 km", true, "", { units: { km: 1000, m: 1 } }],
  [1500, "1500 m", true, "", { units: { km: 1000, m: 1 } }],
  [1500, "1.5 m", false, "", { units: { km: 1000, m: 1 } }],
];
for (const [wanted, answer, passed, question = "", options = {}] of rows) {
  test(`${wanted} is ${passed ? "" : "not "}in ${JSON.stringify(answer)}`, () => {
    const verdict = checkNumeric(wanted, { answer, question }, options);
    assert.equal(verdict.passed, passed, verdict.reason);
  });
}

test("one number can be an answer, none and several cannot", () => {
  assert.deepEqual(["1,234.5", "3/4", "15%", "$3", "", "3 and 4", "x"].map(isNumeric), [
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
