import assert from "node:assert/strict";
import { test } from "node:test";
import { findRedisOutage, isRedisOutage, isUnusable } from "./redis-outage.js";

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

test("passing states of Redis are distinguished from defects", () => {
  const cases: [Error, boolean, boolean][] = [
    [new Error("READONLY You can't write against a read only replica."), true, true],
    [
      new Error("READONLY You can't write against a read only replica. script: 5b, on @user_script:3."),
      true,
      true,
    ],
    [
      new Error("ERR Error running script (call to f_5b): @user_script:3: -READONLY You can't write"),
      true,
      true,
    ],
    [new Error("NOREPLICAS Not enough good replicas to write."), true, true],
    [
      new Error("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to"),
      true,
      true,
    ],
    [new Error("LOADING Redis is loading the dataset in memory"), true, true],
    [
      new Error("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."),
      true,
      true,
    ],
    [new Error("BUSY Redis is busy running a script."), true, true],
    [new Error("NOAUTH Authentication required."), true, true],
    [new Error("WRONGPASS invalid username-password pair or user is disabled."), true, true],
    [new Error("CLUSTERDOWN The cluster is down"), true, true],
    [new Error("MOVED 3999 127.0.0.1:6381"), true, true],
    [new Error("UNBLOCKED force unblock from blocking operation, instance state changed"), true, true],
    [new Error("NOPERM User x has no permissions to run the 'set' command"), true, false],
    [
      new Error("ERR The user executing the script can't run this command or subcommand script: ac"),
      true,
      false,
    ],
    [new Error("OOM command not allowed when used memory > 'maxmemory'."), true, false],
    [new Error("connect ECONNREFUSED 127.0.0.1:6379"), true, false],
    [new Error("getaddrinfo ENOTFOUND redis"), true, false],
    [named("MaxRetriesPerRequestError", "Reached the max retries per request limit"), true, false],
    [new Error("Connection is closed."), true, false],
    [new Error("WRONGTYPE Operation against a key holding the wrong kind of value"), false, false],
    [new Error("ERR syntax error"), false, false],
    [new Error("Missing lock for job 1. moveToFinished"), false, false],
    [new Error("a BUSY worker, or READONLY files"), false, false],
    [new Error("POST http://127.0.0.1/v1 was cut off (ECONNRESET)"), false, false],
    [new Error("The storage cannot be reached for x (ECONNREFUSED): connect ECONNREFUSED"), false, false],
    [new TypeError("Cannot read properties of undefined"), false, false],
  ];
  for (const [error, passes, unusable] of cases) {
    assert.equal(isRedisOutage(error), passes, error.message);
    assert.equal(isUnusable(error), unusable, error.message);
  }
  assert.match(findRedisOutage(cases[0]?.[0]) ?? "", /read-only replica/);
  assert.equal(isRedisOutage("READONLY"), false);
});
