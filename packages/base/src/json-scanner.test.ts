import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeState, JsonScanner } from "./json-scanner.js";

/** The structure of a JSON text, and the decoded content of its strings. */
function scan(json: string): { structure: string; text: string } {
  const scanner = new JsonScanner();
  let [structure, text] = ["", ""];
  for (const unit of json.split("")) {
    if (scanner.push(unit)) structure += unit;
    text += scanner.text;
  }
  return { structure, text };
}

test("brackets in strings are no structure, and strings are decoded", () => {
  const values = ['{"a": [1]}', "\\", 'a "quoted" }', "tab\tline\n", "\u0001 é 🐂", "/"];
  for (const value of values) {
    const json = JSON.stringify({ k: value });
    assert.deepEqual(scan(json), { structure: "{:}", text: `k${value}` });
  }
  assert.equal(scan('"\\u00e9\\ud83d\\udc02\\/"').text, "é🐂/");
});

test("an unknown escape gives its character, and a broken code nothing", () => {
  assert.equal(scan('"\\x\\uzzzz!"').text, "x!");
});

test("a code that is too short does not hide the end of its string", () => {
  assert.deepEqual(scan('{"a": "\\u12"}'), { structure: "{: }", text: "a" });
});

test("a string that is open says so", () => {
  const scanner = new JsonScanner();
  for (const unit of '"a\\"') scanner.push(unit);
  assert.equal(scanner.inString, true);
  scanner.push('"');
  assert.equal(scanner.inString, false);
});

test("an escape sequence is begun, whole or illegal", () => {
  for (const text of ["\\", "\\u", "\\u00", "\\ud83d", "\\ud83d\\", "\\ud83d\\udc0"])
    assert.equal(escapeState(text), "begun", text);
  for (const text of ["\\n", '\\"', "\\u00e9", "\\ud7ff", "\\ud83d\\udc02"])
    assert.equal(escapeState(text), "whole", text);
  for (const text of ["\\x", "\\ux", "\\udc02", "\\ud83dx", "\\ud83d\\n"])
    assert.equal(escapeState(text), "illegal", text);
});
