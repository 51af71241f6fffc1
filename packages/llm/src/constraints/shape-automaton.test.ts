import assert from "node:assert/strict";
import { test } from "node:test";
import { OBJECT_CLOSING, renderActionContinuation } from "@bullpen/contracts";
import { demoConstraint } from "../testing/demo-protocol.js";
import { follow, START, segmentsOf } from "./shape-automaton.js";

/** A call of a tool of any name. */
const ANY_CALL = segmentsOf(demoConstraint().fallback);

/** Feeds `text` character by character; how far it is legal, and whether the last value ends there. */
function feed(text: string): { legal: number; ended: boolean } {
  let place = START;
  for (let index = 0; index < text.length; index++) {
    const followed = follow(ANY_CALL, place, text.charAt(index));
    if (!followed) return { legal: index, ended: false };
    if (followed.ended !== undefined) return { legal: index + 1, ended: true };
    place = followed.place;
  }
  return { legal: text.length, ended: false };
}

test("rendered text is legal up to the end of its last value", () => {
  for (const input of ["", "2 + 2", 'quotes " and \\ and\nlines', "🐂 é \u0001", "{}"]) {
    const text = renderActionContinuation({ tool_name: "Final Answer", input });
    assert.deepEqual(feed(text), { legal: text.length - OBJECT_CLOSING.length, ended: true }, input);
  }
});

test("text that does not fit is refused at its first wrong character", () => {
  const head = '"Search",\n"input": "';
  assert.equal(feed("Search").legal, 0);
  assert.equal(feed('""').legal, 1, "an empty name");
  assert.equal(feed(`"${"n".repeat(65)}`).legal, 65, "a name of 65 characters");
  assert.equal(feed('"Search", "input"').legal, '"Search",'.length);
  assert.equal(feed(`${head}a\nb`).legal, head.length + 1, "a raw line break");
  assert.equal(feed(`${head}\\x`).legal, head.length + 1, "an unknown escape");
  assert.equal(feed(`${head}\\uDC00`).legal, head.length + 3, "a lone low surrogate");
  assert.equal(feed(`${head}\\uD83Dx`).legal, head.length + 6, "a lone high surrogate");
  assert.equal(feed(`${head}\\uD83D\\uDC02"`).ended, true);
});

test("a token may contain the start of the closing, and nothing else", () => {
  const input = { segment: 3, written: 1, pending: "" };
  for (const text of ['"', '"\n', '"\n}', '"}']) assert.equal(follow(ANY_CALL, input, text)?.ended, 1, text);
  for (const text of ['",', '" ', '"}}']) assert.equal(follow(ANY_CALL, input, text), undefined, text);
});

test("constants are part of the fixed text, in front of a string and after it", () => {
  const shape = [
    { key: "a", value: { type: "constant", text: "x" } },
    { key: "b", value: { type: "string", minLength: 2 } },
    { key: "c", value: { type: "constant", text: "y" } },
  ] as const;
  assert.deepEqual(segmentsOf(shape), [
    { type: "literal", text: '"x",\n"b": "' },
    { type: "string", least: 2, most: Number.POSITIVE_INFINITY },
    { type: "literal", text: ',\n"c": "y"' },
  ]);
});
