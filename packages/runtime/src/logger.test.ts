import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { createLogger } from "./logger.js";
import { parseEnv } from "./parse-env.js";
import { RepeatedLines } from "./repeated-lines.js";

test("no secret passes the log, wherever it is put", () => {
  const lines: string[] = [];
  const logger = createLogger("api", "info", { write: (line) => lines.push(line) });
  parseEnv(z.object({}), {
    REDIS_URL: "redis://:LEAK%2Fredis-1@h",
    LLM_API_KEY: "LEAK-key-2",
    PIN_TOKEN: "9120",
  });
  const error = Object.assign(new Error("at redis://:LEAK/3@h"), {
    command: { name: "hello", args: ["3", "AUTH", "default", "LEAK-4"] },
  });
  logger.warn({ err: error }, "redis");
  logger.error(error);
  logger.info("sent with %s", "LEAK-key-2");
  logger.info(
    { deep: [{ url: "http://u:LEAK-5@h", args: ["AUTH", "LEAK-6"], password: "LEAK-7" }] },
    "LEAK/redis-1",
  );
  logger.child({ from: "http://u:LEAK-8@h", key: "LEAK-key-2" }).info({ pid2: 9120, pin: "9120" }, "child");
  assert.equal(lines.length, 5);
  assert.doesNotMatch(lines.join(""), /LEAK|"9120"/);
  const [first, second] = lines.map((line) => JSON.parse(line));
  assert.equal(first.err.command, "hello");
  assert.equal(first.err.type, "Error");
  assert.equal(second.msg, "at redis://***@h");
  assert.equal(JSON.parse(lines[4] ?? "").pid2, 9120);
});

test("a bad secret setting is named without its value", () => {
  const schema = z.object({
    LLM_API_KEY: z.string().max(3, "is too long"),
    PORT: z.string().max(1, "is too long"),
  });
  const env = { LLM_API_KEY: "LEAK-key-9", PORT: "http://a:LEAK@h" };
  assert.throws(() => parseEnv(schema, env), { message: /^ {2}LLM_API_KEY: is too long$/m });
});

/** A logger whose lines are kept, parsed. */
function keepLines() {
  const lines: Record<string, unknown>[] = [];
  const repeats = new RepeatedLines(60_000);
  const logger = createLogger("api", "info", { write: (line) => lines.push(JSON.parse(line)) }, { repeats });
  return { lines, repeats, logger };
}

test("the same failure is written once, and then with a count", () => {
  const { lines, repeats, logger } = keepLines();
  const error = new Error("away");
  for (let i = 0; i < 100; i++) logger.warn({ err: error }, "checking failed");
  assert.equal(lines.length, 1);
  repeats.flush();
  repeats.flush();
  assert.deepEqual(
    lines.map(({ msg, repeated }) => [msg, repeated]),
    [
      ["checking failed", undefined],
      ["checking failed", 99],
    ],
  );
});

test("failures with different ids, and events that are no failures, are all written", () => {
  const { lines, repeats, logger } = keepLines();
  for (let i = 0; i < 5; i++) logger.warn({ query: `query_${i}` }, "an attempt failed");
  for (let i = 0; i < 5; i++) logger.info("webhook delivered");
  logger.child({ request_id: "a" }).error("failed");
  logger.child({ request_id: "b" }).error("failed");
  repeats.flush();
  assert.equal(lines.length, 12);
  assert.ok(lines.every(({ repeated }) => repeated === undefined));
});

test("a text alone that comes again gets a count, too", () => {
  const { lines, repeats, logger } = keepLines();
  for (let i = 0; i < 3; i++) logger.error("cut short");
  repeats.flush();
  assert.deepEqual(
    lines.map(({ msg, repeated }) => [msg, repeated]),
    [
      ["cut short", undefined],
      ["cut short", 2],
    ],
  );
});
