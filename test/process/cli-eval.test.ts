import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { action, finalAnswer } from "../testing/action.js";
import { type BatchHarness, startBatchHarness } from "../testing/batch-harness.js";
import { batchLine } from "../testing/batch-lines.js";
import { runCli, startCli } from "../testing/cli.js";
import { type DatasetLine, outcomesOf, readResult, writeDataset } from "../testing/evaluations.js";
import { until } from "../testing/until.js";

/** What the scripted model answers, by a word of the question. */
const ANSWERS: Readonly<Record<string, string>> = {
  seven: "It is 42.",
  wrong: "It is 41.",
  Paris: "It is Paris.",
};

let harness: BatchHarness;
/** Questions with the word `slow` wait for it. */
let release: () => void;
let released = new Promise<void>((resolve) => {
  release = resolve;
});
const folder = await mkdtemp(join(tmpdir(), "bullpen-eval-"));

before(async () => {
  harness = await startBatchHarness({
    tools: { Calculator: () => ({ observation: "no such function", is_error: true }) },
    script: async ({ messages }) => {
      const said = messages.map(({ content }) => content).join("\n");
      if (said.includes("slow")) await released;
      if (said.includes("endless")) return action("Calculator", "x");
      if (said.includes("tool first") && !said.includes("no such")) return action("Calculator", "6 * 7");
      const word = Object.keys(ANSWERS).find((each) => said.includes(each));
      return finalAnswer(word ? (ANSWERS[word] ?? "") : `You said: ${messages.at(-1)?.content}`);
    },
  });
});
after(async () => {
  await harness.stop();
  await rm(folder, { recursive: true, force: true });
});

const dataset = (name: string, lines: readonly (DatasetLine | string)[]) => writeDataset(folder, name, lines);

function evaluate(...args: string[]) {
  return runCli(["eval", ...args, "--url", harness.api.url]);
}

const CASES: readonly DatasetLine[] = [
  { id: "a", question: "six times seven?", answer: 42, check: "numeric", class: "sums" },
  { id: "b", question: "a wrong one?", answer: 42, check: "numeric", class: "sums" },
  { id: "c", question: "capital? Paris", answer: "paris", check: "contains", class: "facts" },
  { id: "d", question: "endless", answer: 1, check: "numeric", class: "facts" },
  { id: "e", question: "tool first, seven", answer: { tool: "Calculator", input: "6 * 7" }, check: "tool" },
];

