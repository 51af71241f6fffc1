import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  findLongNumber,
  parseExactly,
  stringifyExactly,
  withDigits,
  withNearestNumbers,
} from "./exact-integers.js";

describe("numbers that JavaScript cannot hold", () => {
  test("are written again as they were read", () => {
    for (const json of [
      '{"note_id":725653563933458432}',
      '{"a":[9007199254740993,-9007199254740993,1],"b":{"c":123456789012345678901234567890}}',
      "[1e400,-1E+999]",
      '["725653563933458432","a \\" 725653563933458432",725653563933458433]',
      '{"725653563933458432":725653563933458432}',
      `[${"9".repeat(400)}]`,
    ]) {
      assert.equal(stringifyExactly(parseExactly(json)), json);
      // Through a job, or to another process.
      assert.equal(stringifyExactly(JSON.parse(JSON.stringify(parseExactly(json)))), json);
    }
  });

  test("all else is as JSON.parse has it", () => {
    for (const json of [
      ...[
        "7",
        "-0",
        "1.5",
        "0.1234567890123456789",
        "1e3",
        "9007199254740991",
        "true",
        "null",
        '"x"',
        "{}",
        "[]",
      ],
      ...[
        '{"a":1,"a":2}',
        '{"__proto__":1}',
        '"\\ue000number:7256535639334584321"',
        '["1234567890123456789"]',
      ],
      '{"text":"\\ue000number:1","id":7256535639334584321}',
    ]) {
      assert.deepEqual(parseExactly(json), JSON.parse(json));
    }
    for (const json of ["", "{", "1234567890123456789]", '"1234567890123456789', "01234567890123456789"]) {
      assert.throws(() => parseExactly(json), SyntaxError);
    }
    const long = `{"text":"${'\\"'.repeat(200_000)}","id":1234567890123456789}`;
    assert.equal(stringifyExactly(parseExactly(long)), long);
  });

  test("are near for checks, and texts for JSON that JavaScript is to read", () => {
    const value = parseExactly('{"id":725653563933458432,"list":[1,[725653563933458433]]}');
    assert.deepEqual(
      withNearestNumbers(value),
      JSON.parse('{"id":725653563933458432,"list":[1,[725653563933458433]]}'),
    );
    assert.deepEqual(withDigits(value), { id: "725653563933458432", list: [1, ["725653563933458433"]] });
    assert.equal(findLongNumber(value), "725653563933458432");
    assert.equal(findLongNumber({ a: [1, "725653563933458432", null] }), undefined);
  });

  test("are found however deep they are, and under any key", () => {
    const deep = parseExactly(`${"[".repeat(7_000)}725653563933458432${"]".repeat(7_000)}`);
    let nested: unknown = deep;
    for (let level = 0; level < 50_000; level++) nested = level % 2 === 0 ? { nested } : [nested];
    assert.equal(findLongNumber(nested), "725653563933458432");
    const odd = withDigits(parseExactly('{"__proto__":{"id":725653563933458432},"constructor":[1]}'));
    assert.equal(JSON.stringify(odd), '{"__proto__":{"id":"725653563933458432"},"constructor":[1]}');
  });
});
