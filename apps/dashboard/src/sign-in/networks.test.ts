import assert from "node:assert/strict";
import { test } from "node:test";
import { Networks, networkOf } from "./networks.js";

test("addresses and networks are told from what is neither", () => {
  for (const text of ["10.0.0.7", "10.1.0.0/16", "0.0.0.0/0", "::1", "fd00::/8"])
    assert.ok(networkOf(text), text);
  for (const text of [
    "",
    "proxy",
    "10.0.0",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "::/129",
  ])
    assert.equal(networkOf(text), undefined, text);
});

test("only what is in a network is found in it", () => {
  const networks = new Networks(["10.1.0.0/16", "127.0.0.1", "fd00::/8"]);
  for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "127.0.0.1", "fd12::1"])
    assert.ok(networks.has(address), address);
  for (const address of ["10.2.0.1", "127.0.0.2", "::1", "fe80::1", "", undefined, "10.1.2.3, 10.1.2.3"])
    assert.ok(!networks.has(address), address);
  assert.ok(!new Networks([]).has("127.0.0.1"));
});
