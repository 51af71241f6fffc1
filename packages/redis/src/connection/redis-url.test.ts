import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRedisUrl, RedisSetupError, withPassword } from "./redis-url.js";

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
  for (const url of good) assert.doesNotThrow(() => checkRedisUrl(url), url);
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
    ["redis-sentinel://:SECRET@host:26379/mymaster", /no Sentinel.*master/],
    ["redis+sentinel://host", /no Sentinel/],
    ["http://user:SECRET@host:6379", /begins with http:\/\//],
    ["valkey://:SECRET@host", /begins with valkey:\/\//],
    ["user:SECRET@host:6379", /no scheme/],
    ["//:SECRET@host", /no scheme/],
  ];
  for (const [url, message] of bad) {
    assert.throws(
      () => checkRedisUrl(url),
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
