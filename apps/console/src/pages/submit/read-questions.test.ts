import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCsv } from "./parse-csv.js";
import { readQuestions } from "./read-questions.js";

const read = (name: string, text: string) => {
  const { lines, problems, preview } = readQuestions(name, text, { model: "m" });
  const asked = lines.map((line) => {
    const { custom_id, body } = JSON.parse(line);
    return [custom_id, body.messages[0].content];
  });
  return { asked, problems: problems.map(({ line, message }) => `${line}: ${message}`), preview };
};

test("CSV has quotes, commas and line breaks in fields, and lines of all systems", () => {
  assert.deepEqual(parseCsv('a,"b, c","d ""e"""\r\n\n"two\nlines",x\nlast'), [
    { line: 1, fields: ["a", "b, c", 'd "e"'] },
    { line: 3, fields: ["two\nlines", "x"] },
    { line: 5, fields: ["last"] },
  ]);
  assert.deepEqual(parseCsv('"never closed,\nx'), [{ line: 1, fields: ["never closed,\nx"] }]);
  assert.deepEqual(parseCsv(""), []);
});

test("a text has a question on each line, named after it", () => {
  const { asked, problems, preview } = read("a.txt", "\ufeffone\r\n\n  two  \n");
  assert.deepEqual(asked, [
    ["line-1", "one"],
    ["line-3", "two"],
  ]);
  assert.deepEqual([problems, preview], [[], ["one", "two"]]);
});

test("CSV gives questions and ids by its columns", () => {
  const csv = 'Id,Question\nx,"one, two"\nx,again\ny,\n';
  const { asked, problems } = read("a.CSV", csv);
  assert.deepEqual(asked, [["x", "one, two"]]);
  assert.deepEqual(problems, ["3: The id x comes twice.", "4: The question is empty."]);
  assert.match(read("a.csv", "a,b\n1,2").problems[0] ?? "", /must name the columns/);
});

test("JSONL gives objects, texts and whole lines of batches, and names each line that is none", () => {
  const whole =
    '{"custom_id":"w","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"content":"whole"}]}}';
  const text = ['{"question":"one","id":7}', '"two"', whole, "{", "[]", '{"other":1}', "null"].join("\n");
  const { asked, problems } = read("a.jsonl", text);
  assert.deepEqual(asked, [
    ["7", "one"],
    ["line-2", "two"],
    ["w", "whole"],
  ]);
  assert.deepEqual(
    problems.map((problem) => problem.slice(0, 2)),
    ["4:", "5:", "6:", "7:"],
  );
});

test("a file without a question and a question that is too long are refused", () => {
  assert.deepEqual(read("a.txt", " \n\n").problems, ["1: The file has no questions."]);
  assert.match(read("a.txt", "x".repeat(32_001)).problems[0] ?? "", /more than 32000 characters/);
});

test("the model is named where one is chosen, and left to the server where none is", () => {
  const bodyOf = (model: string) => JSON.parse(readQuestions("a.txt", "x", { model }).lines[0] ?? "").body;
  assert.equal(bodyOf("m").model, "m");
  assert.ok(!("model" in bodyOf("")));
});
