import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { html } from "./html.js";

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

  test("shows control characters as replacement characters", () => {
    assert.equal(html`${"a\u0000b\u001b[0m\tc\n"}`.text, "a\ufffdb\ufffd[0m\tc\n");
  });
});
