import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Stack } from "@bullpen/cli/stack/start-stack";
import { type EvaluationResult, resultSchema } from "@bullpen/evaluation";
import { ROOT, runToEnd } from "../testing/run-app.js";
import { startTestStack } from "../testing/stack.js";

const DATASET = join(ROOT, "evaluation/held-out.jsonl");

/** The file of the model, and how many questions of the held-out set it is asked. */
const [, , modelPath = "", questions = "30"] = process.argv;

/** Longer than 30 questions take on two busy cores, in milliseconds. */
const DEADLINE_MS = 1_500_000;

/**
 * The part of the answers that must be right. Qwen2.5-Coder-1.5B answers more; but what a model says at near ties depends
 * on how a processor rounds, and of eight questions each is an eighth. A prompt or a tool that is broken leaves nothing.
 */
const LEAST_RIGHT = 0.25;

let stack: Stack;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-held-out-"));
  stack = await startTestStack({
    MODEL: modelPath,
    MODEL_NAME: "real",
    SLOTS: "2",
    CONTEXT_TOKENS: "4096",
    SEARCH_DOCUMENTS: join(ROOT, "evaluation/documents"),
  });
});
after(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true });
});

/** Questions at even distances, so that each class of the set has its share. */
async function takeSample(count: number): Promise<string[]> {
  const lines = (await readFile(DATASET, "utf8")).trim().split("\n");
  return Array.from({ length: count }, (_, i) => lines[Math.floor((i * lines.length) / count)] ?? "");
}

async function evaluate(sample: readonly string[]): Promise<EvaluationResult> {
  const [dataset, output] = [join(folder, "sample.jsonl"), join(folder, "result")];
  await writeFile(dataset, `${sample.join("\n")}\n`);
  const command = ["apps/cli/bin/bullpen.js", "eval", "run", dataset, "--url", stack.apiUrl, "-o", output];
  const { code, stderr } = await runToEnd([...command, "--temperature", "0"], {}, DEADLINE_MS);
  assert.equal(code, 0, stderr);
  return resultSchema.parse(JSON.parse(await readFile(join(output, "result.json"), "utf8")));
}

test(`${questions} questions of the held-out set are answered, and enough of the answers are right`, async (t) => {
  const sample = await takeSample(Number(questions));
  const { cases } = await evaluate(sample);
  assert.equal(cases.length, sample.length);
  for (const { id, outcome, reason } of cases) t.diagnostic(`${outcome} ${id}: ${reason}`);
  const right = cases.filter(({ outcome }) => outcome === "right").length;
  t.diagnostic(`${right} of ${cases.length} right`);
  const failed = cases.filter(({ outcome }) => outcome === "failed");
  assert.deepEqual(
    failed.map(({ id, reason }) => `${id}: ${reason}`),
    [],
    "every query ends with an answer",
  );
  assert.ok(right >= LEAST_RIGHT * cases.length, `${right} of ${cases.length} right`);
});
