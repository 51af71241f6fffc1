import assert from "node:assert/strict";
import { test } from "node:test";
import { BullpenClient } from "./bullpen-client.js";

/** The events of one streamed query, whose answer is cut into these parts of bytes. */
async function stream(...parts: string[]) {
  let body: unknown;
  const client = new BullpenClient({
    url: "http://api.test",
    fetch: async (_input, init) => {
      body = JSON.parse(String(init?.body));
      return new Response(new Blob(parts).stream());
    },
  });
  const events: unknown[] = [];
  for await (const event of client.queries.stream({ query: "q", max_steps: 3 })) events.push(event);
  return { body, events };
}

const chunk = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`;

test("a query is asked as a chat, and its answer comes in pieces with its end last", async () => {
  const end = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}],"bullpen":{"turns":2}}\n\n`;
  const { body, events } = await stream(
    chunk({ role: "assistant", content: "" }),
    ": still at work\n\n",
    chunk({ content: "It is" }).slice(0, 9),
    chunk({ content: "It is" }).slice(9),
    chunk({ content: " 42." }),
    end,
    `data: {"choices":[],"usage":{"total_tokens":7}}\n\ndata: [DONE]\n\n`,
  );
  assert.deepEqual(body, {
    messages: [{ role: "user", content: "q" }],
    bullpen: { max_steps: 3 },
    stream: true,
    stream_options: { include_usage: true },
  });
  assert.deepEqual(events, [
    { type: "text", text: "It is" },
    { type: "text", text: " 42." },
    { type: "end", finishReason: "length", trace: { turns: 2 }, usage: { total_tokens: 7 } },
  ]);
});

test("an error in place of a chunk is thrown, and so is a stream that breaks off", async () => {
  const error = `data: {"error":{"message":"Too many steps.","code":"max_steps"}}\n\n`;
  await assert.rejects(stream(chunk({ content: "a" }), error), /Too many steps\. \(max_steps\)/);
  await assert.rejects(stream(chunk({ content: "a" })), /broke off before its end/);
});
