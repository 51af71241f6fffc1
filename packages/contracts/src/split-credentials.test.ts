import assert from "node:assert/strict";
import { test } from "node:test";
import { splitCredentials } from "./split-credentials.js";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

test("credentials leave the URL and become a header", () => {
  const cases: [string, string, string | undefined][] = [
    ["http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1", undefined],
    ["http://bob:s3cret@host:8000/v1?a=b", "http://host:8000/v1?a=b", basic("bob:s3cret")],
    ["https://bob:p%40ss%2Fw%C3%BC@host", "https://host", basic("bob:p@ss/wü")],
    ["https://token@host/", "https://host/", basic("token:")],
    ["http://:only@host", "http://host", basic(":only")],
    ["http://a:b%zz@host", "http://host", basic("a:b%zz")],
    ["http://u:p@[::1]:80/@path", "http://[::1]/@path", basic("u:p")],
  ];
  for (const [given, url, authorization] of cases) {
    assert.deepEqual(splitCredentials(given), { url, authorization }, given);
  }
});

test("what is no URL is not repeated", () => {
  assert.throws(
    () => splitCredentials("http://bob:pa/ss@host"),
    (error: Error) => !/pa|ss@/.test(error.message),
  );
});
