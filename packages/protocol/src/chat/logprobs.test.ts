import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../errors.js";
import { logprobsView, toLogprobs } from "./logprobs.js";

const top = [{ token: "x", logprob: -3 }];
const entry = (token: string) => ({ token, logprob: -1, top });

test("logprobs is refused by name where no token of the answer has one, with what to do", () => {
  const param = (request: object, tools: string[] = []) => {
    try {
      return toLogprobs({ bullpen: {}, ...request }, tools);
    } catch (error) {
      assert.ok(error instanceof ApiError);
      return error.param;
    }
  };
  assert.deepEqual(param({}, ["Search"]), {});
  assert.deepEqual(param({ logprobs: false, top_logprobs: 0 }), {});
  assert.deepEqual(param({ logprobs: true }), { logprobs: 0 });
  assert.deepEqual(param({ logprobs: true, top_logprobs: 20, max_tokens: 2_380 }), { logprobs: 20 });
  assert.equal(param({ top_logprobs: 1 }), "top_logprobs");
  assert.equal(param({ logprobs: true }, ["Search"]), "logprobs");
  assert.equal(param({ logprobs: true, bullpen: { votes: 3 } }), "logprobs");
  assert.equal(param({ logprobs: true, top_logprobs: 20, max_completion_tokens: 2_381 }), "top_logprobs");
});

test("tokens after the answer's end are left out, and a part of a character has no bytes", () => {
  const logprobs = ["It", " is", " \uFFFD", "\uFFFD", "!", " STO", "P"].map(entry);
  const turn = { text: "It is ☂! STOP", logprobs };
  const shown = (answer: string) => logprobsView(turn, answer)?.content.map(({ token }) => token);
  assert.deepEqual(shown(turn.text)?.length, 7);
  assert.deepEqual(shown("It is ☂!"), ["It", " is", " \uFFFD", "\uFFFD", "!"]);
  assert.deepEqual(shown("It is ☂! S"), ["It", " is", " \uFFFD", "\uFFFD", "!", " STO"]);
  assert.deepEqual(shown("It is "), ["It", " is", " \uFFFD"]);
  assert.deepEqual(shown(""), []);
  const spaced = { text: "It is", logprobs: [" It", " is"].map(entry) };
  assert.equal(logprobsView(spaced, "It")?.content.length, 1);
  const [first, , part] = logprobsView(turn, turn.text)?.content ?? [];
  assert.deepEqual(first?.bytes, [73, 116]);
  assert.equal(part?.bytes, null);
  assert.equal(first?.top_logprobs[0]?.token, "x");
  assert.equal(logprobsView({ text: "It" }, "It"), null);
});
