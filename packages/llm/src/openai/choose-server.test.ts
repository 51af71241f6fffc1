import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseServer } from "./choose-server.js";

const servers = (...inFlight: number[]) =>
  inFlight.map((count, index) => ({ address: `http://10.0.0.${index}:8000/v1`, inFlight: count }));

test("a request without a home goes to the server with the fewest requests", () => {
  const [a, b, c] = servers(3, 1, 2);
  assert.ok(a && b && c);
  assert.equal(chooseServer([a, b, c], undefined, "q"), b);
  assert.equal(chooseServer([], undefined, "q"), undefined);
});

test("a request goes home while its server is not crowded, or no other is idle", () => {
  for (const [home, other, staysHome] of [
    [0, 0, true],
    [7, 0, true],
    [8, 0, false],
    [8, 1, true],
    [200, 1, true],
  ] as const) {
    const [a, b] = servers(home, other);
    assert.ok(a && b);
    assert.equal(chooseServer([a, b], a, "q") === a, staysHome, `${home} and ${other}`);
  }
});

test("a home that takes no work is not chosen", () => {
  const [a, b] = servers(0, 5);
  assert.ok(a && b);
  assert.equal(chooseServer([b], a, "q"), b);
});

test("two servers whose addresses differ in one digit get about half of the keys each", () => {
  for (let port = 40_000; port < 40_100; port += 2) {
    const pair = [port, port + 1].map((each) => ({ address: `http://127.0.0.1:${each}/v1`, inFlight: 0 }));
    const keys = Array.from({ length: 200 }, (_, i) => `query_${i}`);
    const share = keys.filter((key) => chooseServer(pair, undefined, key) === pair[0]).length;
    assert.ok(share > 60 && share < 140, `${share} of 200 at port ${port}`);
  }
});

test("keys are spread over equal servers, the same in every process, and stay when another server goes", () => {
  const all = servers(0, 0, 0, 0);
  const keys = Array.from({ length: 400 }, (_, i) => `query_${i}`);
  const homes = new Map(keys.map((key) => [key, chooseServer(all, undefined, key)]));
  for (const server of all) {
    const share = keys.filter((key) => homes.get(key) === server).length;
    assert.ok(share > 60 && share < 140, `${share} of 400`);
  }
  const without = all.slice(1);
  for (const key of keys.filter((key) => homes.get(key) !== all[0]))
    assert.equal(chooseServer(without, undefined, key), homes.get(key));
  assert.equal(chooseServer(all.toReversed(), undefined, "query_1"), homes.get("query_1"));
});
