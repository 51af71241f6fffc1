import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Stack } from "@bullpen/cli/stack/start-stack";
import { BullpenClient } from "@bullpen/client";
import type { QueryView } from "@bullpen/protocol";
import { startTestStack } from "../testing/stack.js";
import { WORD_PROBLEMS } from "./word-problems.js";

/** A model too weak for tools: it hands prose to the Calculator, again and again, until its steps are used up. */
const [, , modelPath = ""] = process.argv;

const GUARDS_OFF = { guards: { repeats: false, failures: false }, on_limit: "fail" } as const;

let stack: Stack;
let client: BullpenClient;
before(async () => {
  stack = await startTestStack({
    MODEL: modelPath,
    MODEL_NAME: "smollm2",
    SLOTS: "2",
    CONTEXT_TOKENS: "4096",
  });
  client = new BullpenClient({ url: stack.apiUrl });
});
after(() => stack.stop());

/** Asks all word problems at temperature 0. */
async function askAll(rules: object): Promise<QueryView[]> {
  return client.queries.runAll(WORD_PROBLEMS.map((query) => ({ query, temperature: 0, ...rules })));
}

function tokensOf(views: readonly QueryView[]): number {
  return views.reduce((sum, { usage }) => sum + usage.total_tokens, 0);
}

function describeEnd({ usage, forced_by, error, steps }: QueryView): string {
  const guards = steps.map(({ guard }) => guard ?? "ran").join(" ");
  return `${usage.turns} turns, ${usage.total_tokens} tokens: ${error?.code ?? forced_by ?? "answered"} (${guards})`;
}

test("the guards save more than half of a helpless model's tokens, and every query ends by name", async (t) => {
  const off = await askAll(GUARDS_OFF);
  const on = await askAll({});
  for (const [index, view] of on.entries()) t.diagnostic(`${WORD_PROBLEMS[index]} ${describeEnd(view)}`);
  const [before, now] = [tokensOf(off), tokensOf(on)];
  t.diagnostic(`${before} tokens without guards, ${now} with them: ${((100 * now) / before).toFixed(1)} %`);
  for (const view of on) assert.ok(view.answer || view.error?.code, `${view.query}: ${JSON.stringify(view)}`);
  assert.ok(
    on.some(({ steps }) => steps.some(({ guard }) => guard !== null)),
    "the guards had something to do",
  );
  // About a quarter is left. What a model this small says depends on how a processor rounds, so the bound is wide.
  assert.ok(now <= before / 2, `${now} of ${before} tokens`);
});
