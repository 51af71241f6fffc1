import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseCase } from "../dataset/parse-case.js";
import { fromGaia } from "./from-gaia.js";
import { fromGsm8k } from "./from-gsm8k.js";
import { fromHotpotQa } from "./from-hotpot-qa.js";

test("GSM8K: the number after ####, and the class by marked calculations", () => {
  const row = {
    question: "How many clips?",
    answer: "In May 48/2 = <<48/2=24>>24.\nTogether 48+24 = <<48+24=72>>72.\n#### 1,072",
  };
  const made = fromGsm8k(row, 3);
  assert.deepEqual(made, {
    id: "gsm8k-3",
    question: "How many clips?",
    answer: "1,072",
    check: "numeric",
    class: "2 steps",
  });
  parseCase(JSON.stringify(made));
  assert.throws(() => fromGsm8k({ ...row, answer: "72" }, 1), /does not end with #### and a number/);
  assert.throws(() => fromGsm8k({ answer: "#### 1" }, 1), /question: must be a text\. It is no row of GSM8K/);
});

test("HotpotQA: paragraphs are documents, in both published forms", () => {
  const base = { question: "Same country?", answer: "yes", type: "comparison", level: "hard" };
  const pairs = fromHotpotQa({ ...base, _id: "5a", context: [["A", ["One.", " Two."]]] }, 1);
  const columns = fromHotpotQa(
    { ...base, id: "5a", context: { title: ["A"], sentences: [["One.", " Two."]] } },
    1,
  );
  assert.deepEqual(pairs, columns);
  assert.deepEqual(pairs.documents, [{ title: "A", text: "One. Two." }]);
  assert.equal(pairs.class, "comparison");
  parseCase(JSON.stringify(pairs));
  const { answer: _, ...unanswered } = base;
  assert.throws(() => fromHotpotQa({ ...unanswered, context: [] }, 1), /answer: must be a text/);
});

describe("GAIA", () => {
  const row = { task_id: "t1", Question: "How much?", Level: 2, "Final answer": "17", file_name: "" };
  const rows: readonly (readonly [answer: string, check: unknown])[] = [
    ["17", "numeric"],
    ["$1,234.50", "numeric"],
    ["Right", { type: "contains", ignore_punctuation: true }],
    ["b, e", { type: "contains", mode: "all", ignore_punctuation: true }],
    ["12/31/1994", { type: "contains", ignore_punctuation: true }],
  ];
  for (const [answer, check] of rows) {
    test(`the check of ${answer}`, () => {
      const made = fromGaia({ ...row, "Final answer": answer });
      assert.ok("check" in made);
      assert.deepEqual(made.check, check);
      assert.equal(made.class, "level 2");
      parseCase(JSON.stringify(made));
    });
  }

  test("rows without a published answer are left out, and files are named", () => {
    assert.deepEqual(fromGaia({ ...row, "Final answer": "?" }), { skipped: "the answer is not published" });
    assert.equal((fromGaia({ ...row, file_name: "a.xlsx" }) as { attachment?: string }).attachment, "a.xlsx");
  });
});
