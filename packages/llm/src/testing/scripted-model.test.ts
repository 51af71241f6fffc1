import assert from "node:assert/strict";
import { test } from "node:test";
import { type CompletionRequest, samplingSchema } from "@bullpen/contracts";
import { ScriptedModel } from "./scripted-model.js";

const request: CompletionRequest = {
  messages: [{ role: "user", content: "Hello" }],
  primer: "",
  sampling: samplingSchema.parse({}),
  maxTokens: 10,
};
const never = new AbortController().signal;

test("the script gives the answer to each call", async () => {
  const model = new ScriptedModel({
    script: (_, index) =>
      ["one", { text: "two", finishReason: "length" as const }][index] ?? new Error("end"),
  });
  assert.equal((await model.complete(request, never)).text, "one");
  assert.equal((await model.complete(request, never)).finishReason, "length");
  await assert.rejects(model.complete(request, never), /end/);
  assert.equal(model.calls, 3);
  assert.deepEqual(model.requests, [request, request, request]);
});

test("a script that throws fails that request and frees its slot", async () => {
  const model = new ScriptedModel({
    slots: 1,
    script: (_, index) => {
      if (index === 0) throw new Error("broken");
      return "fine";
    },
  });
  await assert.rejects(model.complete(request, never), /broken/);
  assert.equal((await model.complete(request, never)).text, "fine");
});

test("requests wait for a slot, and an abort frees it at once", async () => {
  const model = new ScriptedModel({
    slots: 1,
    script: (_, index) => (index === 0 ? new Promise<string>(() => {}) : "next"),
  });
  const stuck = new AbortController();
  const first = model.complete(request, stuck.signal);
  const second = model.complete(request, never);
  stuck.abort(new Error("cancelled"));
  await assert.rejects(first, /cancelled/);
  assert.equal((await second).text, "next");
  assert.equal(model.peakConcurrency, 1);
});
