import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { z } from "zod";
import { type Ended, ROOT, runToEnd } from "../testing/run-app.js";

const resultSchema = z.strictObject({
  custom_id: z.string(),
  query: z.string(),
  answer: z.string().nullable(),
  status: z.string(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  steps: z.array(
    z.strictObject({ tool_name: z.string(), input: z.string(), observation: z.string().nullable() }),
  ),
  usage: z.object({ turns: z.int(), tool_calls: z.int(), completion_tokens: z.int() }),
});
const expectedSchema = z.object({
  custom_id: z.string(),
  tool: z.enum(["Calculator", "Search", "none"]),
  includes: z.array(z.string()),
});

/** Of 40 example queries at least 36 must be right. */
const SHARE_RIGHT = 36 / 40;

describe("npm run demo -- --once --json", () => {
  let folder: string;
  let ended: Ended;
  let results: z.output<typeof resultSchema>[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "bullpen-demo-"));
    // What is compared in two lives of a demo must not depend on ports or on an earlier stack.
    const args = [
      "scripts/start.mjs",
      "demo",
      "--once",
      "--json",
      join(folder, "r.jsonl"),
      "--data",
      join(folder, "data"),
    ];
    // What a user may have set for models of his own.
    const settings = { MODEL: "/models/absent.gguf", LLM_BASE_URL: "http://127.0.0.1:1/v1" };
    ended = await runToEnd(args, settings, 300_000);
    results = await readLines(join(folder, "r.jsonl"), resultSchema);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("ends 0 and prints questions, tools, answers, the summary and the URLs", () => {
    assert.equal(ended.code, 0, ended.stderr);
    for (const part of [
      /^Q Hi there, I'm stuck/m,
      /^ {2}Calculator: /m,
      /^A /m,
      /^answered +\d+/m,
      /^wall time/m,
    ]) {
      assert.match(ended.stdout, part);
    }
    assert.match(ended.stdout, /^api +http:\/\/127\.0\.0\.1:\d+/m);
    assert.match(ended.stdout, /^dashboard +http:\/\/127\.0\.0\.1:\d+/m);
  });

  test("says which of the user's settings it leaves out, and how to use them", () => {
    assert.match(ended.stderr, /MODEL and LLM_BASE_URL are left out\.\n.*npx bullpen up/);
  });

  test("answers at least 36 of 40 right", async () => {
    const expected = await readLines(join(ROOT, "examples/answers.jsonl"), expectedSchema);
    assert.ok(results.length >= 40);
    assert.equal(results.length, expected.length);
    const wrong = expected.filter((right, i) => !isRight(results[i], right));
    const share = 1 - wrong.length / expected.length;
    assert.ok(share >= SHARE_RIGHT, `wrong: ${wrong.map((one) => one.custom_id).join(", ")}`);
  });

  test("answers the first walkthrough query with the Calculator", () => {
    assert.equal(results[0]?.steps[0]?.tool_name, "Calculator");
    assert.match(results[0]?.answer ?? "", /158\.39/);
  });

  test("answers the second walkthrough query from what the search found", () => {
    const step = results[1]?.steps[0];
    assert.equal(step?.tool_name, "Search");
    assert.match(step?.observation ?? "", /Keir Starmer/);
    assert.match(results[1]?.answer ?? "", /Keir Starmer/);
  });
});

function isRight(
  result: z.output<typeof resultSchema> | undefined,
  right: z.output<typeof expectedSchema>,
): boolean {
  if (result?.custom_id !== right.custom_id || result.answer === null) return false;
  const { answer, steps } = result;
  const usedTool =
    right.tool === "none" ? steps.length === 0 : steps.some((step) => step.tool_name === right.tool);
  return usedTool && right.includes.every((text) => answer.toLowerCase().includes(text.toLowerCase()));
}

async function readLines<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema>[]> {
  const text = await readFile(path, "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => schema.parse(JSON.parse(line)));
}
