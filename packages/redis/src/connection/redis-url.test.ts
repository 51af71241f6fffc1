import assert from "node:assert/strict";
import { test } from "node:test";
import { RedisSetupError, readRedisUrl, withPassword } from "./redis-url.js";

test("addresses that ioredis accepts pass", () => {
  const good = [
    "redis://127.0.0.1:6379",
    "redis://127.0.0.1:6379/",
    "redis://localhost/3",
    "rediss://user:p%40ss%2Fw%23%25%3A@host:6380/0",
    "redis://:password@host",
    "redis://token@host",
    "redis://[::1]:6379",
    "redis://localhost?family=0&db=2",
    "redis://:two@signs@host", // the last one ends the password
    "/run/redis/redis.sock",
    "/run/redis/redis.sock?db=2",
    "6379",
    "localhost:6379",
    "redis",
  ];
  for (const url of good) assert.doesNotThrow(() => readRedisUrl(url), url);
});

test("other values are refused with a reason that quotes no part of a password", () => {
  const bad: [string, RegExp][] = [
    ["redis://:SE/CRET@host:6379", /percent-encoded.*%2F/],
    ["redis://:SE#CRET@host", /percent-encoded.*%23/],
    ["redis://:SE?CRET@host", /percent-encoded.*%3F/],
    ["redis://:S@E/CRET@host", /percent-encoded.*%40/],
    ["redis://user:12/SECRET@host", /percent-encoded/],
    ["redis://user:12#SECRET@host", /percent-encoded/],
    ["redis://user:12?SECRET@host", /percent-encoded/],
    ["redis://SE/CRET:x@host", /percent-encoded/],
    ["redis://:SE%zzCRET@host", /% .* encodes nothing.*%25/],
    ["redis://:SE%CRET@host", /%25/],
    ["redis://:SECRET%@host", /%25/],
    ["redis://:SE CRET@host:port", /percent-encoded/],
    ["redis://host:6379#SECRET", /percent-encoded/],
    ["redis://host:port", /cannot be read as a URL.*rediss:/],
    ["redis://:SECRET@host/name", /ends in \/name, where only a database number is allowed/],
    ['"redis://:SECRET@host"', /quotation marks/],
    ["'redis://:SECRET@host'", /quotation marks/],
    [" redis://:SECRET@host", /blanks/],
    ["redis://:SECRET@host\n", /blanks/],
    ["unix:///run/redis.sock", /by its path alone/],
    ["redis+unix:///run/redis.sock", /by its path alone/],
    ["redis-sentinel://:SECRET@host:26379/mymaster", /Begin it with redis\+sentinel:\/\//],
    ["redis+sentinel://host", /does not end in the name.*mymaster/],
    ["redis+sentinel://:SECRET@host:1,host:2/", /does not end in the name/],
    ["redis+sentinel://:SECRET@host/my master", /does not end in the name/],
    ["redis+sentinel://:SECRET@a,,b/mymaster", /host that cannot be read, number 2 of 3.*host:26379/],
    ["redis+sentinel://:SECRET@a:0,b/mymaster", /number 1 of 2/],
    ["redis+sentinel://:SECRET@a,b:65536/mymaster", /number 2 of 2/],
    ["redis+sentinel://user:SECRET/mymaster", /number 1 of 1/],
    ["redis+sentinel://:SECRET@host/mymaster/name", /only a database number/],
    ["redis+sentinel://:SE/CRET@host/mymaster", /percent-encoded.*%2F/],
    ["redis+sentinel://:SE#CRET@host/mymaster", /percent-encoded.*%23/],
    ["redis+sentinel://:SE%zzCRET@host/mymaster", /% .* encodes nothing/],
    ["redis+cluster://:SECRET@a:6379,b:6379/1", /only number 0/],
    ["redis+cluster://:SECRET@", /host that cannot be read, number 1 of 1/],
    ["redis+cluster://:SE?CRET@host", /percent-encoded/],
    ["redis://:SECRET@a:6379,b:6379", /several hosts.*redis\+cluster:\/\//],
    ["rediss://a,b", /several hosts/],
    ["http://user:SECRET@host:6379", /begins with http:\/\//],
    ["valkey://:SECRET@host", /begins with valkey:\/\//],
    ["user:SECRET@host:6379", /no scheme/],
    ["//:SECRET@host", /no scheme/],
  ];
  for (const [url, message] of bad) {
    assert.throws(
      () => readRedisUrl(url),
      (error) => {
        assert.ok(error instanceof RedisSetupError);
        assert.match(error.message, message, url);
        assert.match(error.message, /REDIS_URL/);
        assert.doesNotMatch(error.message, /SE|CRET/, url);
        return true;
      },
      url,
    );
  }
});

test("a password that is set apart goes into the URL as it is, or beside the path of a socket", () => {
  const password = "p@ss:w%rd/#";
  const encoded = encodeURIComponent(password);
  assert.equal(withPassword("redis://host/3", password).url, `redis://:${encoded}@host/3`);
  assert.equal(withPassword("rediss://app@[::1]:6380", password).url, `rediss://app:${encoded}@[::1]:6380`);
  assert.deepEqual(withPassword("/run/redis.sock?db=2", password), {
    url: "/run/redis.sock?db=2",
    options: { password },
  });
  for (const url of ["redis://:own@host", "redis://host?password=own", "/run/redis.sock?password=own"]) {
    assert.throws(() => withPassword(url, password), /REDIS_PASSWORD is set, and REDIS_URL has a password/);
    assert.equal(withPassword(url, undefined).url, url);
  }
});

test("several hosts are read, with what is Redis' own apart from them", () => {
  assert.deepEqual(readRedisUrl("redis+sentinel://app:p%40ss@a:1, b,[::1]:3/my-master/2"), {
    url: "redis://app:p%40ss@host/2",
    directory: {
      kind: "sentinel",
      master: "my-master",
      hosts: [
        { host: "a", port: 1 },
        { host: "b", port: 26_379 },
        { host: "::1", port: 3 },
      ],
    },
  });
  assert.deepEqual(readRedisUrl("rediss+cluster://a.example.org"), {
    url: "rediss://host",
    directory: { kind: "cluster", hosts: [{ host: "a.example.org", port: 6_379 }] },
  });
  assert.deepEqual(readRedisUrl("redis+cluster://:word@a:7000,a:7001/0?family=6"), {
    url: "redis://:word@host/0?family=6",
    directory: {
      kind: "cluster",
      hosts: [
        { host: "a", port: 7_000 },
        { host: "a", port: 7_001 },
      ],
    },
  });
  assert.deepEqual(readRedisUrl("redis://a/1"), { url: "redis://a/1" });
});
