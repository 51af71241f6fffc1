// Prints the statements that each query ran, and its answer: node show.mjs <answers.jsonl>
import { readFileSync } from "node:fs";

for (const line of readFileSync(process.argv[2], "utf8").trim().split("\n")) {
  const { custom_id, response, error } = JSON.parse(line);
  const failure = error ?? response.body.error;
  if (failure) {
    console.log(`${custom_id}: failed: ${failure.message}`);
    continue;
  }
  const { choices, bullpen } = response.body;
  for (const { tool_name, input } of bullpen.steps ?? [])
    if (tool_name !== "Final Answer")
      console.log(`${custom_id}: ${tool_name} ${input.query ?? JSON.stringify(input)}`);
  console.log(`${custom_id}: ${choices[0].message.content}`);
}
