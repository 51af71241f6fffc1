import assert from "node:assert/strict";
import { test } from "node:test";
import { SessionCookie } from "./session-cookie.js";

/** What a browser sends back. */
function sentBack(setCookie: string): string {
  return setCookie.split(";")[0] ?? "";
}

test("a cookie gives back its key to the process that wrote it, and to no other", () => {
  const cookie = new SessionCookie("");
  const header = cookie.render("bp_key", false);
  assert.doesNotMatch(header, /bp_key|Secure/);
  assert.match(header, /; Path=\/; HttpOnly; SameSite=Strict$/);
  assert.equal(cookie.keyOf(sentBack(header)), "bp_key");
  assert.equal(cookie.keyOf(`theme=dark; ${sentBack(header)}; other=1`), "bp_key");
  assert.equal(new SessionCookie("").keyOf(sentBack(header)), undefined);
});

test("two cookies of one key differ", () => {
  const cookie = new SessionCookie("");
  assert.notEqual(cookie.render("bp_key", false), cookie.render("bp_key", false));
});

test("a cookie that was changed, cut or made up gives no key", () => {
  const cookie = new SessionCookie("");
  const good = sentBack(cookie.render("bp_key", false));
  // Not its last character, whose lower bits count for nothing.
  const changed = good.replace(/.(?=.$)/, (one) => (one === "A" ? "B" : "A"));
  const bad = [
    undefined,
    "",
    "bullpen_session",
    "bullpen_session=",
    "bullpen_session=AAAA",
    good.slice(0, -4),
  ];
  for (const header of [...bad, changed, `${good}${"A".repeat(1_000)}`]) {
    assert.equal(cookie.keyOf(header), undefined, header);
  }
});

test("a cookie of the same name that somebody added neither takes the session's place nor ends it", () => {
  const cookie = new SessionCookie("");
  const own = sentBack(cookie.render("bp_own", false));
  const other = sentBack(cookie.render("bp_other", false));
  for (const added of ["bullpen_session=forged", sentBack(new SessionCookie("").render("bp_other", false))]) {
    assert.equal(cookie.keyOf(`${added}; ${own}`), "bp_own");
    assert.equal(cookie.keyOf(`${own}; ${added}`), "bp_own");
  }
  assert.equal(cookie.keyOf(`${other}; ${own}`), undefined);
  assert.equal(cookie.keyOf(`${own}; ${own}`), "bp_own");
});

test("a cookie is for the base path, and for TLS alone where the page came over it", () => {
  const cookie = new SessionCookie("/ops/bullpen");
  assert.match(cookie.render("bp_key", true), /; Path=\/ops\/bullpen; HttpOnly; SameSite=Strict; Secure$/);
  assert.match(cookie.renderEnd(true), /^bullpen_session=; Path=\/ops\/bullpen; .*; Max-Age=0$/);
});
