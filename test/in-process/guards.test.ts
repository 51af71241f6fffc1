import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { toQueryView } from "@bullpen/api/queries/query-view";
import { FINAL_ANSWER, limitsSchema, shapesOf } from "@bullpen/contracts";
import { action, finalAnswer } from "../testing/action.js";
import { type AgentHarness, startAgentHarness } from "../testing/agent-harness.js";

let harness: AgentHarness;
let runs = 0;

before(async () => {
  harness = await startAgentHarness({
    // It makes the same call as long as the constraint lets it.
    script: ({ constraint }) => {
      const names = (shapesOf(constraint) ?? []).map(([name]) => name?.value);
      const mayCall = names.some((name) => name?.type === "constant" && name.text === "Calculator");
      return mayCall ? action("Calculator", "output = 6 * 7") : finalAnswer("It is 42.");
    },
    tools: {
      Calculator: () => {
        runs++;
        return { observation: "42", is_error: false };
      },
    },
  });
});
after(() => harness.stop());

test("a call that is made again costs no job, is seen in the steps, and ends in an answer", async () => {
  runs = 0;
  const view = toQueryView(await harness.ended(await harness.submit("again")));
  assert.equal(runs, 1);
  assert.deepEqual(
    view.steps.map(({ guard, is_error }) => [guard, is_error]),
    [
      [null, false],
      ["repeated", false],
      ["closed", false],
    ],
  );
  assert.match(
    view.steps[2]?.observation ?? "",
    /^42\n\nYou made this very call before.*cannot use Calculator/,
  );
  assert.equal(view.usage.tool_calls, 1);
  assert.deepEqual([view.status, view.answer, view.forced], ["completed", "It is 42.", false]);
});

test("the last step is held to the final answer, which says so", async () => {
  const guards = { repeats: false, failures: false };
  runs = 0;
  const id = await harness.submit("on", { guards, limits: limitsSchema.parse({ max_steps: 4 }) });
  const view = toQueryView(await harness.ended(id));
  assert.equal(runs, 3);
  assert.deepEqual(
    [view.status, view.answer, view.finish_reason, view.forced, view.forced_by],
    ["completed", "It is 42.", "length", true, "max_steps"],
  );
  const [shape, ...others] = shapesOf(harness.model.requests.at(-1)?.constraint) ?? [];
  assert.deepEqual(shape?.[0]?.value, { type: "constant", text: FINAL_ANSWER });
  assert.deepEqual(others, []);
});
