import assert from "node:assert/strict";
import { test } from "node:test";
import { prose } from "./prose.js";

test("prose has paragraphs and code, and escapes both", () => {
  const text = prose("One `a<b`.\n\nTwo <i>.").map((paragraph) => paragraph.text);
  assert.deepEqual(text, ["<p>One <code>a&#60;b</code>.</p>", "<p>Two &#60;i&#62;.</p>"]);
});
