import assert from "node:assert/strict";
import { test } from "node:test";
import { serverListSetting } from "./server-list.js";

function faultsOf(text: string): string {
  const parsed = serverListSetting.safeParse(text);
  assert.ok(!parsed.success, text);
  return parsed.error.issues.map(({ message }) => message).join("\n");
}

test("addresses are separated by commas, spaces or both", () => {
  for (const text of [
    "http://a:1/v1,http://b:2/v1",
    " http://a:1/v1  http://b:2/v1 ",
    "http://a:1/v1 ,\nhttp://b:2/v1,",
  ])
    assert.deepEqual(serverListSetting.parse(text), ["http://a:1/v1", "http://b:2/v1"], JSON.stringify(text));
  assert.deepEqual(serverListSetting.parse("https://a/v1"), ["https://a/v1"]);
});

test("an entry that cannot be used is named with the reason", () => {
  assert.match(faultsOf("http://a:1/v1, b:8000/v1"), /^"b:8000\/v1" is no HTTP URL\. Give URLs/);
  assert.match(faultsOf("host"), /^"host" is no URL/);
  assert.match(faultsOf("http://a:99999/v1"), /"http:\/\/a:99999\/v1" is no URL/);
  assert.match(faultsOf("ftp://a/v1"), /"ftp:\/\/a\/v1" is no HTTP URL/);
  assert.match(faultsOf("http://a/v1?x=1"), /has a query/);
  assert.match(faultsOf("http://a/v1,http://A/v1/"), /^"http:\/\/A\/v1\/" is listed twice/);
  assert.match(faultsOf("http://u:p@a/v1 http://a/v1"), /is listed twice/);
  assert.match(faultsOf(" , "), /^names no server/);
  assert.equal(faultsOf("x, y").split("\n").length, 2, "each faulty entry is named");
});
