import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { html, prose } from "./html.js";

describe("html", () => {
  test("escapes text, also in attributes and lists", () => {
    const hostile = `<script>"&'`;
    const { text } = html`<a href="${hostile}">${[hostile, html`<b>${hostile}</b>`]}</a>`;
    const escaped = "&#60;script&#62;&#34;&#38;&#39;";
    assert.equal(text, `<a href="${escaped}">${escaped}<b>${escaped}</b></a>`);
  });

  test("leaves out what is undefined and writes numbers", () => {
    assert.equal(html`<p>${undefined}${7}</p>`.text, "<p>7</p>");
  });
});

test("prose has paragraphs and code, and escapes both", () => {
  const text = prose("One `a<b`.\n\nTwo <i>.").map((paragraph) => paragraph.text);
  assert.deepEqual(text, ["<p>One <code>a&#60;b</code>.</p>", "<p>Two &#60;i&#62;.</p>"]);
});
