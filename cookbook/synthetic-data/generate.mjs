// Generates questions with answers about topics, within a budget of tokens: node generate.mjs <topics.csv> <out.jsonl> <tokens>
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { readCsv } from "../csv.mjs";
import { answersOf, bullpen, startBatch } from "../run-batch.mjs";

const [, , input, output, tokens] = process.argv;
const EACH = 40;
const schema = {
  type: "object",
  properties: { question: { type: "string" }, answer: { type: "string" } },
  required: ["question", "answer"],
  additionalProperties: false,
};
const questions = readCsv(input).flatMap(({ topic }) =>
  Array.from({ length: EACH }, (_, i) => ({
    id: `${topic}-${i + 1}`,
    query: `Write question ${i + 1} of ${EACH} about ${topic} for a quiz, with its answer.`,
    tools: [],
    temperature: 1,
    seed: i + 1,
    response_format: { type: "json_schema", json_schema: { name: "pair", schema, strict: true } },
  })),
);
const { id } = await startBatch(questions, { max_total_tokens: Number(tokens) });
let batch = await bullpen.batches.get(id);
while (batch.status !== "completed") {
  if (batch.bullpen?.budget_exhausted_at) {
    // It would wait for a larger budget. Cancelled, it ends with what it has.
    await bullpen.batches.cancel(id);
    break;
  }
  await sleep(200);
  batch = await bullpen.batches.get(id);
}
const pairs = [...(await answersOf(id))].flatMap(([line, { answer }]) =>
  answer === undefined ? [] : [{ id: line, ...JSON.parse(answer) }],
);
writeFileSync(output, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
const stopped = batch.status === "completed" ? "all of them" : "the budget was used up";
console.log(`${pairs.length} of ${questions.length} pairs, ${stopped}; written to ${output}`);
