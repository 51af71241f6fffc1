import assert from "node:assert/strict";
import { test } from "node:test";
import { limitsSchema } from "@bullpen/contracts";
import { action, finalAnswer } from "../testing/action.js";
import { startAgentHarness } from "../testing/agent-harness.js";

const CALLS = 100;
/** 200,000 tokens at about four characters each, over 100 calls: code going in, prose coming out. */
const INPUT = "for i in range(10):\n    output = i * i\n".repeat(13);
const OBSERVATION = 'The quick brown fox said "so be it" and jumped.\n'.repeat(156);

test("a query of 100 tool calls and 200,000 tokens costs Redis at most 1.2 times its text", async () => {
  const harness = await startAgentHarness({
    slots: 1,
    script: (request) =>
      request.messages.length < 2 + CALLS * 2
        ? action("Calculator", `# ${request.messages.length}\n${INPUT}`)
        : finalAnswer("done"),
    tools: { Calculator: () => ({ observation: OBSERVATION, is_error: false }) },
  });
  try {
    const { connection } = harness.redis;
    await connection.config("RESETSTAT");
    const id = await harness.submit("x", {
      limits: limitsSchema.parse({ max_steps: 200, max_total_tokens: 200_000 }),
    });
    const record = await harness.ended(id);
    assert.equal(record.transcript.steps.length, CALLS + 1);

    const text = record.transcript.steps.reduce(
      (sum, { turn, observation }) => sum + turn.text.length + (observation?.observation.length ?? 0),
      0,
    );
    assert.ok(text > 750_000, `${text} characters`);
    const keys = (await connection.keys(`*${id}*`)).filter((key) => !key.includes("tools."));
    const sizes = await Promise.all(keys.map((key) => connection.memory("USAGE", key, "SAMPLES", 0)));
    const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    assert.ok(bytes <= 1.2 * text, `${bytes} bytes for ${text} characters: ${(bytes / text).toFixed(2)}`);

    // Linear, not quadratic: what went over the wire is a few times the text, not a hundred times.
    const received = Number(/total_net_input_bytes:(\d+)/.exec(await connection.info("stats"))?.[1]);
    assert.ok(received < 6 * text, `${(received / text).toFixed(1)} times the text was written`);
  } finally {
    await harness.stop();
  }
});
