import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { createLogger } from "./logger.js";
import { parseEnv } from "./parse-env.js";

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
