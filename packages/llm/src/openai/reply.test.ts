import assert from "node:assert/strict";
import { test } from "node:test";
import { type CompletionRequest, RefusedRequestError, samplingSchema } from "@bullpen/contracts";
import { readReply } from "./reply.js";
import { toChatRequest } from "./request.js";

const DIALECT = {
  structuredOutput: "json_schema",
  extensions: true,
  systemRole: true,
  fullTopP: true,
} as const;
const messages = [{ role: "user" as const, content: "?" }];

function request(logprobs?: number): CompletionRequest {
  return { messages, primer: "", sampling: samplingSchema.parse({}), maxTokens: 10, logprobs };
}

function reply(logprobs?: unknown) {
  const choice = { message: { content: "Oslo" }, finish_reason: "stop", logprobs };
  return { choices: [choice], usage: { prompt_tokens: 1, completion_tokens: 1 } };
}

test("a server is asked for probabilities if the request does, and what it tells is read", () => {
  const options = { model: "m", dialect: DIALECT, maxTokens: 10, messages };
  const { logprobs, top_logprobs } = toChatRequest(request(2), options) as Record<string, unknown>; // read by name
  assert.deepEqual([logprobs, top_logprobs], [true, 2]);
  assert.equal("logprobs" in toChatRequest(request(), options), false);
  const likeliest = { token: "Oslo", logprob: -0.5, bytes: [79], rank: 1 };
  const others = [likeliest, { token: "No", logprob: -1 }, { token: "Osl", logprob: -9 }];
  const told = { content: [{ ...likeliest, top_logprobs: others }], refusal: null };
  assert.deepEqual(readReply(reply(told), request(2), 10).logprobs, [
    {
      token: "Oslo",
      logprob: -0.5,
      top: [
        { token: "Oslo", logprob: -0.5 },
        { token: "No", logprob: -1 },
      ],
    },
  ]);
  const alone = { content: [{ ...likeliest, top_logprobs: null }] };
  assert.deepEqual(readReply(reply(alone), request(0), 10).logprobs?.[0]?.top, []);
});

test("a server that tells none is named, and one that is not asked may say what it likes", () => {
  for (const told of [undefined, null, { content: null }, { tokens: ["a"] }]) {
    assert.throws(() => readReply(reply(told), request(0), 10), RefusedRequestError);
    assert.equal(readReply(reply(told), request(), 10).logprobs, undefined);
  }
});
