import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Stack } from "@bullpen/cli/stack/start-stack";
import { BullpenClient } from "@bullpen/client";
import type { QueryView } from "@bullpen/protocol";
import { startTestStack } from "../testing/stack.js";
import { WORD_PROBLEMS } from "./word-problems.js";

// A model that is too weak to use tools: it makes the same broken call until its steps are used up.
const [, , modelPath = ""] = process.argv;

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

async function ask(rest: object): Promise<QueryView[]> {
  const views: QueryView[] = [];
  for (const [query] of WORD_PROBLEMS) {
    const { id } = await client.queries.submit({ query, temperature: 0, ...rest });
    const view = await client.queries.wait(id);
    views.push(view);
  }
  return views;
}

const sum = (views: readonly QueryView[], of: (view: QueryView) => number) =>
  views.reduce((total, view) => total + of(view), 0);

test("guards", async () => {
  for (const [name, rest] of [
    ["off", { guards: { repeats: false, failures: false }, on_limit: "fail" }],
    ["on", {}],
  ] as const) {
    const views = await ask(rest);
    console.log(
      name,
      sum(views, (v) => v.usage.completion_tokens),
      sum(views, (v) => v.usage.total_tokens),
      sum(views, (v) => v.usage.turns),
    );
    for (const v of views)
      console.log(
        v.usage.turns,
        v.usage.completion_tokens,
        v.usage.total_tokens,
        v.forced_by,
        v.answer?.slice(0, 80),
        v.error?.code,
        JSON.stringify(
          v.steps.map((s) => [
            s.tool_name,
            String(s.input).slice(0, 60),
            s.guard,
            s.observation?.slice(0, 60),
          ]),
        ),
      );
  }
  assert.ok(true);
});
