import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { BULLMQ_SCRIPTS, RECORDS } from "./commands.js";
import { aclRules, REDIS_USERS } from "./redis-users.js";

/** The commands that Lua calls by name in the compiled files below a folder. */
function commandsCalledIn(folder: string): Set<string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sources = files.filter((name) => name.endsWith(".js") && !name.endsWith(".test.js"));
  const text = sources.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  return new Set(
    [...text.matchAll(/\bp?r?p?call\(\\?["']([A-Za-z]+)\\?["']/g)].map(([, name = ""]) => name.toLowerCase()),
  );
}

test("the scripts of BullMQ use the commands that are listed, and no others", () => {
  const bullmq = dirname(createRequire(import.meta.url).resolve("bullmq"));
  const called = commandsCalledIn(join(bullmq, "scripts"));
  assert.ok(called.size > 40);
  assert.deepEqual([...called].sort(), [...BULLMQ_SCRIPTS].sort());
});

test("the scripts of Bullpen use none that their users lack", () => {
  const allowed = new Set<string>([...BULLMQ_SCRIPTS, ...RECORDS, "publish"]);
  const queue = fileURLToPath(new URL("../", import.meta.url));
  const redis = dirname(createRequire(import.meta.url).resolve("@bullpen/redis"));
  for (const folder of [queue, redis]) {
    const called = commandsCalledIn(folder);
    assert.ok(called.size > 5, folder);
    assert.deepEqual(
      [...called].filter((name) => !allowed.has(name)),
      [],
    );
  }
});

test("every key and every command that the packages name is some user's", () => {
  const queue = fileURLToPath(new URL("../../src/", import.meta.url));
  const names = readdirSync(queue, { recursive: true, encoding: "utf8" });
  const text = names
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(queue, name), "utf8"))
    .join("\n");
  const patterns = new Set(REDIS_USERS.flatMap(({ keys, channels }) => [...keys, ...channels]));
  const keys = [...text.matchAll(/\{KEY_PREFIX\}:([a-z][a-z.-]*:?)/g)].map(([, name = ""]) => name);
  assert.ok(keys.length > 20);
  const uncovered = keys.filter(
    (key) => key !== "writable" && !patterns.has(key) && !patterns.has(`${key}*`),
  );
  assert.deepEqual(uncovered, []);
  const commands = new Set<string>(REDIS_USERS.flatMap((user) => user.commands));
  const called = [...text.matchAll(/\b(?:#redis|redis|pipeline|multi\(\))\.([a-z]+)\(/g)].map(
    ([, name = ""]) => name,
  );
  const ofClient = new Set(["pcall", "pipeline", "disconnect", "connect", "on", "off", "once", "call"]);
  assert.deepEqual(
    called.filter((name) => !commands.has(name) && !ofClient.has(name)),
    [],
  );
});

test("no user may do what rules a server, and none has a password by the rules alone", () => {
  const dangerous =
    /^\+(@|keys|scan|randomkey|flush|config|acl|client(?!\|setname)|monitor|script|function|select|swapdb|debug)/;
  for (const user of REDIS_USERS) {
    const rules = aclRules(user);
    assert.deepEqual(
      rules.filter((rule) => dangerous.test(rule)),
      [],
      user.name,
    );
    assert.deepEqual(
      rules.filter((rule) => /^[>#]|nopass|^on$|^~\*|^&\*|allkeys|allchannels/.test(rule)),
      [],
      user.name,
    );
    for (const rule of rules.filter((each) => /^[~&]/.test(each)))
      assert.match(rule, /^[~&]\{bullpen\}:[a-z]/);
  }
});