test("a dataset is asked by votes, query and submit take them too, and others than 1 to 16 are refused", async () => {
  const output = join(folder, "votes");
  const path = await dataset("votes.jsonl", CASES.slice(0, 2));
  const { code, stderr } = await evaluate(path, "-o", output, "--votes", "3", "--seed", "1");
  assert.equal(code, 0, stderr);
  const { cases } = await readResult(output);
  assert.deepEqual(
    cases.map(({ generation }) => [generation.votes?.requested, generation.votes?.agreed, generation.turns]),
    [
      [3, 2, 2],
      [3, 2, 2],
    ],
  );
  const asked = await runCli(["query", "--votes", "3", "seven?", "--url", harness.api.url]);
  assert.match(asked.stdout, /It is 42\.\s+2 of 2 answers agree \(2 runs\)/);
  const requests = join(folder, "requests.jsonl");
  await writeFile(requests, `${batchLine("one", "seven?")}\n`);
  const args = ["submit", requests, "--votes", "5", "-o", "-", "--url", harness.api.url];
  const submitted = await runCli(args);
  assert.match(submitted.stdout, /"votes":\{"requested":5,"answers":3,"agreed":3,"share":1/);
  const refused = await runCli(["query", "--votes", "17", "seven?", "--url", harness.api.url]);
  assert.match(refused.stderr, /--votes takes a whole number from 1 to 16\./);
});

test("a dataset is asked, scored and written down, with failures apart from wrong answers", async () => {
  const output = join(folder, "first");
  const path = await dataset("first.jsonl", CASES);
  const { code, stdout, stderr } = await evaluate(
    path,
    "-o",
    output,
    "--max-steps",
    "3",
    "--price-in",
    "1000000",
    "--price-out",
    "0",
  );
  assert.equal(code, 3, stderr);
  const result = await readResult(output);
  assert.deepEqual(outcomesOf(result), { a: "right", b: "wrong", c: "right", d: "failed", e: "right" });
  const { summary } = result;
  assert.equal(summary.accuracy, 0.75);
  assert.deepEqual(summary.failures, { max_steps: 1 });
  assert.deepEqual(Object.keys(summary.by_class), ["sums", "facts", "all"]);
  assert.equal(summary.by_class.facts?.accuracy, 1);
  // The last call of the case that failed was not run: it was one more than its steps.
  assert.deepEqual([summary.tool_calls, summary.tool_errors], [4, 3]);
  assert.equal(summary.cost?.total, summary.prompt_tokens);
  assert.match(stdout, /^all +5 +3 +1 +1 +0 +75\.0 %/m);
  assert.match(stdout, /^failed +1 max_steps$/m);
  assert.deepEqual((await readdir(output)).sort(), [
    "answers.jsonl",
    "dataset.jsonl",
    "report.html",
    "result.json",
    "run.json",
  ]);
});

test("documents and instructions reach the model", async () => {
  const output = join(folder, "documents");
  const path = await dataset("documents.jsonl", [
    {
      id: 1,
      question: "Who?",
      answer: "You said: Documents:\n\n[1] T\nOne.\n\n[2]\nTwo.\n\nQuestion: Who?",
      check: "exact",
      documents: [{ title: "T", text: "One." }, "Two."],
      tools: [],
    },
  ]);
  const { code, stderr } = await evaluate(path, "-o", output);
  assert.equal(code, 0, stderr);
});

test("bad lines are named by line, field and remedy, and nothing is sent", async () => {
  const path = await dataset("bad.jsonl", [
    { id: "a", question: "?", answer: 1, check: "numeric" },
    "{",
    { id: "a", question: "?", answer: 1, check: "numeric" },
    { id: "b", question: "?", answer: "x", check: "numeric" },
    { id: "c", question: "?", answer: "x", check: "contains", tools: "Search" },
  ]);
  const earlier = (await harness.client.batches.list()).data.length;
  const { code, stderr } = await evaluate(path, "-o", join(folder, "bad"));
  assert.equal(code, 1);
  assert.match(stderr, /line 2: The line is not JSON/);
  assert.match(stderr, /line 3: id: "a" is used on line 1 already\. Give each line its own\./);
  assert.match(stderr, /line 4: answer: must be one number/);
  assert.match(stderr, /line 5: tools: must be an array/);
  assert.match(stderr, /Nothing was sent\.\n$/);
  assert.equal((await harness.client.batches.list()).data.length, earlier);
  const missing = await evaluate(
    await dataset("judge.jsonl", [{ id: "a", question: "?", answer: "x", check: "judge" }]),
  );
  assert.match(
    missing.stderr,
    /the case "a" has the check judge\. Name the model that judges by --judge-model/,
  );
});

test("Ctrl-C keeps what is there, and resume goes on with the same batch", async () => {
  const output = join(folder, "stopped");
  const path = await dataset("stopped.jsonl", [
    ...CASES.slice(0, 3),
    { id: "s", question: "slow seven", answer: 42, check: "numeric" },
  ]);
  const run = startCli(["eval", path, "-o", output, "--url", harness.api.url]);
  await until("the batch is written down", async () => {
    return (await readFile(join(output, "run.json"), "utf8").catch(() => "")).includes('"batch_id"');
  });
  run.interrupt();
  const { code, stderr } = await run.ended;
  assert.equal(code, 130, stderr);
  assert.match(stderr, new RegExp(`npx bullpen eval resume ${output} --url`));
  const batches = (await harness.client.batches.list()).data.length;
  const again = await evaluate(path, "-o", output);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /holds an evaluation already\. Go on with it by `npx bullpen eval resume/);
  assert.match((await evaluate("rejudge", output)).stderr, /does not have all its answers yet/);
  release();
  const resumed = await evaluate("resume", output);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.deepEqual(outcomesOf(await readResult(output)), { a: "right", b: "wrong", c: "right", s: "right" });
  assert.equal((await harness.client.batches.list()).data.length, batches, "nothing was asked twice");
  released = Promise.resolve();
});

test("a run that ended before its batch was written down gets that batch again", async () => {
  const output = join(folder, "lost");
  const path = await dataset("lost.jsonl", CASES.slice(0, 2));
  assert.equal((await evaluate(path, "-o", output)).code, 0);
  const file = join(output, "run.json");
  const { batch_id, ended: _, ...run } = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify(run));
  await rm(join(output, "answers.jsonl"));
  const { code, stderr } = await evaluate("resume", output);
  assert.equal(code, 0, stderr);
  assert.equal((await readResult(output)).run.batch_id, batch_id);
});

test("rejudge scores again without asking, and diff compares with significance", async () => {
  const output = join(folder, "again");
  const path = await dataset("again.jsonl", CASES.slice(0, 3));
  await evaluate(path, "-o", output);
  const first = join(folder, "before.json");
  await writeFile(first, await readFile(join(output, "result.json")));
  const batches = (await harness.client.batches.list()).data.length;
  const corrected = await dataset("corrected.jsonl", [
    CASES[0] ?? {},
    { ...CASES[1], check: { type: "numeric", tolerance: 1 } },
    CASES[2] ?? {},
  ]);
  const rejudged = await evaluate("rejudge", output, "--dataset", corrected, "--min-accuracy", "1");
  assert.equal(rejudged.code, 0, rejudged.stderr);
  assert.equal((await harness.client.batches.list()).data.length, batches);
  const { code, stdout } = await runCli(["eval", "diff", first, output]);
  assert.equal(code, 0);
  assert.match(stdout, /^paired +3 cases: 1 only B, 0 only A, 2 both, 0 neither$/m);
  assert.match(stdout, /^p +1\.0000 \(McNemar, exact\): no significant difference$/m);
  assert.match(stdout, /^won +b$/m);
  const json = await runCli(["eval", "diff", first, output, "--json"]);
  assert.equal(JSON.parse(json.stdout).only_second, 1);
  const below = await evaluate("rejudge", output, "--min-accuracy", "1");
  assert.equal(below.code, 4, "the folder's own checks are back");
});
